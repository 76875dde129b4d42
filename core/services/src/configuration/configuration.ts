import type { Kernel } from '@parley/kernel'
import { ParleyError, type Actor, type Clock, type Logger, type Transaction } from '@parley/plugin-api'
import type { AuditService } from '../audit/index.ts'
import { joined, type Database } from '../database/index.ts'
import type { Settings } from '../settings/index.ts'
import { applyPlan, forbidden, notTaken, Refusal, type Later } from './apply-plan.ts'
import { checkWishes } from './check-wishes.ts'
import { filesOf, placeOf, readFiles, type ConfigurationFile } from './configuration-files.ts'
import { ConfigurationStore, type KnownThing } from './configuration-store.ts'
import type { ConfigurationDifference, ConfigurationExport, ImportOptions, ImportResult } from './configuration-types.ts'
import { kindsOf, type Kind } from './kinds.ts'
import { planChanges, type Plan } from './plan-changes.ts'
import { takeSnapshot, thingName, type Snapshot } from './snapshot.ts'

export interface ConfigurationOptions {
  readonly database: Pick<Database, 'host' | 'forPlugin'>
  readonly kernel: Kernel
  readonly settings: Settings
  readonly audit: AuditService
  readonly clock: Clock
  readonly log: Logger
}

export interface ImportRequest extends ImportOptions {
  readonly dryRun?: boolean
  /** Also undo what was changed here since the last export or import. */
  readonly overwrite?: boolean
  /** Where the files are from, as people know it. */
  readonly source?: string
  readonly actor: Actor
  readonly origin?: string
  readonly signal: AbortSignal
}

interface Look extends ConfigurationDifference {
  readonly plan: Plan
  readonly snapshot: Snapshot
  readonly known: readonly KnownThing[]
  readonly keep: readonly { readonly kind: string; readonly key: string; readonly document: unknown }[]
  readonly kinds: readonly Kind[]
  readonly only: (kind: string) => boolean
  /** Names of everything in the files. */
  readonly filed: ReadonlySet<string>
}

/** What is configured in all plugins: as files, compared with files, made as files say. */
export class Configuration {
  readonly #parts: ConfigurationOptions
  readonly #store: ConfigurationStore

  constructor(parts: ConfigurationOptions) {
    this.#parts = parts
    this.#store = new ConfigurationStore(parts.database.host)
  }

