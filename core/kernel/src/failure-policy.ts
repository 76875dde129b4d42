import type { Consumes } from '@parley/plugin-api'
import type { PluginGraph } from './plugin-graph.ts'
import type { PluginRecord } from './plugin-record.ts'

/** The first required service whose provider will not run, as a chain for people; `undefined` when nothing stands in the way. */
export function blockedBy(record: PluginRecord, graph: PluginGraph, find: (id: string) => PluginRecord | undefined): string | undefined {
  for (const one of Object.values((record.declared?.spec.consumes ?? {}) as Consumes)) {
    if (one.kind === 'optional') continue
    const provider = find(graph.providers.get(one.id) ?? '')
    // calls of a suspended one are refused at the boundary and work again after a renewal
    if (provider === undefined || provider === record || ['running', 'registered', 'suspended'].includes(provider.state)) continue
    const chain = provider.state === 'blocked' ? `, which ${provider.reason}` : `: ${provider.reason ?? `it is ${provider.state}`}`
    return `waits for ${one.id} of ${provider.id}${chain}`
  }
  return undefined
}
