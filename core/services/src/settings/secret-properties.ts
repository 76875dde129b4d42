import { ParleyError } from '@parley/plugin-api'

/** The part of JSON Schema that decides where secrets are. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** What to do with one secret; `kept` is the stored text at the same place, when there is one. */
export type SecretMapper = (secret: string, kept: string | undefined, path: string) => string

/**
 * Copies a value with every non-empty text that its schema marks with `format: 'password'` replaced. `stored` is the value as it was: an item of an
 * array is the same item only when both carry the same `id`, because a position says nothing after a deletion.
 */
export function mapSecrets(schema: JsonSchema, value: unknown, map: SecretMapper, stored?: unknown): unknown {
  return walk({ schema, root: schema, value, stored, path: '', map })
}

interface Place {
  readonly schema: JsonSchema
  readonly root: JsonSchema
  readonly value: unknown
  readonly stored: unknown
  readonly path: string
  readonly map: SecretMapper
}

function walk(place: Place): unknown {
  const { value, stored, path, map } = place
  const schemas = alternatives(place.schema, place.root)
  if (typeof value === 'string') {
    const secret = value !== '' && schemas.some(({ format }) => format === 'password')
    return secret ? map(value, typeof stored === 'string' ? stored : undefined, path) : value
  }
  const inner = (schema: JsonSchema, next: unknown, kept: unknown, name: string): unknown =>
    walk({ ...place, schema, value: next, stored: kept, path: `${path}/${name}` })
  if (Array.isArray(value)) {
    const items = { anyOf: schemas.map((schema) => asSchema(schema['items'])) }
    return value.map((item, index) => inner(items, item, sameItem(stored, item), String(index)))
  }
  if (!isRecord(value)) return value
  const kept = isRecord(stored) ? stored : {}
  return Object.fromEntries(
    Object.entries(value).map(([name, next]) => {
      const property = { anyOf: schemas.map((schema) => asSchema(asSchema(schema['properties'])[name] ?? schema['additionalProperties'])) }
      return [name, inner(property, next, kept[name], name)]
    }),
  )
}

/** A schema and everything it is made of: references followed, unions and intersections opened. */
export function alternatives(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema[] {
  if (depth > 20) throw new ParleyError('unprocessable', 'The schema of the settings refers to itself. Settings must have a fixed depth.')
  const parts: unknown[] = [schema['anyOf'], schema['oneOf'], schema['allOf']].flatMap((list) => (Array.isArray(list) ? list : []))
  const reference = schema['$ref']
  if (typeof reference === 'string') parts.push(resolve(reference, root))
  return [schema, ...parts.flatMap((part) => alternatives(asSchema(part), root, depth + 1))]
}

const resolve = (reference: string, root: JsonSchema): unknown =>
  reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((step) => step !== '')
    .reduce<unknown>((at, step) => (isRecord(at) ? at[step] : undefined), root)

function sameItem(stored: unknown, item: unknown): unknown {
  if (!Array.isArray(stored) || !isRecord(item) || item['id'] === undefined) return undefined
  return stored.find((other) => isRecord(other) && other['id'] === item['id'])
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const asSchema = (value: unknown): JsonSchema => (isRecord(value) ? value : {})
