import { dependantsOf, foundations, type Decision, type Decisions, type Kernel } from '@parley/kernel'
import type { Audit, Clock, Logger, PluginDatabase, Route } from '@parley/plugin-api'
import { CrashRecorder, crashesToQuarantine } from './crash-recorder.ts'
import { pluginStateRoutes } from './plugin-states.routes.ts'
import { PluginStateStore, type PluginDecision } from './plugin-state-store.ts'

export interface PluginStatesOptions {
  readonly database: { readonly host: PluginDatabase }
  /** Of PostgreSQL itself, for a connection of its own when the process crashes. */
  readonly url: string
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Logger
  readonly critical: readonly string[]
  /** Every plugin that is installed. */
  readonly ids: readonly string[]
}

/** Another process may have decided something, or the command line: nobody tells. */
const lookEvery = 5_000

/** What was decided of plugins outside the configuration: the same in all processes of an installation within seconds. */
export class PluginStates {
  readonly store: PluginStateStore
  readonly #options: PluginStatesOptions
  readonly #crashes: CrashRecorder
  #known: ReadonlyMap<string, PluginDecision> = new Map()
  #kernel: Kernel | undefined
  #cancel = (): void => undefined

  constructor(options: PluginStatesOptions) {
    this.#options = options
    this.store = new PluginStateStore(options.database.host)
    this.#crashes = new CrashRecorder({ ...options, isFoundation: (plugin) => this.isFoundation(plugin) })
  }

  /** What the kernel asks. */
  readonly decisions: Decisions = {
    of: (plugin): Decision | undefined => {
      const decision = this.#known.get(plugin)
      return decision && { state: decision.state, reason: sentenceOf(decision) }
    },
  }

  of(plugin: string): PluginDecision | undefined {
    return this.#known.get(plugin)
  }

  /** Whether nothing would work without it, so that nobody may switch it off. */
  isFoundation(plugin: string): boolean {
    return foundations(this.#options.critical, this.#graph).has(plugin)
  }

  /** Plugins that stop with it, at the latest at the next start. */
  dependants(plugin: string): readonly string[] {
    return dependantsOf(plugin, this.#graph)
  }

  /** Before plugins are chosen. Without a database nothing starts anyway, so that is somebody else's to tell. */
  async load(kernel: Kernel): Promise<void> {
    this.#kernel = kernel
    const { log, database } = this.#options
    try {
      if (!(await this.store.ready())) return
      await this.#crashes.collect(database)
      await this.#read()
    } catch (error) {
      log.warn('What was decided of plugins could not be read', { error })
    }
    for (const { plugin, state } of this.#known.values()) {
      if (state === 'quarantined') log.warn('A plugin is in quarantine and is not loaded', { plugin, reason: this.decisions.of(plugin)!.reason })
    }
  }

  start(): void {
    this.#cancel = this.#options.clock.every(lookEvery, () => void this.check())
  }

  stop(): void {
    this.#cancel()
  }

  /** Looks now; never throws. */
  async check(): Promise<void> {
    try {
      if (await this.store.ready()) await this.#read()
    } catch (error) {
      this.#options.log.debug('What was decided of plugins could not be read and holds as it is', { error })
    }
    this.#kernel?.applyDecisions()
  }

  /** The process ends because of a plugin. What cannot wait is done when this returns; the rest takes seconds at most. */
  crashed(plugin: string, error: unknown): Promise<void> {
    return this.#crashes.store(this.#crashes.note(plugin, error))
  }

  /** The same where nothing can be waited for. */
  noteCrash(plugin: string, error: unknown): void {
    this.#crashes.note(plugin, error)
  }

  routes(host: { readonly kernel: Kernel; readonly audit: Audit }): readonly Route[] {
    return pluginStateRoutes({ states: this, clock: this.#options.clock, ...host })
  }

  async #read(): Promise<void> {
    this.#known = new Map((await this.store.decisions()).map((decision) => [decision.plugin, decision]))
  }

  get #graph() {
    return { ids: this.#options.ids, touches: (id: string) => this.#kernel?.touches(id) ?? { consumes: [], provides: [] } }
  }
}

/** For logs and for people who read English; screens say it in their own words. */
export function sentenceOf({ state, by, at, reason, crashes }: PluginDecision): string {
  const when = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const why = reason === undefined ? '' : `: ${reason}`
  if (by !== undefined) return `${by} ${state === 'disabled' ? 'disabled it' : 'put it into quarantine'} on ${when}${why}`
  const within = crashes.length >= crashesToQuarantine ? `${crashes.length} times within ten minutes` : 'again and again'
  return `it ended the process ${within}, last on ${when}${why}`
}
