import type { ConfigurationThing, Schema, SchemaResult, Transaction } from '@parley/plugin-api'
import { hashOf } from './canonical.ts'
import type { KeptDocument, KnownThing } from './configuration-store.ts'
import { freeKey } from './keys.ts'
import type { Kind, Names } from './kinds.ts'
import { mapPlaces } from './places.ts'

/** One thing as it is here now. */
export interface CurrentThing {
  readonly kind: string
  readonly id: string
  readonly key: string
  readonly thing: ConfigurationThing
  /** Other things by their keys, secrets open. */
  readonly open: unknown
  /** As in a file. */
  readonly filed: unknown
  readonly hash: string
  /** Names of the things it refers to. */
  readonly references: readonly string[]
}

export const thingName = ({ kind, key }: { readonly kind: string; readonly key: string }): string => `${kind}/${key}`

/** Everything that is configured at one moment. */
export class Snapshot implements Names {
  readonly things = new Map<string, CurrentThing>()
  readonly #keys = new Map<string, string>()
  readonly #ids = new Map<string, string>()

  name(kind: string, id: string, key: string): void {
    this.#keys.set(`${kind} ${id}`, key)
    this.#ids.set(`${kind} ${key}`, id)
  }

  keyOf(kind: string, id: string): string | undefined {
    return this.#keys.get(`${kind} ${id}`)
  }

  idOf(kind: string, key: string): string | undefined {
    return this.#ids.get(`${kind} ${key}`)
  }

  /** Of everything, kept documents of others included. */
  hash(kept: readonly KeptDocument[]): string {
    const documents = new Map<string, unknown>(kept.map((one) => [thingName(one), one.document]))
    for (const [name, { filed }] of this.things) documents.set(name, filed)
    return hashOf([...documents].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** Reads all kinds, gives each thing its key, and turns ids into keys. */
export async function takeSnapshot(kinds: readonly Kind[], dbOf: (kind: Kind) => Transaction, known: readonly KnownThing[]): Promise<Snapshot> {
  const snapshot = new Snapshot()
  const listed: { kind: Kind; things: readonly ConfigurationThing[] }[] = []
  for (const kind of kinds) {
    const things = await kind.list(dbOf(kind), snapshot)
    nameThings(snapshot, kind, things, known)
    listed.push({ kind, things })
  }
  for (const { kind, things } of listed) {
    for (const thing of things) {
      const key = snapshot.keyOf(kind.id, thing.id)
      const current = key === undefined ? undefined : await currentThing(snapshot, kind, key, thing)
      if (current !== undefined) snapshot.things.set(thingName(current), current)
    }
  }
  return snapshot
}

function nameThings(snapshot: Snapshot, kind: Kind, things: readonly ConfigurationThing[], known: readonly KnownThing[]): void {
  const remembered = new Map(known.flatMap((one) => (one.kind === kind.id ? [[one.id, one.key] as const] : [])))
  const fixed = (thing: ConfigurationThing): string | undefined =>
    kind.keysOf === undefined ? (thing.key ?? remembered.get(thing.id)) : snapshot.keyOf(kind.keysOf, thing.id)
  const taken = new Set(things.flatMap((thing) => fixed(thing) ?? []))
  for (const thing of things) {
    const key = fixed(thing) ?? (kind.keysOf === undefined ? freeKey(thing.name, taken) : undefined)
    // what it belongs to is not here, so it has no name either
    if (key === undefined) continue
    taken.add(key)
    snapshot.name(kind.id, thing.id, key)
  }
}

async function currentThing(names: Names, kind: Kind, key: string, thing: ConfigurationThing): Promise<CurrentThing | undefined> {
  const schema = kind.schema(key, thing.document as Readonly<Record<string, unknown>>)
  if (schema === undefined) return undefined
  const references: string[] = []
  const byKeys = mapPlaces(schema, thing.document, (value, { reference }) => {
    if (reference === undefined || typeof value !== 'string') return value
    const other = names.keyOf(reference, value) ?? value
    references.push(`${reference}/${other}`)
    return other
  })
  const open = plain(await normal(schema, byKeys))
  const filed = hideSecrets(kind.id, key, schema, open)
  return { kind: kind.id, id: thing.id, key, thing, open, filed, hash: hashOf(filed), references }
}

/** What was saved by an older release may not fit its schema any more; it is then shown as it is. */
async function normal(schema: Schema<any>, value: unknown): Promise<unknown> {
  const result = (await schema['~standard'].validate(value)) as SchemaResult<unknown>
  return result.issues === undefined ? result.value : value
}

/** What JSON has: no `undefined`, dates as texts. */
export const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown

export const hideSecrets = (kind: string, key: string, schema: Schema<any>, open: unknown): unknown =>
  mapPlaces(schema, open, (value, { secret, path }) =>
    secret && value !== '' && value !== null ? { $secret: [kind, key, ...path].join('/') } : value,
  )

/** The secrets of a document by their places. */
export function secretsIn(schema: Schema<any>, open: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  mapPlaces(schema, open, (value, { secret, path }) => {
    if (secret && typeof value === 'string' && value !== '') found.set(path.join('.'), value)
    return value
  })
  return found
}
