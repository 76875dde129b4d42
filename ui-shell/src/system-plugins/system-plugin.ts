import type { LocalWords } from '../licence/licence-status.ts'

export type PluginState =
  'disabled' | 'incompatible' | 'unlicensed' | 'registered' | 'running' | 'failed' | 'blocked' | 'suspended' | 'quarantined' | 'stopped' | 'absent'

export interface LicenceTerm {
  readonly feature: string
  readonly state: 'valid' | 'grace' | 'ended' | 'missing'
  readonly expires?: string
  readonly daysLeft?: number
}

/** What somebody, or Parley after crashes, decided of a plugin. */
export interface PluginDecision {
  readonly state: 'disabled' | 'quarantined'
  readonly reason?: string
  /** Missing when Parley did it. */
  readonly by?: string
  readonly at: string
  readonly crashes: readonly string[]
}

export type PluginWish = { readonly state: 'enabled' } | { readonly state: 'disabled' | 'quarantined'; readonly reason?: string }

/** One line of `GET /system/plugins`. */
export interface ListedPlugin {
  readonly id: string
  /** Missing for one that only other processes have. */
  readonly version?: string
  readonly state: PluginState
  readonly reason?: string
  readonly decision?: PluginDecision
  /** Disabled, and its code is still in the memory of the process that answers. */
  readonly loaded?: boolean
  readonly waitsForRestart?: boolean
  readonly title?: LocalWords
  readonly description?: LocalWords
  readonly licence?: LicenceTerm
  /** How other processes differ in it. */
  readonly differs?: readonly string[]
}

export interface RouteHealth {
  readonly route: string
  readonly count: number
  readonly failed: number
  readonly meanMilliseconds: number
  readonly p95Milliseconds?: number
}

export interface JobHealth {
  readonly job: string
  readonly waiting?: number
  readonly running: number
  readonly completed: number
  readonly retried: number
  readonly failed: number
}

export interface PluginHealth {
  readonly since: string
  readonly startMilliseconds: number
  readonly requests: { readonly count: number; readonly failed: number }
  readonly slowestRoutes: readonly RouteHealth[]
  readonly jobs: readonly JobHealth[]
  readonly deliveries: { readonly waiting: number; readonly dead: number; readonly lateSeconds: number }
  readonly outbound: { readonly count: number; readonly failed: number }
}

export interface PluginSignature {
  readonly state: 'signed' | 'unknown-publisher' | 'invalid' | 'unsigned'
  readonly publisher?: string
  readonly key?: string
}

/** `GET /system/plugins/:id` */
export interface PluginDetails extends Omit<ListedPlugin, 'licence'> {
  readonly kind?: 'feature' | 'channel' | 'system'
  readonly api?: string
  readonly licence?: LicenceTerm | string
  readonly source: 'bundled' | 'package' | 'folder' | 'tarball'
  readonly directory?: string
  readonly integrity?: string
  readonly signature?: PluginSignature
  readonly process: { readonly machine: string; readonly pid: number }
  readonly consumes: readonly string[]
  readonly optional: readonly string[]
  readonly provides: readonly string[]
  readonly owns: readonly string[]
  readonly contributes: readonly string[]
  /** Of its lists, those that its package leaves out while its code does not run. */
  readonly unsaid?: readonly string[]
  /** Service or point -> the plugin that has it. */
  readonly owners: Readonly<Record<string, string>>
  readonly neededBy: readonly string[]
  /** Nothing works without it. */
  readonly needed: boolean
  /** What stops with it, near and far. */
  readonly dependants: readonly string[]
  readonly permissions: readonly { readonly id: string; readonly title: string; readonly words?: LocalWords }[]
  readonly outbound?: readonly string[]
  readonly configuration?: Readonly<Record<string, string>>
  readonly configured: readonly { readonly key: string; readonly origin?: string }[]
  readonly routes: readonly object[]
  readonly jobs: readonly { readonly name: string; readonly schedule?: string }[]
  readonly events: readonly string[]
  readonly topics: readonly string[]
  readonly sockets: readonly string[]
  readonly connectors: readonly string[]
  readonly settings: readonly string[]
  readonly tables: boolean
  readonly screens: boolean
  readonly health?: PluginHealth
}
