import { hashOf } from './canonical.ts'
import type { CheckedWishes, Wish } from './check-wishes.ts'
import { filesOf } from './configuration-files.ts'
import type { KnownThing } from './configuration-store.ts'
import type { ConfigurationProblem, ThingChange } from './configuration-types.ts'
import { fieldChanges } from './field-changes.ts'
import type { Kind } from './kinds.ts'
import { inReferenceOrder } from './reference-order.ts'
import { thingName, type CurrentThing, type Snapshot } from './snapshot.ts'

export interface Plan {
  readonly changes: readonly ThingChange[]
  /** What to save, each after what it refers to. */
  readonly saves: readonly Wish[]
  /** What to remove, each before what it refers to. */
  readonly removals: readonly { readonly kind: Kind; readonly thing: CurrentThing }[]
  readonly problems: readonly ConfigurationProblem[]
}

interface Given {
  readonly kinds: readonly Kind[]
  readonly snapshot: Snapshot
  readonly known: readonly KnownThing[]
  /** Names of all things in the files, good or broken. */
  readonly filed: ReadonlySet<string>
  readonly prune: boolean
  readonly only: (kind: string) => boolean
}

/** What has to happen, in which order, so that this installation becomes what the files say. */
export function planChanges({ wishes }: CheckedWishes, { kinds, snapshot, known, filed, prune, only }: Given): Plan {
  const remembered = new Map(known.map((one) => [thingName(one), one]))
  const changes: ThingChange[] = []
  const wanted: Wish[] = []
  for (const wish of wishes) {
    const name = thingName({ kind: wish.kind.id, key: wish.key })
    const change = changeOf(wish, snapshot.things.get(name), remembered.get(name))
    if (change === undefined) continue
    wanted.push(wish)
    changes.push(change)
  }
  const removals = prune ? [...snapshot.things.values()].filter((thing) => only(thing.kind) && !filed.has(thingName(thing))) : []
  for (const thing of removals) {
    const last = remembered.get(thingName(thing))
    const drifted = last !== undefined && last.hash !== thing.hash
    changes.push({ file: fileOf(thing), kind: thing.kind, key: thing.key, change: 'removed', fields: [], ...(drifted ? { conflict: 'here' } : {}) })
  }
  const byId = new Map(kinds.map((kind) => [kind.id, kind]))
  const problems: ConfigurationProblem[] = []
  const circle = ({ wish }: { wish: Wish }, name: string): void => {
    const at = wish.references.find((one) => one.name === name)?.at ?? ''
    problems.push({ file: wish.path, path: at, message: `This and "${name}" refer to each other in a circle.` })
  }
  const saves = wanted.map((wish) => ({ ...referring(wish), wish }))
  return {
    changes,
    saves: inReferenceOrder(saves, kinds, circle).map(({ wish }) => wish),
    removals: inReferenceOrder(
      removals.map((thing) => ({ name: thingName(thing), kind: thing.kind, references: thing.references, thing })),
      kinds,
    )
      .map(({ thing }) => ({ kind: byId.get(thing.kind)!, thing }))
      .reverse(),
    problems,
  }
}

function changeOf({ kind, key, path, filed, newSecrets }: Wish, current: CurrentThing | undefined, last: KnownThing | undefined) {
  const of = { file: path, kind: kind.id, key }
  if (current === undefined) {
    const gone = last === undefined ? {} : { conflict: 'gone' as const }
    return { ...of, change: 'added' as const, fields: [], ...gone }
  }
  const fields = [
    ...fieldChanges(current.filed, filed),
    ...newSecrets.map((at) => ({ path: at, before: 'the secret that is here', after: 'another secret' })),
  ]
  if (fields.length === 0) return undefined
  const drifted = last !== undefined && last.hash !== current.hash
  const conflict: Pick<ThingChange, 'conflict'> = drifted ? { conflict: last.hash === hashOf(filed) ? 'here' : 'both' } : {}
  return { ...of, change: 'changed' as const, fields, ...conflict }
}

const referring = ({ kind, key, references }: Wish) => ({
  name: thingName({ kind: kind.id, key }),
  kind: kind.id,
  references: references.map(({ name }) => name),
})

const fileOf = (thing: CurrentThing): string => filesOf([{ kind: thing.kind, key: thing.key, document: {} }])[0]!.path
