import type { Contribution, Job, Plugin, PluginSpec, Route, Subscription } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import type { Declarations } from './plugin-handle.ts'

export type AnySpec = PluginSpec<any, any, any, any>

/** Everything a plugin says about itself, as plain data. */
export interface Declared {
  readonly spec: AnySpec
  readonly declarations: Declarations
  readonly contributions: readonly Contribution[]
}

export const noDeclarations: Declarations = {
  permissions: [],
  settings: [],
  routes: [],
  jobs: [],
  subscriptions: [],
  topics: [],
  sockets: [],
  connectors: [],
  migrations: {},
  publishes: {},
}

/** Accepts a `Plugin`, or a module whose default export is one. */
export function pluginOf(loaded: unknown): Plugin {
  const candidate = (loaded as { default?: unknown } | undefined)?.default ?? loaded
  const plugin = candidate as Partial<Plugin> | undefined
  if (plugin?.apiVersion !== 1 || typeof plugin.spec !== 'object') {
    throw new ParleyError('plugin_graph', 'The module exports no plugin. Its default export must be the result of definePlugin().')
  }
  return plugin as Plugin
}

/** Calls the builder functions of a declaration once. */
export function readDeclarations({ spec }: Plugin): Declared {
  const verb =
    (method: Route['method']) =>
    (path: string, options: object, handle: Route['handle']): Route => ({ kind: 'route', method, path, options, handle })
  const declarations: Declarations = {
    permissions: spec.permissions ?? [],
    settings: spec.settings ?? [],
    routes: spec.routes?.({ get: verb('GET'), post: verb('POST'), put: verb('PUT'), patch: verb('PATCH'), delete: verb('DELETE') } as never) ?? [],
    jobs: spec.jobs?.((name, options, handle): Job => ({ kind: 'job', name, options, handle })) ?? [],
    subscriptions: spec.on?.((event, handle): Subscription => ({ kind: 'subscription', event, handle })) ?? [],
    topics: spec.topics?.((type, options) => ({ kind: 'topic-declaration', type, ...options })) ?? [],
    sockets: spec.sockets?.((name, options) => ({ kind: 'socket', name, options })) ?? [],
    connectors: spec.connectors?.((name, options) => ({ kind: 'connector', name, ...options })) ?? [],
    migrations: spec.migrations ?? {},
    publishes: spec.publishes ?? {},
  }
  refuseDoubles(
    'route',
    declarations.routes.map((route) => `${route.method} ${route.path}`),
  )
  refuseDoubles(
    'job',
    declarations.jobs.map((job) => job.name),
  )
  refuseDoubles(
    'topic',
    declarations.topics.map((topic) => topic.type.id),
  )
  refuseDoubles(
    'socket',
    declarations.sockets.map((socket) => socket.name),
  )
  refuseDoubles(
    'connector',
    declarations.connectors.map((connector) => connector.name),
  )
  refuseDoubles(
    'settings page',
    declarations.settings.map((page) => page.id),
  )
  const contributions = spec.contributes?.((point, key, create): Contribution => ({ kind: 'contribution', point, key, create })) ?? []
  return { spec, declarations, contributions }
}

function refuseDoubles(kind: string, names: readonly string[]): void {
  const double = names.find((name, index) => names.indexOf(name) !== index)
  if (double !== undefined) throw new ParleyError('plugin_graph', `The ${kind} "${double}" is declared twice. Remove one of them.`)
}
