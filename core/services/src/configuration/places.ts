import type { Schema } from '@parley/plugin-api'
import { alternatives, type JsonSchema } from '../settings/secret-properties.ts'
import { isRecord } from './canonical.ts'

/** What a schema says of one place in a document. */
export interface Place {
  readonly path: readonly string[]
  readonly secret: boolean
  /** `plugin/kind` of the thing whose key or id stands here. */
  readonly reference: string | undefined
}

/** Copies a document with the value at each marked place replaced. */
export function mapPlaces(schema: Schema<any>, document: unknown, replace: (value: unknown, place: Place) => unknown): unknown {
  const root: JsonSchema = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  const walk = (at: JsonSchema, value: unknown, path: readonly string[]): unknown => {
    const parts = alternatives(at, root)
    const secret = parts.some(({ format }) => format === 'password')
    const reference = parts.map((part) => part['reference']).find((one) => typeof one === 'string')
    if (secret || reference !== undefined) return value === undefined ? undefined : replace(value, { path, secret, reference })
    if (Array.isArray(value)) {
      const items = { anyOf: parts.map((part) => part['items'] ?? {}) }
      return value.map((item, index) => walk(items, item, [...path, String(index)]))
    }
    if (!isRecord(value)) return value
    const property = (name: string): JsonSchema => ({
      anyOf: parts.map((part) => {
        const properties = part['properties']
        return (isRecord(properties) && Object.hasOwn(properties, name) ? properties[name] : part['additionalProperties']) ?? {}
      }),
    })
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(property(name), inner, [...path, name])]))
  }
  return walk(root, document, [])
}

/** Paths of the properties that an object's schema does not know, as far as the schema says which there may be. */
export function unknownProperties(schema: Schema<any>, document: unknown): string[] {
  const root: JsonSchema = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  const walk = (at: JsonSchema, value: unknown, path: readonly string[]): string[] => {
    const parts = alternatives(at, root).filter((part) => !isComposition(part))
    if (Array.isArray(value)) {
      return value.flatMap((item, index) => walk({ anyOf: parts.map((part) => part['items'] ?? {}) }, item, [...path, String(index)]))
    }
    if (!isRecord(value)) return []
    const listed = parts.flatMap((part) => (isRecord(part['properties']) ? [part['properties']] : []))
    if (listed.length === 0 || parts.some((part) => isOpen(part))) return []
    return Object.entries(value).flatMap(([name, inner]) => {
      const known = listed.filter((properties) => Object.hasOwn(properties, name))
      if (known.length === 0) return [[...path, name].join('.')]
      return walk({ anyOf: known.map((properties) => properties[name]) }, inner, [...path, name])
    })
  }
  return walk(root, document, [])
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
