import { randomUUID } from 'node:crypto'
import { runInContext } from '@parley/kernel'
import type { Actor, Clock, Logger, PluginDatabase } from '@parley/plugin-api'
import { createAudit } from '../audit/index.ts'
import { createDatabase } from '../database/index.ts'
import { PluginSetStore, processName } from '../instances/index.ts'
import { redactText } from '../observability/index.ts'
import { CrashFiles } from './crash-files.ts'
import type { CrashNote } from './crash-note.ts'
import { PluginStateStore, type PluginCrash } from './plugin-state-store.ts'
import { hasEnded, thisProcess } from './process-mark.ts'

/** So many exits within the window, caused by one plugin, keep it from starting. */
export const crashesToQuarantine = 3
export const crashWindow = 10 * 60_000

export interface CrashOptions {
  /** Of PostgreSQL. A plugin that crashes may have taken every connection of the pool before. */
  readonly url: string
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Logger
  /** Plugins without which the installation does not work at all. */
  readonly isFoundation: (plugin: string) => boolean
}

const longestMessage = 500
const patience = 5_000
const nobody: Actor = { kind: 'system', id: 'host', name: 'Parley', can: () => false }

/** Notes which plugin ended a process, and puts one that does it again and again into quarantine. */
export class CrashRecorder {
  readonly #options: CrashOptions
  readonly #files: CrashFiles

  constructor(options: CrashOptions) {
    this.#options = options
    this.#files = new CrashFiles(options.dataDir)
  }

  /** At once, in a file: the process may not live to see the answer of a database. */
  note(plugin: string, error: unknown): PluginCrash {
    // PostgreSQL takes no text with a zero in it
    const said = textOf(error).replaceAll('\0', '')
    const message = redactText(said).slice(0, longestMessage)
    const crash: PluginCrash = {
      id: randomUUID(),
      plugin,
      at: this.#options.clock.now(),
      process: processName(thisProcess()),
      message,
    }
    try {
      this.#files.write(crash)
    } catch (problem) {
      this.#options.log.error('A crash could not be noted in the data folder', { crash, error: problem })
    }
    return crash
  }

  /** In the database, in a connection of its own; never throws. What it cannot store stays in the file for the next start. */
  async store(crash: PluginCrash): Promise<void> {
    const { url, log } = this.#options
    const database = createDatabase({ url, max: 1, statementTimeout: patience, preparedStatements: false, log })
    try {
      await Promise.race([this.#count(crash, database), tooLate()])
    } catch (error) {
      const kept = this.#files.has(crash.id)
      log.error(kept ? 'A crash is noted in the data folder only; the next start stores it' : 'A crash could not be noted anywhere', { crash, error })
    } finally {
      void database.close().catch(() => undefined)
    }
  }

  /** What processes left that ended without a database. Never throws: what was decided of plugins holds whatever the files say. */
  async collect(database: { readonly host: PluginDatabase }): Promise<void> {
    for (const crash of this.#files.read()) {
      try {
        if (await this.#happened(crash, database)) await this.#count(crash, database)
      } catch (error) {
        this.#options.log.error('A crash that is noted in the data folder could not be stored', { crash, error })
      }
    }
  }

  /** What a process wrote down before its memory ran out holds when it has ended. */
  async #happened({ onceEnded, ...crash }: CrashNote, database: { readonly host: PluginDatabase }): Promise<boolean> {
    if (onceEnded === undefined) return true
    const ended = hasEnded(onceEnded, await new PluginSetStore(database.host).live())
    if (ended)
      this.#options.log.error('The memory of a process ran out, and most of what it took last was taken by a plugin', { plugin: crash.plugin, crash })
    return ended
  }

  async #count(crash: PluginCrash, database: { readonly host: PluginDatabase }): Promise<void> {
    const { log, clock, isFoundation } = this.#options
    const store = new PluginStateStore(database.host)
    if (!(await store.ready())) return
    const crashes = crowd(await store.crashed(crash))
    this.#files.remove(crash.id)
    if (crashes.length === 0) return
    const { plugin, message } = crash
    if (isFoundation(plugin)) return log.error('A plugin crashes again and again, and Parley cannot work without it', { plugin, crashes })
    const [known] = (await store.decisions()).filter((one) => one.plugin === plugin)
    if (known?.state === 'quarantined') return
    await store.decide({ plugin, state: 'quarantined', reason: message, by: undefined, at: clock.now(), crashes })
    log.error('A plugin is in quarantine from now on: it ended the process again and again', { plugin, crashes })
    const entry = { action: 'plugin.quarantine', object: { type: 'plugin', id: plugin, title: plugin }, after: { reason: message, crashes } }
    await runInContext({ plugin: 'host', requestId: 'crash', actor: nobody }, () => createAudit({ database, clock }).forPlugin('host').record(entry))
  }
}

/** Anything can be thrown, and a process that ends must not fail over it. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error)
  } catch {
    return 'something that is no text'
  }
}

/** The latest crashes that came so close together that they are too many; none when they never did. */
function crowd(times: readonly Date[]): readonly Date[] {
  for (let last = times.length - 1; last >= crashesToQuarantine - 1; last--) {
    const first = last - crashesToQuarantine + 1
    if (times[last]!.getTime() - times[first]!.getTime() <= crashWindow) return times.slice(first, last + 1)
  }
  return []
}

/** Real time, whatever the clock of the host: a process that ends does not wait for anything longer. */
const tooLate = (): Promise<never> =>
  new Promise((_, reject) => setTimeout(() => reject(new Error(`The database did not answer within ${patience / 1000} seconds.`)), patience).unref())
