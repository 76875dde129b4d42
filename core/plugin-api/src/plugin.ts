import type { Resolver } from 'awilix'
import type { Permission } from './actor.ts'
import type { Consumes, Cradle, Services } from './cradle.ts'
import type {
  ConnectorBuilder,
  Connector,
  Contribution,
  Job,
  JobBuilder,
  Migrations,
  PublishedViews,
  Role,
  Route,
  RouteBuilder,
  SettingsPage,
  Socket,
  SocketBuilder,
  Subscription,
  SubscriptionBuilder,
  Topic,
  TopicBuilder,
} from './declarations.ts'
import type { ExtensionPoint, Token } from './references.ts'
import type { Output, Schema } from './schema.ts'

/**
 * What a plugin is: data the host reads. The host does the starting and the stopping.
 * Functions such as `routes` only build declarations; they run once at registration and must not touch the cradle.
 */
export interface PluginSpec<CfgS extends Schema<any> | undefined, C extends Consumes, S extends Services, Cr = Cradle<Output<CfgS>, C, S>> {
  /** kebab-case, unique, equal to `parley.id` in package.json. */
  id: string
  /** Deployment config, checked before anything starts. */
  config?: CfgS
  /** Local name -> token of another plugin. */
  consumes?: C
  /** Local name -> awilix resolver; private unless provided. Factories are synchronous and do no I/O. */
  services?: S
  provides?: { [K in keyof S]?: NoInfer<S>[K] extends Resolver<infer T> ? Token<T> | readonly Token<T>[] : never }
  /** Points other plugins may contribute to. */
  owns?: readonly ExtensionPoint<any>[]
  contributes?: (add: <T>(point: ExtensionPoint<T>, key: string, create: (cradle: Cr) => T) => Contribution) => readonly Contribution[]
  permissions?: readonly Permission[]
  settings?: readonly SettingsPage[]
  /** Role web; mounted at /api/v1/<id>/…, webhooks at /hooks/<id>/… */
  routes?: (http: RouteBuilder<Cr>) => readonly Route[]
  /** Role worker; schedules and reconcilers: role scheduler. */
  jobs?: (job: JobBuilder<Cr>) => readonly Job[]
  on?: (on: SubscriptionBuilder<Cr>) => readonly Subscription[]
  /** Role realtime. */
  topics?: (topic: TopicBuilder<Cr>) => readonly Topic[]
  /** Role realtime. */
  sockets?: (socket: SocketBuilder<Cr>) => readonly Socket[]
  /** Role connector; one live owner per key. */
  connectors?: (connector: ConnectorBuilder<Cr>) => readonly Connector[]
  migrations?: Migrations
  /** View name -> SELECT over the plugin's own tables. */
  publishes?: PublishedViews
  /** No traffic, no timers, no third-party network. */
  init?(cradle: Cr): void | Promise<void>
  /** Rarely needed: the host starts what is declared. */
  start?(cradle: Cr, role: Role): void | Promise<void>
  stop?(cradle: Cr): void | Promise<void>
}

/** A declared plugin: the default export of its server entry. Made by `definePlugin`. */
export interface Plugin {
  readonly apiVersion: 1
  readonly spec: PluginSpec<any, any, any, any>
}

/** @example export default definePlugin({ id: 'hello', routes: (http) => [http.get('/', { auth: 'public' }, async () => ({ hello: 'world' }))] }) */
export function definePlugin<const C extends Consumes = {}, S extends Services = {}, CfgS extends Schema<any> | undefined = undefined>(
  spec: PluginSpec<CfgS, C, S>,
): Plugin {
  return { apiVersion: 1, spec: spec as never }
}
