import { declaredPermissions, ParleyError, type ExtensionPoint, type Role } from '@parley/plugin-api'
import { visiblePart } from './config/check-config.ts'
import { configOf, type LoadedConfig } from './config/load-config.ts'
import { applyDecisions, undecided, type Decisions } from './decisions.ts'
import { ExtensionRegistry } from './extension-registry.ts'
import { blockedBy } from './failure-policy.ts'
import { bootProblems } from './boot-problems.ts'
import type { Kernel, KernelOptions, StateChange } from './installed-plugin.ts'
import { applyLicence } from './licence/apply-licence.ts'
import { unlimited, type Licensing } from './licence/licensing.ts'
import { checkPluginEntries, configurePlugin, importPlugin, messageOf, selectPlugin } from './load-plugins.ts'
import { linkPlugins, type PluginGraph } from './plugin-graph.ts'
import type { PluginHandle } from './plugin-handle.ts'
import { PluginRecord } from './plugin-record.ts'
import { graphNode, guardedService, registerPlugin, type Registration } from './register-plugins.ts'
import { StartupProgress } from './startup-progress.ts'
import { reportLine, type StartupReport } from './startup-report.ts'
import { holding, type Hold, type Holder } from './suspensions.ts'
import { withTimeLimit } from './time-limit.ts'
import { touchesOf, type PluginTouches } from './touches.ts'
import { runInContext } from './work-context.ts'

/** Loads plugins, links them and starts them in order. Knows what plugins declare and nothing of what carries it out. */
export const createKernel = (options: KernelOptions): Kernel => new PluginKernel(options)

class PluginKernel implements Kernel {
  readonly #options: KernelOptions
  readonly #config: LoadedConfig
  readonly #licensing: Licensing
  readonly #decisions: Decisions
  readonly #timeout: number
  readonly #registry: ExtensionRegistry
  readonly #progress: StartupProgress
  readonly #listeners = new Set<(change: StateChange) => void>()
  readonly #records = new Map<string, PluginRecord>()
  #graph: PluginGraph = linkPlugins([])
  #ordered: readonly PluginRecord[] = []

