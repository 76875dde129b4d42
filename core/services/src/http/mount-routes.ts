import { hostWords, type PluginHandle } from '@parley/kernel'
import type { Route } from '@parley/plugin-api'
import { createEndpoint, type Endpoint } from './endpoint.ts'
import { RouteTree } from './route-tree.ts'

export const apiPrefix = '/api/v1'
export const hooksPrefix = '/hooks'

export interface Mounts {
  readonly tree: RouteTree<Endpoint>
  /** In the order of the plugins, each with its aliases after the routes they lead to. */
  readonly endpoints: readonly Endpoint[]
  /** Plugins none of whose routes are mounted, each with everything that is wrong. */
  readonly refused: ReadonlyMap<string, readonly string[]>
}

const join = (prefix: string, path: string): string => (path === '/' || path === '' ? prefix : `${prefix}${path.startsWith('/') ? '' : '/'}${path}`)

const ownPath = (plugin: PluginHandle, route: Route): string =>
  join(`${route.options.auth === 'webhook' ? hooksPrefix : apiPrefix}/${plugin.id}`, route.path)

const firstSegment = (path: string): string => path.split('/', 2)[1] ?? ''
// below these, two equal paths are the only clash there can be
const sharedWords = ['api', 'hooks']

interface Wanted {
  readonly endpoint: Endpoint
  readonly method: Route['method']
  readonly path: string
}

const wantedBy = (plugin: PluginHandle, pathsOf: (route: Route) => readonly string[]): readonly Wanted[] =>
  plugin.declarations.routes.flatMap((route) =>
    pathsOf(route).map((path) => ({ endpoint: createEndpoint(plugin, route, path), method: route.method, path })),
  )

// Equal where the tree cannot tell two paths apart.
const shapeOf = ({ method, path }: Wanted): string => `${method} ${path.replace(/:[^/]+/g, ':').replace(/(.)\/$/, '$1')}`

/**
 * Mounts the host's and the plugins' routes. Where two plugins want the same address, the one that stands earlier in `plugins` has it and the later is
 * refused as a whole: half of its routes would be worse than none.
 */
export const mountRoutes = (host: PluginHandle, plugins: readonly PluginHandle[]): Mounts => {
  const tree = new RouteTree<Endpoint>()
  const endpoints: Endpoint[] = []
  const refused = new Map<string, readonly string[]>()
  const taken = new Map<string, Endpoint>()
  const reserved = new Map(hostWords.map((word) => [word, 'an address of the host']))
  const ids = new Set<string>()

  const mount = (wanted: readonly Wanted[]): void => {
    for (const one of wanted) {
      tree.add(one.method, one.path, one.endpoint)
      taken.set(shapeOf(one), one.endpoint)
      endpoints.push(one.endpoint)
    }
  }
  const problemsOf = (plugin: PluginHandle, wanted: readonly Wanted[]): string[] => {
    const own = new Map<string, Endpoint>()
    const clashes = wanted.flatMap((one) => {
      const shape = shapeOf(one)
      const other = taken.get(shape) ?? own.get(shape)
      own.set(shape, one.endpoint)
      if (other === undefined) return []
      return [`"${plugin.id}" mounts ${one.endpoint.label}, and "${other.plugin.id}" mounts ${other.label}. Change the path of one.`]
    })
    const owner = reserved.get(plugin.id)
    const name = owner === undefined ? [] : [`The plugin id "${plugin.id}" is reserved by ${owner}. Rename the plugin or change that path.`]
    return [...clashes, ...aliasProblems(plugin, ids), ...name]
  }

  mount(wantedBy(host, (route) => [join(apiPrefix, route.path)]))
  for (const route of host.declarations.routes) {
    reserved.set(firstSegment(route.path), `the host's route ${route.method} ${join(apiPrefix, route.path)}`)
  }
  for (const plugin of plugins) {
    ids.add(plugin.id)
    const wanted = [...wantedBy(plugin, (route) => [ownPath(plugin, route)]), ...wantedBy(plugin, (route) => route.options.aliases ?? [])]
    const problems = problemsOf(plugin, wanted)
    if (problems.length > 0) {
      refused.set(plugin.id, problems)
      continue
    }
    mount(wanted)
    for (const { endpoint, path } of wanted) {
      const word = firstSegment(path)
      if (word !== plugin.id && !reserved.has(word)) reserved.set(word, `the alias ${endpoint.label} of "${plugin.id}"`)
    }
  }
  return { tree, endpoints, refused }
}

const aliasProblems = (plugin: PluginHandle, ids: ReadonlySet<string>): string[] =>
  plugin.declarations.routes
    .flatMap((route) => route.options.aliases ?? [])
    .flatMap((alias) => {
      const word = firstSegment(alias)
      if (!alias.startsWith('/') || (hostWords.includes(word) && !sharedWords.includes(word))) {
        return [`"${plugin.id}" has the alias "${alias}". Start it with "/" and a word that is not one of ${hostWords.join(', ')}.`]
      }
      const isOthers = word !== plugin.id && ids.has(word)
      return isOthers ? [`"${plugin.id}" has the alias "${alias}", and "${word}" is the id of another plugin. Start it with another word.`] : []
    })
