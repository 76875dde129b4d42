import { schemaPlace, type JsonSchema, type Schema, type SchemaPlace } from '@parley/plugin-api'
import { isRecord } from './canonical.ts'

/** What a schema says of one place in a document. */
export interface Place {
  readonly path: readonly string[]
  readonly secret: boolean
  /** `plugin/kind` of the thing whose key or id stands here. */
  readonly reference: string | undefined
}

const rootOf = (schema: Schema<any>): SchemaPlace => schemaPlace(schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }))

/** Copies a document with the value at each marked place replaced. */
export function mapPlaces(schema: Schema<any>, document: unknown, replace: (value: unknown, place: Place) => unknown): unknown {
  const walk = (at: SchemaPlace, value: unknown, path: readonly string[]): unknown => {
    const { secret } = at
    const reference = at.parts.map((part) => part['reference']).find((one) => typeof one === 'string')
    if (secret || reference !== undefined) return value === undefined ? undefined : replace(value, { path, secret, reference })
    if (Array.isArray(value)) return value.map((item, index) => walk(at.at(index), item, [...path, String(index)]))
    if (!isRecord(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(at.at(name), inner, [...path, name])]))
  }
  return walk(rootOf(schema), document, [])
}

/** Paths of the properties that an object's schema does not know, as far as the schema says which there may be. */
export function unknownProperties(schema: Schema<any>, document: unknown): string[] {
  const walk = (at: SchemaPlace, value: unknown, path: readonly string[]): string[] => {
    if (Array.isArray(value)) return value.flatMap((item, index) => walk(at.at(index), item, [...path, String(index)]))
    if (!isRecord(value)) return []
    const parts = at.parts.filter((part) => !isComposition(part))
    const listed = parts.some((part) => isRecord(part['properties']))
    if (!listed || parts.some((part) => isOpen(part))) return []
    return Object.entries(value).flatMap(([name, inner]) =>
      at.lists(name) ? walk(at.at(name), inner, [...path, name]) : [[...path, name].join('.')],
    )
  }
  return walk(rootOf(schema), document, [])
}

const isComposition = (part: JsonSchema): boolean =>
  ['anyOf', 'oneOf', 'allOf', '$ref'].some((word) => part[word] !== undefined) && part['type'] === undefined
/** An object of this schema may have any properties. */
const isOpen = (part: JsonSchema): boolean =>
  (part['type'] === undefined && part['properties'] === undefined) ||
  (part['type'] === 'object' && part['additionalProperties'] !== undefined && part['additionalProperties'] !== false)

/** How a secret stands in a file. */
export interface SecretReference {
  readonly $secret: string
}

export const isSecretReference = (value: unknown): value is SecretReference =>
  isRecord(value) && typeof value['$secret'] === 'string' && Object.keys(value).length === 1
