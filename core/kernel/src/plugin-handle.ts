import type {
  Actor,
  Connector,
  Job,
  Migrations,
  Permission,
  PublishedViews,
  Route,
  SettingsPage,
  Socket,
  Subscription,
  Topic,
} from '@parley/plugin-api'
import type { Decision } from './decisions.ts'

export type PluginState =
  'disabled' | 'incompatible' | 'unlicensed' | 'registered' | 'running' | 'failed' | 'blocked' | 'suspended' | 'quarantined' | 'stopped'

/** What a plugin declared, built once at registration. */
export interface Declarations {
  readonly permissions: readonly Permission[]
  readonly settings: readonly SettingsPage[]
  readonly routes: readonly Route[]
  readonly jobs: readonly Job[]
  readonly subscriptions: readonly Subscription[]
  readonly topics: readonly Topic[]
  readonly sockets: readonly Socket[]
  readonly connectors: readonly Connector[]
  readonly migrations: Migrations
  readonly publishes: PublishedViews
}

/** The trace that a piece of work belongs to, and the span that it works under. */
export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
}

/** The async context of a piece of work: what logs, audit and error attribution read. */
export interface WorkContext {
  readonly plugin: string
  readonly requestId: string
  readonly actor?: Actor
  readonly address?: string
  /** Takes in what comes from outside, which a suspended plugin does too: what was sent to the customer must not be lost. */
  readonly receiving?: boolean
  /** Only where traces are on and this one is recorded. */
  readonly trace?: TraceContext | undefined
}

/** A plugin as the parts of the host see it, whatever its state. */
export interface PluginHandle {
  readonly id: string
  readonly version: string
  /** Place in the graph order. */
  readonly order: number
  readonly state: PluginState
  readonly reason: string | undefined
  /** That it is disabled or in quarantine; one that was loaded before is `suspended` until the next start. */
  readonly decision?: Decision | undefined
  /** It is enabled again, and its code is not loaded. */
  readonly waitsForRestart?: boolean
  /** Empty for plugins whose code was not imported. */
  readonly declarations: Declarations
  /** Runs work in a fresh scope of the plugin's container and in its async context; throws `plugin_unavailable` when the plugin does not run. */
  run<T>(context: Omit<WorkContext, 'plugin'>, work: (cradle: any) => Promise<T>): Promise<T>
}
