import type { Resolver } from 'awilix'
import type { Claims, Clock, Entitlements, HttpClient, Logger, Metrics, Secrets } from './core-services.ts'
import type { Audit, EventBus, Files, Points, Queue, Realtime, SettingsStore, Site } from './core-services.ts'
import type { PluginDatabase } from './database.ts'
import type { Optional, Token } from './references.ts'
import type { Runner } from './user-code.ts'

/** What the host gives to every plugin, always under these names. */
export interface Core<Config = unknown> {
  config: Config
  log: Logger
  db: PluginDatabase
  queue: Queue
  events: EventBus
  realtime: Realtime
  points: Points
  settings: SettingsStore
  secrets: Secrets
  entitlements: Entitlements
  clock: Clock
  http: HttpClient
  audit: Audit
  files: Files
  metrics: Metrics
  site: Site
  claims: Claims
  runner: Runner
}

/** Services of other plugins that a plugin uses, by the name they have in its cradle. */
export type Consumes = Readonly<Record<string, Token<any> | Optional<any>>>
/** Services that a plugin makes, by the name they have in its cradle. */
export type Services = Readonly<Record<string, Resolver<any>>>

type Used<C> = { [K in keyof C as C[K] extends Token<any> ? K : never]: C[K] extends Token<infer T> ? T : never } & {
  [K in keyof C as C[K] extends Optional<any> ? K : never]?: C[K] extends Optional<infer T> ? T : never
}
type Own<S> = { [K in keyof S]: S[K] extends Resolver<infer T> ? T : never }

/** Everything a handler may ask for by name: core services, consumed services, the plugin's own. */
export type Cradle<Config, C, S> = Core<Config> & Used<C> & Own<S>
