/** What a validator answers: the parsed value, or the list of everything that is wrong. */
export type SchemaResult<Out> = { readonly value: Out; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }

/** One thing that is wrong with a value, and where. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/**
 * Any validator that speaks Standard Schema and Standard JSON Schema (https://standardschema.dev); zod 4 does both.
 * One schema validates, documents (OpenAPI) and draws forms.
 *
 * @example const body: Schema<{ name: string }> = z.object({ name: z.string().min(1) })
 */
export interface Schema<Out = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    // `any` on purpose: a validator's own result type must stay assignable, whatever its copy of the standard says
    validate(value: unknown, options?: any): any
    readonly types?: { readonly input: any; readonly output: Out } | undefined
    readonly jsonSchema: {
      input(options: { target: any }): Record<string, unknown>
      output(options: { target: any }): Record<string, unknown>
    }
  }
}

/** The type a schema produces; `undefined` where there is no schema. */
export type Output<S> = S extends Schema<infer Out> ? Out : undefined
