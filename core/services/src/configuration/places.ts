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

/** How a secret stands in a file. */
export interface SecretReference {
  readonly $secret: string
}

export const isSecretReference = (value: unknown): value is SecretReference =>
  isRecord(value) && typeof value['$secret'] === 'string' && Object.keys(value).length === 1
