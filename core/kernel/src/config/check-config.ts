import type { Schema, SchemaIssue, SchemaResult } from '@parley/plugin-api'
import { isObject } from './config-merge.ts'
import { place } from './references.ts'
import { didYouMean } from './suggestion.ts'

type JsonSchema = { readonly [key: string]: unknown }

export interface CheckedConfig<T> {
  readonly value: T | undefined
  /** Everything that is wrong, one sentence each. */
  readonly problems: readonly string[]
}

/** Validates one part of the configuration; unknown keys are problems with a suggestion, whatever the schema does about them. */
export async function checkConfig<T>(
  schema: Schema<T>,
  value: unknown,
  path: readonly string[],
  origin: (path: readonly PropertyKey[]) => string | undefined,
): Promise<CheckedConfig<T>> {
  const unknown = unknownKeys(jsonSchemaOf(schema), value, path)
  const result: SchemaResult<T> = await schema['~standard'].validate(value)
  // A strict object reports its unknown keys itself, without a suggestion.
  const issues = (result.issues ?? []).filter((issue) => unknown.length === 0 || (issue as { code?: string }).code !== 'unrecognized_keys')
  const problems = [
    ...unknown.map(({ at, key, known }) => `${place([...at, key], origin([...at, key]))}: there is no such key.${didYouMean(key, known)}`),
    ...issues.map((issue) => {
      const at = [...path, ...pathOf(issue)]
      return `${place(at, origin(at))}: ${issue.message}`
    }),
  ]
  return { value: problems.length === 0 && result.issues === undefined ? result.value : undefined, problems }
}

/** The part of a value that its schema marks with `visibility`, nested objects included. */
export function visiblePart(schema: Schema<unknown>, value: unknown, visibility: 'ui' | 'secret'): Record<string, unknown> {
  const pick = (at: JsonSchema, from: unknown): Record<string, unknown> =>
    Object.fromEntries(
      properties(at).flatMap(([key, inner]) => {
        const found = isObject(from) ? from[key] : undefined
        if (found === undefined) return []
        if (inner['visibility'] === visibility || (visibility === 'secret' && inner['format'] === 'password')) return [[key, found]]
        const nested = pick(inner, found)
        return Object.keys(nested).length === 0 ? [] : [[key, nested]]
      }),
    )
  return pick(jsonSchemaOf(schema), value)
}

/** The value with everything that is marked secret replaced, for reports and logs. */
export function maskSecrets(schema: Schema<unknown>, value: unknown): unknown {
  const mask = (from: unknown, secrets: unknown): unknown => {
    if (!isObject(from) || !isObject(secrets)) return secrets === undefined ? from : '***'
    return Object.fromEntries(Object.entries(from).map(([key, inner]) => [key, key in secrets ? mask(inner, secrets[key]) : inner]))
  }
  return mask(value, visiblePart(schema, value, 'secret'))
}

export const pathOf = (issue: SchemaIssue): PropertyKey[] =>
  (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment))

function jsonSchemaOf(schema: Schema<unknown>): JsonSchema {
  try {
    return schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  } catch {
    // A schema that cannot be drawn (a transform) still validates; only suggestions and visibility are lost.
    return {}
  }
}

function unknownKeys(schema: JsonSchema, value: unknown, at: readonly string[]): { at: readonly string[]; key: string; known: string[] }[] {
  const known = new Map(properties(schema))
  if (!isObject(value) || known.size === 0) return []
  const open = schema['additionalProperties'] !== undefined && schema['additionalProperties'] !== false
  return Object.entries(value).flatMap(([key, inner]) => {
    const property = known.get(key)
    if (property) return unknownKeys(property, inner, [...at, key])
    return open ? [] : [{ at, key, known: [...known.keys()] }]
  })
}

const properties = (schema: JsonSchema): [string, JsonSchema][] => {
  const found = schema['properties']
  return isObject(found) ? (Object.entries(found) as [string, JsonSchema][]) : []
}
