import { ParleyError } from '@parley/plugin-api'
import { didYouMean } from './config/suggestion.ts'
import { problemList } from './graph-messages.ts'
import type { GraphProblem } from './plugin-graph.ts'
import type { PluginRecord } from './plugin-record.ts'

export interface FoundProblems {
  /** Of the files and of entries that belong to no plugin. */
  readonly configuration: readonly string[]
  readonly misconfigured: ReadonlyMap<string, readonly string[]>
  readonly graph: readonly GraphProblem[]
  readonly installed: readonly string[]
  readonly critical: readonly string[]
  readonly find: (id: string) => PluginRecord | undefined
}

/**
 * Decides whether anything may start. A plugin that is alone at fault is withdrawn and the rest runs; a contradiction between plugins,
 * a mistake that belongs to no plugin, or a critical plugin that cannot run stops everything. Then all problems are told at once.
 */
export function bootProblems(found: FoundProblems): ParleyError | undefined {
  const { configuration, misconfigured, graph, installed, critical, find } = found
  const impossible = [
    ...installed.filter((id, index) => installed.indexOf(id) !== index).map((id) => `"${id}" is installed twice. Remove one of them.`),
    ...critical.filter((id) => !find(id)).map((id) => `host.critical names "${id}", which is not installed.${didYouMean(id, installed)}`),
  ]
  const lost = critical.flatMap((id) => find(id) ?? []).filter((record) => record.state !== 'registered')
  const contradictions = graph.some((problem) => problem.blocks === undefined)
  if (configuration.length + impossible.length + lost.length === 0 && !contradictions) return undefined

  const inConfig = [...configuration, ...[...misconfigured.values()].flat()]
  const told = new Set([...misconfigured.keys(), ...graph.flatMap((problem) => problem.blocks ?? [])])
  const inGraph = [
    ...impossible,
    ...graph.map((problem) => problem.text),
    ...lost
      .filter((record) => !told.has(record.id))
      .map((record) => `"${record.id}" is critical (host.critical) and cannot start: ${record.reason ?? `it is ${record.state}`}.`),
  ]
  const sections = [
    ...(inConfig.length > 0 ? [problemList('The configuration', inConfig)] : []),
    ...(inGraph.length > 0 ? [problemList('The plugin graph', inGraph)] : []),
  ]
  return new ParleyError(inConfig.length > 0 ? 'invalid_config' : 'plugin_graph', sections.join('\n'))
}
