import type { Clock, Core, ExtensionPoint, Logger, Permission, PluginManifest, Role } from '@parley/plugin-api'
import type { LoadedConfig } from './config/load-config.ts'
import type { Decisions } from './decisions.ts'
import type { Licensing } from './licence/licensing.ts'
import type { PluginHandle, PluginState } from './plugin-handle.ts'
import type { StartupReport } from './startup-report.ts'
import type { PluginTouches } from './touches.ts'

/** A plugin as found on disk (or handed over by a test): nothing of its code has run. */
export interface InstalledPlugin {
  readonly id: string
  readonly version: string
  /** Absent in tests that hand over a declaration without a package. */
  readonly manifest?: PluginManifest
  /** Why the host does not even import it, such as files that nobody approved. */
  readonly withheld?: { readonly state: PluginState; readonly reason: string }
  /** Imports the code: a `Plugin`, or a module whose default export is one. */
  load(): Promise<unknown>
}

/** Core services made for one plugin; what the kernel adds itself is left out. */
export type CoreServices = Omit<Core, 'config' | 'points' | 'entitlements'>

export interface KernelOptions {
  readonly plugins: readonly InstalledPlugin[]
  readonly core: (plugin: { readonly id: string; readonly version: string; readonly config: unknown }) => CoreServices
  readonly clock: Clock
  readonly log: Logger
  /** Merged deployment configuration; the kernel reads `plugins.<id>.{enabled,config}` of it. */
  readonly config?: LoadedConfig
  /** Plugins without which nothing starts. */
  readonly critical?: readonly string[]
  /** Points the host itself owns. */
  readonly points?: readonly ExtensionPoint<any>[]
  /** The host's own permissions, listed beside those of plugins. */
  readonly permissions?: readonly Permission[]
  /** Point that takes one contribution -> the plugin chosen for it. */
  readonly chosen?: Readonly<Record<string, string>>
  /**
   * Asked once everything is registered, with the plugins in the order in which they were handed over: what is wrong between plugins in declarations
   * that the kernel does not understand. Plugin -> why; such a plugin is withdrawn before its `init`.
   */
  readonly refused?: (plugins: readonly PluginHandle[]) => ReadonlyMap<string, string>
  /** What the licence allows; everything by default. */
  readonly licensing?: Licensing
  /** What was disabled or put into quarantine; nothing by default. */
  readonly decisions?: Decisions
  /** Milliseconds a plugin's `init`, `start` and `stop` may take each; default 30,000. */
  readonly timeout?: number
}

export interface StateChange {
  readonly plugin: string
  readonly state: PluginState
  readonly reason: string | undefined
}

export interface Kernel {
  /** Select, import, configure, link, register. Throws one error with all problems when nothing may start. */
  load(): Promise<void>
  /** Runs `init` in graph order, siblings in parallel. Afterwards a plugin is `running`, `failed` or `blocked`. */
  init(): Promise<void>
  /** Runs the rare `start` hooks. The host has mounted routes, workers and sockets before. */
  start(roles: readonly Role[]): Promise<void>
  /** Stop hooks and disposal in reverse graph order; never throws. */
  stop(): Promise<void>
  /** All plugins in graph order, whatever their state; those without a place in the graph come last. */
  plugins(): readonly PluginHandle[]
  /** A live view of a registry, as the host reads its own points. */
  point<T>(point: ExtensionPoint<T>): ReadonlyMap<string, T>
  /** Whose contribution a key is, of running plugins. */
  contributor(point: { readonly id: string }, key: string): string | undefined
  /** The guarded service behind a token, as a consumer would get it; `undefined` when no running plugin provides it. */
  service<T>(token: { readonly id: string; readonly kind: 'service' }): T | undefined
  /** Withdraws a plugin for good: its migration failed, say. */
  fail(plugin: string, phase: string, error: unknown): void
  suspend(plugin: string, reason: string): void
  resume(plugin: string): void
  /** The licence or the time changed: suspends what it no longer includes, brings back what it includes again. */
  applyLicence(): void
  /** Something was disabled, enabled, put into quarantine or released: suspends what is loaded, and brings back what was. */
  applyDecisions(): void
  /** Called at every change of a plugin's state; answers a function that unsubscribes. */
  onChange(listener: (change: StateChange) => void): () => void
  report(): StartupReport
  /** What a plugin has to do with others: by its code when that was imported, else by its manifest. */
  touches(plugin: string): PluginTouches
  /** The part of a plugin's configuration that its schema marks `visibility: 'ui'`. */
  uiConfig(plugin: string): Readonly<Record<string, unknown>>
}
