import type { Kernel, PluginHandle } from '@parley/kernel'
import { ParleyError, permissionId } from '@parley/plugin-api'
import type { Instances, Licences } from '@parley/services'
import type { FoundPlugin } from '../plugins/installed-plugins.ts'

type Differences = ReadonlyMap<string, readonly string[]>

export interface PluginList {
  readonly plugins: readonly PluginHandle[]
  readonly licences: Pick<Licences, 'of'>
  readonly withReasons: boolean
  readonly differs: Differences
}

/** `/system/plugins`: in graph order; last, plugins that only other processes have. */
export function listPlugins({ plugins, licences, withReasons, differs }: PluginList): object[] {
  const own = plugins.map(({ id, version, state, reason }) => ({
    id,
    version,
    state,
    ...(withReasons ? defined({ reason, licence: licences.of(id) }) : {}),
    ...(differs.has(id) ? { differs: differs.get(id) } : {}),
  }))
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
  readonly id: string
  readonly differs: Differences
}

/** `/system/plugins/:id`: where it comes from, what it may, what it touches. */
export function describePlugin({ kernel, found, licences, id, differs }: PluginQuestion): object {
  const plugin = kernel.plugins().find((one) => one.id === id)
  const installed = found.find((one) => one.id === id)
  if (!plugin || !installed) throw new ParleyError('not_found', `There is no plugin "${id}". /system/plugins lists those there are.`)
  const { declarations: declared, version, state, reason } = plugin
  const { manifest, source, directory, approved, signature } = installed
  return {
    id,
    version,
    state,
    ...defined({
      reason,
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
    permissions:
      declared.permissions.length > 0
        ? declared.permissions.map((one) => ({ id: permissionId(one), title: one.title, scope: one.scope }))
        : Object.entries(manifest?.permissions ?? {}).map(([key, title]) => ({ id: key, title })),
    ...defined({ outbound: manifest?.outbound, configuration: manifest?.config }),
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

const defined = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
