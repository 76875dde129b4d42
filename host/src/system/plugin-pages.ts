import { hostname } from 'node:os'
import { isObject, type Kernel, type LoadedConfig, type PluginHandle } from '@parley/kernel'
import { englishOf, ParleyError, permissionId, type PluginManifest } from '@parley/plugin-api'
import { describeState, stateOf, type Instances, type Licences, type PluginHealth, type PluginStates } from '@parley/services'
import type { FoundPlugin } from '../plugins/installed-plugins.ts'

type Differences = ReadonlyMap<string, readonly string[]>

export interface PluginList {
  readonly plugins: readonly PluginHandle[]
  readonly licences: Pick<Licences, 'of'>
  readonly states: Pick<PluginStates, 'of'>
  readonly found: readonly FoundPlugin[]
  readonly withReasons: boolean
  readonly differs: Differences
}

/** `/system/plugins`: in graph order; last, plugins that only other processes have. */
export function listPlugins({ plugins, licences, states, found, withReasons, differs }: PluginList): object[] {
  const own = plugins.map((plugin) => {
    const { id, version } = plugin
    return {
      id,
      version,
      state: stateOf(plugin),
      ...(withReasons ? defined({ ...describedState(plugin, states), licence: licences.of(id), ...about(id, found) }) : {}),
      ...(differs.has(id) ? { differs: differs.get(id) } : {}),
    }
  })
  const known = new Set(plugins.map(({ id }) => id))
  const elsewhere = [...differs].filter(([id]) => !known.has(id)).map(([id, sentences]) => ({ id, state: 'absent', differs: sentences }))
  return [...own, ...elsewhere]
}

/** `/system/instances` */
export async function listInstances(instances: Instances): Promise<object> {
  const [live, held] = await Promise.all([instances.live(), instances.heldBack()])
  return {
    differ: new Set(live.map(({ set }) => set.hash)).size > 1,
    ...(held === undefined ? {} : { heldBack: held }),
    instances: live.map((one) => ({
      machine: one.machine,
      pid: one.pid,
      roles: one.roles,
      version: one.version,
      startedAt: one.startedAt.toISOString(),
      pluginSet: one.set.hash,
      ...(instances.isSelf(one) ? { self: true } : {}),
    })),
  }
}

export interface PluginQuestion {
  readonly kernel: Pick<Kernel, 'plugins' | 'touches'>
  readonly found: readonly FoundPlugin[]
  readonly licences: Pick<Licences, 'of'>
  readonly states: Pick<PluginStates, 'of' | 'isFoundation' | 'dependants'>
  readonly id: string
  readonly differs: Differences
  readonly config: LoadedConfig
  readonly health: PluginHealth | undefined
}

/** `/system/plugins/:id`: where it comes from, what it may, what it touches, how it does. */
export function describePlugin({ kernel, found, licences, states, id, differs, config, health }: PluginQuestion): object {
  const plugin = kernel.plugins().find((one) => one.id === id)
  const installed = found.find((one) => one.id === id)
  if (!plugin || !installed) throw new ParleyError('not_found', `There is no plugin "${id}". /system/plugins lists those there are.`)
  const { declarations: declared, version } = plugin
  const { manifest, source, directory, approved, signature } = installed
  return {
    id,
    version,
    ...describedState(plugin, states),
    ...defined({
      ...about(id, found),
      kind: manifest?.kind,
      api: manifest?.api,
      licence: licences.of(id) ?? manifest?.licence,
      source,
      directory,
      integrity: approved?.integrity,
    }),
    ...(signature === undefined ? {} : { signature }),
    ...(differs.has(id) ? { differs: differs.get(id) } : {}),
    ...kernel.touches(id),
    owners: ownersOf(id, kernel),
    neededBy: neededBy(id, kernel),
    needed: states.isFoundation(id),
    dependants: states.dependants(id),
    process: { machine: hostname(), pid: process.pid },
    permissions: rightsOf(plugin, manifest),
    ...defined({ outbound: manifest?.outbound, configuration: manifest?.config, health }),
    configured: configuredKeys(id, config),
    routes: declared.routes.map(({ method, path, options }) => ({ method, path, ...defined({ summary: options.summary }) })),
    jobs: declared.jobs.map(({ name, options }) => ({ name, ...defined({ schedule: options.schedule }) })),
    events: declared.subscriptions.map(({ event }) => event.id),
    topics: declared.topics.map(({ type }) => type.id),
    sockets: declared.sockets.map(({ name }) => name),
    connectors: declared.connectors.map(({ name }) => name),
    settings: declared.settings.map((page) => page.id),
    tables: Object.keys(declared.migrations).length > 0,
    screens: manifest?.ui !== undefined,
  }
}

/** As the code declares them, or as the manifest does where the code does not run; with the manifest's words in every language. */
function rightsOf({ declarations }: PluginHandle, manifest: PluginManifest | undefined): readonly object[] {
  const said = manifest?.permissions ?? {}
  const words = (id: string): object => (typeof said[id] === 'object' ? { words: said[id] } : {})
  if (declarations.permissions.length === 0) return Object.entries(said).map(([id, title]) => ({ id, title: englishOf(title), ...words(id) }))
  return declarations.permissions.map((one) => ({ id: permissionId(one), title: one.title, scope: one.scope, ...words(permissionId(one)) }))
}

/** Without what is usual. */
function describedState(plugin: PluginHandle, states: Pick<PluginStates, 'of'>): object {
  const { loaded, waitsForRestart, ...state } = describeState(plugin, states.of(plugin.id))
  return { ...state, ...(loaded ? { loaded } : {}), ...(waitsForRestart ? { waitsForRestart } : {}) }
}

const about = (id: string, found: readonly FoundPlugin[]): object => {
  const { title, description } = found.find((one) => one.id === id)?.manifest ?? {}
  return defined({ title, description })
}

/** Plugins that cannot run without it. */
function neededBy(id: string, kernel: Pick<Kernel, 'plugins' | 'touches'>): readonly string[] {
  const { provides } = kernel.touches(id)
  return kernel
    .plugins()
    .map((plugin) => plugin.id)
    .filter((other) => kernel.touches(other).consumes.some((token) => provides.includes(token)))
}

/** Whose the services and points are that it uses: service or point -> plugin. */
function ownersOf(id: string, kernel: Pick<Kernel, 'plugins' | 'touches'>): Readonly<Record<string, string>> {
  const { consumes, optional, contributes } = kernel.touches(id)
  const wanted = new Set([...consumes, ...optional, ...contributes])
  const owned = kernel.plugins().flatMap((plugin) => {
    const { provides, owns } = kernel.touches(plugin.id)
    return [...provides, ...owns].filter((reference) => wanted.has(reference)).map((reference) => [reference, plugin.id] as const)
  })
  return Object.fromEntries(owned)
}

/** Keys of its configuration that somebody set, with the file or variable; never the values, which may be secrets. */
function configuredKeys(id: string, { values, origin }: LoadedConfig): readonly object[] {
  const entries = values['plugins']
  const entry = isObject(entries) ? entries[id] : undefined
  const own = isObject(entry) ? entry['config'] : undefined
  return Object.keys(isObject(own) ? own : {}).map((key) => ({ key, ...defined({ origin: origin(['plugins', id, 'config', key]) }) }))
}

const defined = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