  async export(): Promise<ConfigurationExport> {
    const { database, clock } = this.#parts
    const kinds = kindsOf(this.#parts)
    const { snapshot, kept } = await database.host.transaction(async (tx) => {
      await this.#store.freeze(tx)
      await this.#store.lock(tx)
      const store = new ConfigurationStore(tx)
      const taken = await takeSnapshot(kinds, this.#dbOf(tx), await store.known())
      await store.remember(
        kinds.map(({ id }) => id),
        [...taken.things.values()],
        clock.now(),
      )
      return { snapshot: taken, kept: await store.kept() }
    })
    const things = [...snapshot.things.values()].map(({ kind, key, filed }) => ({ kind, key, document: filed }))
    const unknown = kept.filter((one) => !snapshot.things.has(thingName(one)))
    return { hash: snapshot.hash(kept), files: filesOf([...things, ...unknown]), kinds: kinds.map(({ id }) => id) }
  }

  /** What an import would change; things that only this installation has are shown as removed. */
  async diff(files: readonly ConfigurationFile[], options: ImportOptions = {}): Promise<ConfigurationDifference> {
    return await this.#parts.database.host.transaction(async (tx) => {
      await this.#store.freeze(tx)
      return shown(await this.#look(files, { prune: true, ...options }, tx))
    })
  }

  /** All of it or nothing. A dry run does everything, the plugins' own checks included, and takes it back. */
  async import(files: readonly ConfigurationFile[], request: ImportRequest): Promise<ImportResult> {
    const { database, log } = this.#parts
    if (request.prune === true) refuseNothing(files, kindsOf(this.#parts), request.source)
    let done: { result: ImportResult; later: Later[] } | undefined
    try {
      await database.host.transaction(async (tx) => {
        await this.#store.lock(tx)
        const look = await this.#look(files, request, tx)
        const stopped = obstacles(look, request)
        if (stopped.problems.length > 0 || look.missingSecrets.length > 0) throw new Stop({ ...shown(look), problems: stopped.problems })
        done = await this.#apply(look, request, tx)
        if (request.dryRun === true) throw new Stop(shown(look))
      })
    } catch (error) {
      if (!(error instanceof Stop)) throw error
      const { problems, missingSecrets } = error.difference
      const action = request.dryRun === true ? 'configuration.dry_run' : 'configuration.refused'
      await this.#record(action, error.difference, { obstacles: problems.length + missingSecrets.length })
      return { ...error.difference, applied: false, hash: done?.result.hash ?? '', warnings: done?.result.warnings ?? [] }
    }
    const { result, later } = done!
    const warnings = [...result.warnings]
    for (const work of later) {
      try {
        await work(request.signal)
      } catch (error) {
        log.warn('something could not be done after an import of the configuration', { error })
        warnings.push((error as Error).message)
      }
    }
    return { ...result, warnings }
  }

  async #look(files: readonly ConfigurationFile[], { prune = false, only = [], secrets = {} }: ImportOptions, tx: Transaction): Promise<Look> {
    const store = new ConfigurationStore(tx)
    const kinds = kindsOf(this.#parts)
    const known = await store.known()
    const snapshot = await takeSnapshot(kinds, this.#dbOf(tx), known)
    const inScope = (kind: string): boolean => only.length === 0 || only.some((one) => kind === one || kind.startsWith(`${one}/`))
    const read = readFiles(files)
    const things = read.things.filter(({ kind }) => inScope(kind))
    const filed = new Set(read.things.map(thingName))
    const checked = await checkWishes(things, {
      kinds: new Map(kinds.map((kind) => [kind.id, kind])),
      snapshot,
      secrets,
      goes: (name) => prune && !filed.has(name) && inScope(name.slice(0, name.lastIndexOf('/'))),
    })
    const plan = planChanges(checked, { kinds, snapshot, known, filed, prune, only: inScope })
    return {
      changes: plan.changes,
      problems: [...read.problems, ...checked.problems, ...plan.problems],
      missingSecrets: checked.missing,
      kept: checked.kept.map(({ path }) => path),
      plan,
      snapshot,
      known,
      keep: checked.kept,
      kinds,
      only: inScope,
      filed,
    }
  }

  async #apply(look: Look, { actor, origin, prune = false }: ImportRequest, tx: Transaction): Promise<{ result: ImportResult; later: Later[] }> {
    const store = new ConfigurationStore(tx)
    const dbOf = this.#dbOf(tx)
    const { plan, snapshot, kinds, only } = look
    let later: Later[]
    try {
      later = await applyPlan(plan, { snapshot, actor, origin, dbOf })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { file, message, missingSecrets } = error
      throw new Stop({ ...shown(look), problems: [{ file, path: '', message }], missingSecrets })
    }
    for (const one of look.keep) await store.keep(one)
    const applied = (await store.kept()).filter((one) => only(one.kind) && (look.filed.has(thingName(one)) ? !isKept(look, one) : prune))
    await store.forget(applied)
    const kept = await store.kept()
    const after = await takeSnapshot(kinds, dbOf, namedAs(snapshot, plan, look.known))
    await this.#remember(look, after, store)
    const hash = after.hash(kept)
    await this.#record('configuration.import', look, { hash }, tx)
    return { result: { ...shown(look), applied: true, hash, warnings: notTaken(plan, after.things) }, later }
  }

  async #record(action: string, { changes }: ConfigurationDifference, more: object, within?: Transaction): Promise<void> {
    const counts = { added: 0, changed: 0, removed: 0 }
    for (const { change } of changes) counts[change] += 1
    const entry = { action, object: { type: 'configuration', id: 'all' }, after: { ...counts, ...more } }
    await this.#parts.audit.forPlugin('host').record(entry, within === undefined ? {} : { within })
  }

  /** What the files did not speak of keeps the state it was last seen in. */
  async #remember({ kinds, only, known, filed }: Look, after: Snapshot, store: ConfigurationStore): Promise<void> {
    const last = new Map(known.map((one) => [thingName(one), one]))
    const scope = kinds.filter(({ id }) => only(id)).map(({ id }) => id)
    const things = [...after.things.values()]
      .filter(({ kind }) => scope.includes(kind))
      .map((thing) => ({ ...thing, hash: filed.has(thingName(thing)) ? thing.hash : (last.get(thingName(thing))?.hash ?? thing.hash) }))
    await store.remember(scope, things, this.#parts.clock.now())
  }

  #dbOf(tx: Transaction): (kind: Kind) => Transaction {
    return ({ plugin }) => joined(this.#parts.database.forPlugin(plugin).within(tx))
  }
}

/** Ends the transaction of an import without a commit. */
class Stop extends Error {
  readonly difference: ConfigurationDifference

  constructor(difference: ConfigurationDifference) {
    super('stopped')
    this.difference = difference
  }
}

const shown = ({ changes, problems, missingSecrets, kept }: ConfigurationDifference): ConfigurationDifference => ({
  changes,
  problems,
  missingSecrets,
  kept,
})

const isKept = ({ keep }: Look, { kind, key }: { readonly kind: string; readonly key: string }): boolean =>
  keep.some((one) => one.kind === kind && one.key === key)

function obstacles(look: Look, { overwrite = false, actor }: ImportRequest): Pick<ConfigurationDifference, 'problems'> {
  const conflicts = overwrite ? [] : look.changes.filter(({ conflict }) => conflict !== undefined)
  return {
    problems: [
      ...look.problems,
      ...forbidden(look.plan, actor),
      ...conflicts.map(({ file, conflict }) => ({ file, path: '', message: conflictWords[conflict!] })),
    ],
  }
}

/** An empty folder, or somebody else's, would remove everything. */
function refuseNothing(files: readonly ConfigurationFile[], kinds: readonly Kind[], source = 'What was given'): void {
  const known = new Set(kinds.map(({ id }) => id))
  if (files.some(({ path }) => known.has(placeOf(path)?.kind ?? ''))) return
  throw new ParleyError(
    'invalid_input',
    `${source} has no file that an export writes ("<plugin>/<kind>/<key>.yaml" of a plugin that runs here), so everything that is configured here was kept: import what an export made, or remove nothing (leave out "prune").`,
  )
}

const conflictWords = {
  both: 'This was changed here since the last export or import, and in the files too. Export, merge, and import again; or overwrite what is here.',
  here: 'This was changed here since the last export or import. Export to have it in the files; or overwrite what is here.',
  gone: 'This was deleted here since the last export or import. Delete its file; or overwrite, which makes it anew.',
} as const

/** Keys of the things that were just made are those of their files. */
function namedAs(snapshot: Snapshot, { saves }: Plan, known: readonly KnownThing[]): KnownThing[] {
  const made = saves.map(({ kind, key }) => ({ kind: kind.id, id: snapshot.idOf(kind.id, key)!, key, hash: '' }))
  const names = new Set(made.map(({ kind, id }) => `${kind} ${id}`))
  return [...known.filter(({ kind, id }) => !names.has(`${kind} ${id}`)), ...made]
}

/** @example const configuration = createConfiguration({ database, kernel, settings, audit, clock, log }); await configuration.export() */
export const createConfiguration = (options: ConfigurationOptions): Configuration => new Configuration(options)
