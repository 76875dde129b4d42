import * as text from './graph-messages.ts'
import { findCycles, reaches, topologicalOrder, type Edges } from './graph-order.ts'

/** What the graph needs to know of a plugin, from its declaration or, when its code was not imported, from its manifest. */
export interface GraphNode {
  readonly id: string
  /** Why it takes no part, such as `it is disabled in config/production.yaml (plugins.x.enabled: false)`. */
  readonly withheld?: string
  readonly consumes: readonly { readonly token: string; readonly optional: boolean }[]
  readonly provides: readonly string[]
  readonly owns: readonly { readonly id: string; readonly cardinality: 'one' | 'many' }[]
  readonly contributes: readonly { readonly point: string; readonly key: string }[]
}

export interface GraphProblem {
  /** One or more lines, without a number. */
  readonly text: string
  /** The plugin that alone is blocked by it; without one the graph makes no sense and nothing starts. */
  readonly blocks?: string
}

export interface PluginGraph {
  /** Ids of the plugins that take part, providers before consumers. */
  readonly order: readonly string[]
  /** Token -> the plugin that provides it. */
  readonly providers: ReadonlyMap<string, string>
  /** Plugin -> the plugins whose `init` comes before its own. */
  readonly waitsFor: ReadonlyMap<string, readonly string[]>
  readonly problems: readonly GraphProblem[]
  readonly warnings: readonly string[]
  /** Whether a contribution takes part: its point is owned, and it was chosen where only one may be. */
  accepts(plugin: string, point: string): boolean
}

export interface HostPoints {
  readonly points: readonly { readonly id: string; readonly cardinality: 'one' | 'many' }[]
  readonly chosen: Readonly<Record<string, string>>
}

/** Links tokens to providers and collects every problem, so that a deployer corrects them all at once. */
export function linkPlugins(nodes: readonly GraphNode[], host: HostPoints = { points: [], chosen: {} }): PluginGraph {
  const present = nodes.filter((node) => node.withheld === undefined).sort((a, b) => (a.id < b.id ? -1 : 1))
  const offers = groupBy(present, (node) => node.provides)
  const providers = new Map([...offers].map(([token, owners]) => [token, owners[0]!]))
  const required = edges(present, providers, false)
  const points = linkPoints(present, host)
  const waitsFor = withOptional(required, edges(present, providers, true))

  return {
    order: topologicalOrder(waitsFor),
    providers,
    waitsFor: new Map([...waitsFor].map(([id, targets]) => [id, [...targets]])),
    problems: [
      ...missingServices(nodes, present, providers),
      ...findCycles(required).map((cycle) => ({ text: text.dependencyCycle(cycle, (from, to) => tokenBetween(present, providers, from, to)) })),
      ...[...offers].filter(([, owners]) => owners.length > 1).map(([token, owners]) => ({ text: text.providedTwice(token, owners) })),
      ...points.problems,
    ],
    warnings: points.warnings,
    accepts: points.accepts,
  }
}

function missingServices(nodes: readonly GraphNode[], present: readonly GraphNode[], providers: ReadonlyMap<string, string>): GraphProblem[] {
  return present.flatMap((node) =>
    node.consumes.flatMap(({ token, optional }) => {
      const provider = providers.get(token)
      if (provider === node.id) return [{ text: text.ownService(node.id, token) }]
      return optional || provider !== undefined ? [] : [{ text: text.missingService(node.id, token, nodes), blocks: node.id }]
    }),
  )
}

function linkPoints(present: readonly GraphNode[], { points, chosen }: HostPoints) {
  const owners = groupBy(present, (node) => node.owns.map((point) => point.id))
  for (const point of points) owners.set(point.id, ['host', ...(owners.get(point.id) ?? [])])
  const single = new Set([...points, ...present.flatMap((node) => node.owns)].filter((point) => point.cardinality === 'one').map((point) => point.id))
  const contributors = groupBy(present, (node) => [...new Set(node.contributes.map((one) => one.point))])
  const keys = groupBy(present, (node) => node.contributes.map((one) => `${one.point}\0${one.key}`))

  const accepts = (plugin: string, point: string): boolean =>
    owners.has(point) && (!single.has(point) || chosen[point] === undefined || chosen[point] === plugin)

  const problems: GraphProblem[] = []
  for (const [point, ids] of owners) if (ids.length > 1) problems.push({ text: text.ownedTwice(point, ids) })
  for (const [pair, ids] of keys) {
    const [point, key] = pair.split('\0') as [string, string]
    if (ids.length > 1 && !single.has(point)) problems.push({ text: text.contributedTwice(point, key, ids) })
  }
  for (const point of single) {
    const ids = contributors.get(point) ?? []
    const choice = chosen[point]
    if (choice !== undefined && !ids.includes(choice)) problems.push({ text: text.wrongChoice(point, choice, ids) })
    else if (choice === undefined && ids.length > 1) problems.push({ text: text.onlyOne(point, ids) })
  }
  const warnings = present.flatMap((node) =>
    node.contributes.filter((one) => !owners.has(one.point)).map((one) => text.absentOwner(node.id, one.point, one.key)),
  )
  return { problems, warnings, accepts }
}

function edges(present: readonly GraphNode[], providers: ReadonlyMap<string, string>, optional: boolean): Edges {
  return new Map(
    present.map((node) => {
      const wanted = node.consumes.filter((one) => one.optional === optional).map((one) => providers.get(one.token))
      return [node.id, new Set(wanted.filter((id) => id !== undefined && id !== node.id) as string[])]
    }),
  )
}

/** An optional consumer starts after its provider, unless the provider (indirectly) needs the consumer. */
function withOptional(required: Edges, optional: Edges): Edges {
  const all: Edges = new Map([...required].map(([id, targets]) => [id, new Set(targets)]))
  for (const [id, targets] of optional) {
    for (const target of targets) if (!reaches(all, target, id)) all.get(id)!.add(target)
  }
  return all
}

const tokenBetween = (present: readonly GraphNode[], providers: ReadonlyMap<string, string>, from: string, to: string): string =>
  present.find((node) => node.id === from)!.consumes.find((one) => !one.optional && providers.get(one.token) === to)!.token

function groupBy(present: readonly GraphNode[], names: (node: GraphNode) => readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const node of present) for (const name of names(node)) groups.set(name, [...(groups.get(name) ?? []), node.id])
  return groups
}
