import { declaredPermissions, permissionId, type Consumes, type ExtensionPoint, type Permission, type Token } from '@parley/plugin-api'
import type { ExtensionRegistry } from './extension-registry.ts'
import type { CoreServices, KernelOptions } from './installed-plugin.ts'
import type { Licensing } from './licence/licensing.ts'
import { messageOf } from './load-plugins.ts'
import { providedTokens } from './manifest/check-manifest.ts'
import { PluginContainer } from './plugin-container.ts'
import type { GraphNode, PluginGraph } from './plugin-graph.ts'
import type { PluginRecord } from './plugin-record.ts'
import { guard, guardValue } from './service-guard.ts'

/** A plugin as the graph sees it: by its declaration, else by its manifest. */
export function graphNode(record: PluginRecord): GraphNode {
  const { declared, manifest } = record
  if (!declared) {
    const why = record.state === 'failed' ? `it failed: ${record.reason}` : (record.reason ?? `it is ${record.state}`)
    return { id: record.id, withheld: why, consumes: [], provides: manifest?.provides ?? [], owns: [], contributes: [] }
  }
  return {
    id: record.id,
    consumes: Object.values((declared.spec.consumes ?? {}) as Consumes).map((one) =>
      one.kind === 'optional' ? { token: one.token.id, optional: true } : { token: one.id, optional: false },
    ),
    provides: providedTokens(declared.spec),
    owns: (declared.spec.owns ?? []) as readonly ExtensionPoint<unknown>[],
    contributes: declared.contributions.map((one) => ({ point: one.point.id, key: one.key })),
  }
}

export interface Registration {
  readonly options: KernelOptions
  readonly graph: PluginGraph
  readonly registry: ExtensionRegistry
  readonly licensing: Licensing
  readonly record: (id: string) => PluginRecord | undefined
}

/** Makes a plugin's container and enters its contributions. Synchronous, no I/O. */
export function registerPlugin(record: PluginRecord, registration: Registration): void {
  const { options, registry, graph, licensing } = registration
  const declared = record.declared!
  record.phase = 'register'
  try {
    const services: CoreServices = options.core({ id: record.id, version: record.version, config: record.config })
    record.container = new PluginContainer({
      spec: declared.spec,
      core: {
        ...services,
        config: record.config,
        points: { get: <T>(point: ExtensionPoint<T>) => registry.view<T>(point.id) },
        entitlements: licensing.entitlements(record),
      },
      consumed: Object.fromEntries(
        Object.entries((declared.spec.consumes ?? {}) as Consumes).map(([name, one]) => [
          name,
          () => (one.kind === 'optional' ? optionalService(one.token, registration) : guardedService(one, registration)),
        ]),
      ),
    })
  } catch (error) {
    record.become('failed', `registration failed: ${messageOf(error)}`)
    return
  }
  const available = (): boolean => record.state === 'running'
  const permissions = declared.declarations.permissions.map((right) => inEveryLanguage(right, record))
  if (permissions.length > 0) registry.add({ plugin: record.id, point: declaredPermissions.id, key: record.id, available, create: () => permissions })
  for (const { point, key, create } of declared.contributions) {
    if (!graph.accepts(record.id, point.id)) continue
    registry.add({
      plugin: record.id,
      point: point.id,
      key,
      available,
      create: () => {
        const value = create(record.container!.cradle)
        return guardValue({ plugin: record.id, unavailable: () => record.unavailable(), target: () => value })
      },
    })
  }
}

/** The service behind a token, at its boundary. */
export function guardedService(token: Pick<Token<unknown>, 'id'>, { graph, record }: Registration): unknown {
  const provider = record(graph.providers.get(token.id) ?? '')
  const name = provider && serviceName(provider, token.id)
  if (!provider || name === undefined) return undefined
  const options = { plugin: provider.id, unavailable: () => provider.unavailable(), target: () => provider.container!.service(name) as object }
  // While the provider waits for its init its services may not be made yet; they are objects, as good as always.
  return provider.state === 'running' ? guardValue(options) : guard(options)
}

/** `undefined` when nobody provides it; a provider that starts later, in a circle of optional needs, answers once it runs. */
function optionalService(token: Pick<Token<unknown>, 'id'>, registration: Registration): unknown {
  const provider = registration.record(registration.graph.providers.get(token.id) ?? '')
  return provider?.state === 'running' || provider?.state === 'registered' ? guardedService(token, registration) : undefined
}

function serviceName(provider: PluginRecord, token: string): string | undefined {
  const provided = (provider.declared?.spec.provides ?? {}) as Record<string, { id: string } | readonly { id: string }[] | undefined>
  return Object.keys(provided).find((name) => [provided[name] ?? []].flat().some((one) => (one as { id: string }).id === token))
}

function inEveryLanguage(right: Permission, { manifest }: PluginRecord): Permission {
  const words = manifest?.permissions?.[permissionId(right)]
  return typeof words === 'object' ? { ...right, words } : right
}