  constructor(options: KernelOptions) {
    this.#options = options
    this.#licensing = options.licensing ?? unlimited
    this.#decisions = options.decisions ?? undecided
    this.#config = options.config ?? configOf({})
    this.#timeout = options.timeout ?? 30_000
    this.#registry = new ExtensionRegistry({ log: options.log })
    this.#progress = new StartupProgress(options)
    for (const installed of options.plugins) {
      const changed = (record: PluginRecord): void => this.#announce(record)
      if (!this.#records.has(installed.id)) this.#records.set(installed.id, new PluginRecord({ installed, changed }))
    }
  }

  async load(): Promise<void> {
    const { plugins, critical = [], points = [], chosen = {}, log } = this.#options
    const rules = { config: this.#config, licensing: this.#licensing, decisions: this.#decisions }
    for (const installed of plugins) selectPlugin(this.#records.get(installed.id)!, installed, rules)
    await Promise.all(
      [...this.#records.values()].map(async (record) => {
        if (record.state === 'registered')
          await importPlugin(
            record,
            plugins.find((one) => one.id === record.id)!,
          )
      }),
    )
    const misconfigured = new Map<string, readonly string[]>()
    for (const record of this.#records.values()) {
      const problems = await configurePlugin(record, this.#config)
      if (problems.length > 0) misconfigured.set(record.id, problems)
    }
    this.#graph = linkPlugins([...this.#records.values()].map(graphNode), { points, chosen })
    for (const warning of this.#graph.warnings) log.warn(warning)
    this.#putInOrder()
    for (const [id, problems] of misconfigured) this.#records.get(id)!.become('failed', `its configuration is wrong: ${problems.join(' ')}`)
    for (const { blocks, text } of this.#graph.problems) {
      const record = blocks === undefined ? undefined : this.#records.get(blocks)
      if (record?.state === 'registered') record.become('blocked', text.replaceAll('\n', ' '))
    }
    this.#blockDependants()

    const problems = bootProblems({
      configuration: [...this.#config.problems, ...checkPluginEntries(this.#config, [...this.#records.keys()])],
      misconfigured,
      graph: this.#graph.problems,
      installed: plugins.map((plugin) => plugin.id),
      critical,
      find: (id) => this.#records.get(id),
    })
    if (problems) throw problems
    const hostPermissions = this.#options.permissions
    if (hostPermissions) {
      this.#registry.add({ plugin: 'host', point: declaredPermissions.id, key: 'host', available: () => true, create: () => hostPermissions })
    }
    for (const record of this.#ordered) if (record.state === 'registered') registerPlugin(record, this.#registration)
    for (const [id, reason] of this.#options.refused?.([...this.#records.values()]) ?? []) {
      const record = this.#known(id)
      if (record.state === 'registered') record.become('failed', reason)
    }
    this.#blockDependants()
  }

  async init(): Promise<void> {
    this.#blockDependants()
    const done = new Map<string, Promise<void>>()
    for (const record of this.#ordered) {
      const providers = (this.#graph.waitsFor.get(record.id) ?? []).map((id) => done.get(id))
      done.set(
        record.id,
        Promise.all(providers).then(() => this.#initialise(record)),
      )
    }
    await Promise.all(done.values())
    // before anything is served or worked on
    this.applyLicence()
    await this.#abortWithoutCritical()
  }

  async start(roles: readonly Role[]): Promise<void> {
    for (const record of this.#ordered) {
      if (record.state === 'suspended') record.missedStart = roles
      if (record.state !== 'running') continue
      this.#blockDependants(['running'])
      // The state may have changed by the line above.
      if ((record.state as string) === 'running') await this.#startHook(record, roles)
    }
    this.#blockDependants(['running'])
    await this.#abortWithoutCritical()
  }

  async stop(): Promise<void> {
    for (const record of [...this.#ordered].reverse()) {
      const hook = record.declared?.spec.stop
      if (record.state === 'running' || record.state === 'suspended') {
        try {
          if (hook) await this.#hook(record, 'stop', () => hook.call(record.declared!.spec, record.container!.cradle as never))
        } catch (error) {
          this.#options.log.error('A plugin failed to stop', { plugin: record.id, error })
        }
        record.become('stopped')
        await this.#dispose(record)
      } else if (record.state === 'registered') record.become('stopped')
    }
  }

  plugins(): readonly PluginHandle[] {
    return this.#ordered
  }

  point<T>(point: ExtensionPoint<T>): ReadonlyMap<string, T> {
    return this.#registry.view<T>(point.id)
  }

  contributor(point: { readonly id: string }, key: string): string | undefined {
    return this.#registry.contributor(point.id, key)
  }

  service<T>(token: { readonly id: string; readonly kind: 'service' }): T | undefined {
    return guardedService(token as never, this.#registration) as T | undefined
  }

  fail(plugin: string, phase: string, error: unknown): void {
    const record = this.#known(plugin)
    this.#withdraw(record, phase, error)
    this.#blockDependants()
  }

  suspend(plugin: string, reason: string): void {
    this.#holder('other').hold(this.#known(plugin), reason)
  }

  resume(plugin: string): void {
    this.#holder('other').release(this.#known(plugin))
  }

  applyLicence(): void {
    applyLicence(this.#licensing, this.#holder('licence'))
  }

  applyDecisions(): void {
    applyDecisions(this.#decisions, this.#holder('decision'))
  }

  onChange(listener: (change: StateChange) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  report(): StartupReport {
    return { plugins: this.#ordered.map(reportLine) }
  }

  touches(plugin: string): PluginTouches {
    const { declared, manifest } = this.#known(plugin)
    return touchesOf(declared, manifest)
  }

  uiConfig(plugin: string): Readonly<Record<string, unknown>> {
    const record = this.#known(plugin)
    const schema = record.declared?.spec.config
    return schema ? visiblePart(schema, record.config, 'ui') : {}
  }

  get #registration(): Registration {
    return { options: this.#options, graph: this.#graph, registry: this.#registry, licensing: this.#licensing, record: (id) => this.#records.get(id) }
  }

  #holder(holder: Holder): Hold {
    return holding(holder, this.#ordered, (record, roles) => void this.#startHook(record, roles))
  }

  async #initialise(record: PluginRecord): Promise<void> {
    if (record.state !== 'registered') return
    const blocked = blockedBy(record, this.#graph, (id) => this.#records.get(id))
    if (blocked !== undefined) return record.become('blocked', blocked)
    const { spec } = record.declared!
    const ready = await this.#attempt(record, 'init', async () => {
      record.container!.verify()
      await spec.init?.(record.container!.cradle as never)
    })
    if (ready) record.become('running')
  }

  async #startHook(record: PluginRecord, roles: readonly Role[]): Promise<void> {
    const hook = record.declared!.spec.start
    if (!hook) return
    await this.#attempt(record, 'start', async () => {
      for (const role of roles) await hook.call(record.declared!.spec, record.container!.cradle as never, role)
    })
  }

  async #attempt(record: PluginRecord, phase: 'init' | 'start', work: () => Promise<void>): Promise<boolean> {
    record.phase = phase
    this.#progress.begin(record.id)
    try {
      await this.#hook(record, phase, work)
      return true
    } catch (error) {
      this.#withdraw(record, phase, error)
      return false
    } finally {
      record.milliseconds += this.#progress.end(record.id)
    }
  }

  #hook(record: PluginRecord, phase: string, work: () => void | Promise<void>): Promise<void> {
    return withTimeLimit(this.#options.clock, this.#timeout, phase, () => runInContext({ plugin: record.id, requestId: phase }, work))
  }

  #withdraw(record: PluginRecord, phase: string, error: unknown): void {
    record.phase = phase
    const message = messageOf(error)
    record.become('failed', message.startsWith(`${phase} did not finish`) ? message : `${phase} failed: ${message}`)
    this.#options.log.error('A plugin failed and is withdrawn', { plugin: record.id, phase, error })
    void this.#dispose(record)
  }

  async #dispose(record: PluginRecord): Promise<void> {
    try {
      await record.container?.dispose()
    } catch (error) {
      this.#options.log.error('A plugin left something open', { plugin: record.id, error })
    }
  }

  /** Until every plugin is settled: blocking one may block another. The graph order makes one pass enough. */
  #blockDependants(states: readonly string[] = ['registered']): void {
    for (const record of this.#ordered) {
      if (!states.includes(record.state)) continue
      const reason = blockedBy(record, this.#graph, (id) => this.#records.get(id))
      if (reason === undefined) continue
      record.become('blocked', reason)
      void this.#dispose(record)
    }
  }

  async #abortWithoutCritical(): Promise<void> {
    const lost = (this.#options.critical ?? []).map((id) => this.#known(id)).find(({ state }) => state !== 'running' && state !== 'suspended')
    if (!lost) return
    const message = `"${lost.id}" is critical (host.critical) and did not start: ${lost.reason ?? `it is ${lost.state}`}`
    await this.stop()
    throw new ParleyError('plugin_unavailable', message, { details: { plugin: lost.id } })
  }

  #putInOrder(): void {
    const rest = [...this.#records.keys()].filter((id) => !this.#graph.order.includes(id)).sort()
    this.#ordered = [...this.#graph.order, ...rest].map((id) => this.#records.get(id)!)
    for (const [index, record] of this.#ordered.entries()) record.order = index
  }

  #known(plugin: string): PluginRecord {
    const record = this.#records.get(plugin)
    if (!record) throw new ParleyError('not_found', `There is no plugin "${plugin}".`)
    return record
  }

  #announce({ id, state, reason }: PluginRecord): void {
    this.#registry.changed()
    for (const listener of this.#listeners) listener({ plugin: id, state, reason })
  }
}
