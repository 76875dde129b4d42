import type { PluginHandle } from '@parley/kernel'
import type { Route } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import { createEndpoint, type Endpoint } from './endpoint.ts'
import { RouteTree } from './route-tree.ts'

export const apiPrefix = '/api/v1'
export const hooksPrefix = '/hooks'

/** First segments of addresses that are the host's, so no plugin's id may be one of them. */
export const hostWords: readonly string[] = [
  'api',
  'api-docs',
  'assets',
  'files',
  'health',
  'hooks',
  'host',
  'metrics',
  'socket.io',
  'system',
  'ui',
  'v1',
]

export interface Mounts {
  readonly tree: RouteTree<Endpoint>
  /** In the order of the graph, aliases after the routes they lead to. */
  readonly endpoints: readonly Endpoint[]
}

const join = (prefix: string, path: string): string => (path === '/' || path === '' ? prefix : `${prefix}${path.startsWith('/') ? '' : '/'}${path}`)

const ownPath = (plugin: PluginHandle, route: Route): string =>
  join(`${route.options.auth === 'webhook' ? hooksPrefix : apiPrefix}/${plugin.id}`, route.path)

const firstSegment = (path: string): string => path.split('/', 2)[1] ?? ''
// below these, two equal paths are the only clash there can be
const sharedWords = ['api', 'hooks']

/** Mounts the host's and the plugins' routes; every clash is listed at once, each with both sides. */
export const mountRoutes = (host: PluginHandle, plugins: readonly PluginHandle[]): Mounts => {
  const tree = new RouteTree<Endpoint>()
  const endpoints: Endpoint[] = []
  const problems: string[] = []
  const reserved = new Map(hostWords.map((word) => [word, 'an address of the host']))

  const mount = (plugin: PluginHandle, route: Route, path: string): void => {
    const endpoint = createEndpoint(plugin, route, path)
    const taken = tree.add(route.method, path, endpoint)
    if (taken === undefined) endpoints.push(endpoint)
    else problems.push(`"${plugin.id}" mounts ${endpoint.label}, and "${taken.plugin.id}" mounts ${taken.label}. Change the path of one.`)
  }

  for (const route of host.declarations.routes) {
    const path = join(apiPrefix, route.path)
    mount(host, route, path)
    reserved.set(firstSegment(route.path), `the host's route ${route.method} ${path}`)
  }
  for (const plugin of plugins) for (const route of plugin.declarations.routes) mount(plugin, route, ownPath(plugin, route))
  for (const plugin of plugins) {
    for (const route of plugin.declarations.routes) {
      for (const alias of route.options.aliases ?? []) {
        const word = firstSegment(alias)
        if (!alias.startsWith('/') || (hostWords.includes(word) && !sharedWords.includes(word))) {
          problems.push(`"${plugin.id}" has the alias "${alias}". Start it with "/" and a word that is not one of ${hostWords.join(', ')}.`)
          continue
        }
        mount(plugin, route, alias)
        if (word !== plugin.id && !reserved.has(word)) reserved.set(word, `the alias ${route.method} ${alias} of "${plugin.id}"`)
      }
    }
  }
  for (const { id } of plugins) {
    const owner = reserved.get(id)
    if (owner !== undefined) problems.push(`The plugin id "${id}" is reserved by ${owner}. Rename the plugin or change that path.`)
  }
  if (problems.length === 0) return { tree, endpoints }
  const list = problems.map((problem, index) => `  ${index + 1}. ${problem}`).join('\n')
  throw new ParleyError('plugin_graph', `The routes have ${problems.length} problem${problems.length > 1 ? 's' : ''}; nothing was mounted.\n${list}`)
}
