/** The part of JSON Schema that forms are drawn from; more may be present and is left alone. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: JsonSchema | boolean
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly readOnly?: boolean
  readonly [keyword: string]: unknown
}

export type FieldKind =
  | 'text'
  | 'multiline'
  | 'password'
  | 'email'
  | 'url'
  | 'date'
  | 'time'
  | 'date-time'
  | 'number'
  | 'integer'
  | 'switch'
  | 'choice'
  | 'choices'
  | 'texts'
  | 'object'
  | 'items'
  | 'variants'
  | 'json'

const nullable = (schema: JsonSchema): boolean => schema.type === 'null'

/** @internal Follows `$ref` into `$defs` and drops the `null` of an optional value. */
export function resolveSchema(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (schema.$ref?.startsWith('#/$defs/')) {
    const { $ref, ...own } = schema
    const name = $ref.slice('#/$defs/'.length).replaceAll('~1', '/').replaceAll('~0', '~')
    return resolveSchema({ ...root.$defs?.[name], ...own }, root)
  }
  const choices = schema.anyOf ?? schema.oneOf
  const real = choices?.filter((choice) => !nullable(choice))
  if (choices && real?.length === 1 && real[0]) {
    const { anyOf: _any, oneOf: _one, ...own } = schema
    return resolveSchema({ ...real[0], ...own }, root)
  }
  if (Array.isArray(schema.type)) return { ...schema, type: (schema.type as string[]).find((type) => type !== 'null') ?? 'string' }
  return schema
}

/** @internal The values offered by an `enum` or by a list of `const`s, each with the title its author gave. */
export function choicesOf(schema: JsonSchema): { value: unknown; label: string }[] | undefined {
  if (schema.enum) return schema.enum.map((value) => ({ value, label: String(value) }))
  const constants = schema.anyOf ?? schema.oneOf
  if (constants?.length && constants.every((choice) => 'const' in choice))
    return constants.map((choice) => ({ value: choice.const, label: choice.title ?? String(choice.const) }))
  return undefined
}

const formats: Readonly<Record<string, FieldKind>> = {
  password: 'password',
  textarea: 'multiline',
  multiline: 'multiline',
  email: 'email',
  uri: 'url',
  url: 'url',
  date: 'date',
  time: 'time',
  'date-time': 'date-time',
}

/** @internal Which control draws a (resolved) schema. */
export function fieldKind(schema: JsonSchema, root: JsonSchema): FieldKind {
  if (choicesOf(schema)) return 'choice'
  if (schema.oneOf ?? schema.anyOf)
    return (schema.oneOf ?? schema.anyOf)?.every((choice) => resolveSchema(choice, root).type === 'object') ? 'variants' : 'json'
  if (schema.type === 'boolean') return 'switch'
  if (schema.type === 'integer' || schema.type === 'number') return schema.type
  if (schema.type === 'string') return formats[schema.format ?? ''] ?? ((schema.maxLength ?? 0) > 300 ? 'multiline' : 'text')
  if (schema.type === 'array' && typeof schema.items === 'object') {
    const items = resolveSchema(schema.items, root)
    if (choicesOf(items)) return 'choices'
    if (fieldKind(items, root) === 'password') return 'items'
    return items.type === 'string' ? 'texts' : items.type === 'object' && items.properties ? 'items' : 'json'
  }
  return schema.type === 'object' && schema.properties ? 'object' : 'json'
}

/** @internal `maxDialogs` → `Max dialogs`. */
export function humanize(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** @internal What an untouched field holds, so that the form and the server agree on the start. */
export function defaultValue(schema: JsonSchema, root: JsonSchema): unknown {
  const real = resolveSchema(schema, root)
  if (real.default !== undefined) return structuredClone(real.default)
  if (real.const !== undefined) return real.const
  const kind = fieldKind(real, root)
  if (kind === 'object')
    return Object.fromEntries(
      Object.entries(real.properties ?? {})
        .map(([name, child]) => [name, defaultValue(child, root)])
        .filter(([, value]) => value !== undefined),
    )
  if (kind === 'texts' || kind === 'choices' || kind === 'items') return []
  return kind === 'switch' ? false : undefined
}
