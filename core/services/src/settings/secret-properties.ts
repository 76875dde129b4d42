import { schemaPlace, type JsonSchema, type SchemaPlace } from '@parley/plugin-api'

/** What to do with one secret; `kept` is the stored text at the same place, when there is one. */
export type SecretMapper = (secret: string, kept: string | undefined, path: string) => string

/**
 * Copies a value with every non-empty text that its schema marks with `format: 'password'` replaced. `stored` is the value as it was: an item of an
 * array is the same item only when both carry the same `id`, because a position says nothing after a deletion; in a tuple it says everything.
 */
export function mapSecrets(schema: JsonSchema, value: unknown, map: SecretMapper, stored?: unknown): unknown {
  return walk({ place: schemaPlace(schema), value, stored, path: '', map })
}

/** Copies a value without the properties that its schema marks as secrets and that are `null` where they may only be left out: those are to be removed. */
export function dropRemovedSecrets(schema: JsonSchema, value: unknown): unknown {
  const drop = (place: SchemaPlace, inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map((item, index) => drop(place.at(index), item))
    if (!isRecord(inner)) return inner
    const left = Object.entries(inner).filter(([name, next]) => !place.at(name).removes(next))
    return Object.fromEntries(left.map(([name, next]) => [name, drop(place.at(name), next)]))
  }
  return drop(schemaPlace(schema), value)
}

interface Walk {
  readonly place: SchemaPlace
  readonly value: unknown
  readonly stored: unknown
  readonly path: string
  readonly map: SecretMapper
}

function walk({ place, value, stored, path, map }: Walk): unknown {
  if (typeof value === 'string') {
    return value !== '' && place.secret ? map(value, typeof stored === 'string' ? stored : undefined, path) : value
  }
  const inner = (key: string | number, next: unknown, kept: unknown): unknown =>
    walk({ place: place.at(key), value: next, stored: kept, path: `${path}/${key}`, map })
  if (Array.isArray(value)) {
    const before: readonly unknown[] = Array.isArray(stored) ? stored : []
    return value.map((item, index) => inner(index, item, place.lists(index) ? before[index] : sameItem(before, item)))
  }
  if (!isRecord(value)) return value
  const kept = isRecord(stored) ? stored : {}
  return Object.fromEntries(Object.entries(value).map(([name, next]) => [name, inner(name, next, kept[name])]))
}

function sameItem(stored: readonly unknown[], item: unknown): unknown {
  if (!isRecord(item) || item['id'] === undefined) return undefined
  return stored.find((other) => isRecord(other) && other['id'] === item['id'])
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
