import { currentContext, runInContext } from '@parley/kernel'
import { isParleyError, ParleyError, permissionId, type Actor, type ConfigurationContext, type Transaction } from '@parley/plugin-api'
import { canonicalJson } from './canonical.ts'
import type { Wish } from './check-wishes.ts'
import type { ConfigurationProblem, MissingSecret } from './configuration-types.ts'
import type { Kind } from './kinds.ts'
import { mapPlaces } from './places.ts'
import type { Plan } from './plan-changes.ts'
import { thingName, type CurrentThing, type Snapshot } from './snapshot.ts'

interface Given {
  readonly snapshot: Snapshot
  readonly actor: Actor
  readonly origin: string | undefined
  readonly dbOf: (kind: Kind) => Transaction
}

export type Later = (signal: AbortSignal) => Promise<void>

/** No bot's id: who may do something with it may do it with every bot. */
const everyBot = '*'

/** Changes whose kinds the caller may not change. Whose rights hold for some bots only may change nothing that belongs to bots. */
export function forbidden({ saves, removals }: Plan, actor: Actor): ConfigurationProblem[] {
  if (actor.kind === 'system') return []
  const all = [
    ...saves.map(({ kind, key, path }) => ({ kind, key, file: path })),
    ...removals.map(({ kind, thing: { key } }) => ({ kind, key, file: `${kind.id}/${key}` })),
  ]
  return all.flatMap(({ kind, key, file }) => {
    const permission = kind.permission(key)
    if (permission === undefined || actor.can(permission, permission.scope === 'bot' ? everyBot : undefined)) return []
    return [{ file, path: '', message: `You may not change this: it needs the right "${permissionId(permission)}".` }]
  })
}

/** Writes all of it through the kinds; the first refusal ends it, and names the file. Answers what is to be done after the commit. */
export async function applyPlan({ saves, removals }: Plan, given: Given): Promise<Later[]> {
  const later: Later[] = []
  const contextOf = (kind: Kind): ConfigurationContext => ({
    db: given.dbOf(kind),
    actor: given.actor,
    origin: given.origin,
    afterCommit: (work) => void later.push((signal) => inPlugin(kind, given.actor, () => work(signal))),
  })
  for (const wish of saves) await refused(wish, () => inPlugin(wish.kind, given.actor, () => save(wish, given, contextOf(wish.kind))))
  for (const { kind, thing } of removals) {
    await refused({ path: thingName(thing) }, () => inPlugin(kind, given.actor, () => kind.remove(thing.thing, contextOf(kind))))
  }
  return later
}

async function save(wish: Wish, { snapshot }: Given, context: ConfigurationContext): Promise<void> {
  const { kind, key } = wish
  const document = mapPlaces(wish.schema, wish.open, (value, { reference }) =>
    reference === undefined || typeof value !== 'string' ? value : (snapshot.idOf(reference, value) ?? value),
  )
  const current = snapshot.things.get(thingName({ kind: kind.id, key }))
  const id = current?.id ?? kind.newId?.(key, snapshot)
  if (id === undefined && kind.newId !== undefined) {
    throw new ParleyError('unprocessable', `What "${key}" belongs to is not here and not in the files.`)
  }
  const keptSecrets = wish.keptSecrets.map(({ path }) => path)
  const saved = await kind.save({ id, key, document: document as object, before: current?.thing.document, keptSecrets }, context)
  snapshot.name(kind.id, saved, key)
}

const inPlugin = <T>({ plugin }: Kind, actor: Actor, work: () => Promise<T>): Promise<T> =>
  runInContext({ requestId: 'configuration', ...currentContext(), plugin, actor }, work)

/** With the file's name, so that a refusal by a plugin says where to look. */
async function refused({ path, keptSecrets = [] }: Pick<Wish, 'path'> & Partial<Wish>, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const asked = isParleyError(error) ? error.details?.['secrets'] : undefined
    throw new Refusal(
      path,
      error,
      keptSecrets.filter((secret) => Array.isArray(asked) && asked.includes(secret.path)),
    )
  }
}

/** A plugin did not take a change. */
export class Refusal extends Error {
  readonly file: string
  /** What has to be given so that it does. */
  readonly missingSecrets: readonly MissingSecret[]

  constructor(file: string, cause: Error, missingSecrets: readonly MissingSecret[]) {
    super(cause.message, { cause })
    this.file = file
    this.missingSecrets = missingSecrets
  }
}

/** Things that are not as they were written: their kind does not keep all of it. */
export function notTaken({ saves }: Plan, after: ReadonlyMap<string, CurrentThing>): string[] {
  return saves.flatMap(({ kind, key, filed, path }) => {
    const found = after.get(thingName({ kind: kind.id, key }))
    if (found !== undefined && canonicalJson(found.filed) === canonicalJson(filed)) return []
    return [`"${path}" was saved, and reads differently now. The next import will change it again; "parley config diff" shows where.`]
  })
}
