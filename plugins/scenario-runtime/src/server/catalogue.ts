import type { Points, Transaction } from '@parley/plugin-api'
import {
  scenarioActions,
  scenarioActionSources,
  scenarioNodes,
  type ScenarioAction,
  type ScenarioActionSource,
  type ScenarioNode,
} from '../api/index.ts'
import { createActionNode } from './nodes/action.node.ts'

const prefix = 'action_'

/** A name of an action with and without the prefix `action_`, as it was written first. */
export const spellings = (name: string): readonly string[] => (name.startsWith(prefix) ? [name, name.slice(prefix.length)] : [name, prefix + name])

const find = <T>(names: readonly string[], things: ReadonlyMap<string, T> | undefined): T | undefined => {
  if (things === undefined) return undefined
  for (const name of names) {
    const thing = things.get(name)
    if (thing !== undefined) return thing
  }
  return undefined
}

/** Node kinds and actions of the plugins that run now, under the names scenarios use for them. */
export class Catalogue {
  readonly #points: Points
  readonly #within: Transaction | undefined
  readonly #actionNodes = new WeakMap<ScenarioAction, ScenarioNode>()
  /** What each source said last. */
  readonly #sourced = new WeakMap<ScenarioActionSource, ReadonlyMap<string, ScenarioAction>>()
  #own: ReadonlyMap<string, ScenarioNode> = new Map()

  constructor({ points }: { points: Points }, within?: Transaction) {
    this.#points = points
    this.#within = within
  }

  /** The catalogue as an open transaction sees it, for checks of what it has not committed yet. */
  async seenBy(transaction: Transaction): Promise<Catalogue> {
    const seen = new Catalogue({ points: this.#points }, transaction)
    // the node of the point asks the catalogue of the process
    seen.#own = new Map([['action', createActionNode({ catalogue: seen })]])
    await seen.refresh()
    return seen
  }

  get nodes(): ReadonlyMap<string, ScenarioNode> {
    return this.#points.get(scenarioNodes)
  }

  /** Those of plugins, and those of sources as of the last `refresh`. */
  get actions(): ReadonlyMap<string, ScenarioAction> {
    const contributed = this.#points.get(scenarioActions)
    const sourced = [...this.#sources()].flatMap((source) => [...(this.#sourced.get(source) ?? [])])
    return sourced.length === 0 ? contributed : new Map([...sourced, ...contributed])
  }

  /** True when plugins bring actions that come and go. */
  get hasSources(): boolean {
    return this.#points.get(scenarioActionSources).size > 0
  }

  /** Asks the sources what there is now. */
  async refresh(): Promise<void> {
    const options = this.#within === undefined ? {} : { within: this.#within }
    await Promise.all([...this.#sources()].map(async (source) => void this.#sourced.set(source, await source.actions(options))))
  }

  /** False when only a source can know the name, so that it has to be asked first. */
  isContributed(name: string): boolean {
    const names = spellings(name)
    return find(names, this.nodes) !== undefined || find(names, this.#points.get(scenarioActions)) !== undefined
  }

  /** By type, with or without `action_`; an action's own name is a node type too, as in classic scenarios. */
  node(type: string): ScenarioNode | undefined {
    const names = spellings(type)
    const node = find(names, this.#own) ?? find(names, this.nodes)
    if (node !== undefined) return node
    const action = this.action(type)
    return action && this.#nodeOf(action)
  }

  action(id: string): ScenarioAction | undefined {
    const names = spellings(id)
    const contributed = find(names, this.#points.get(scenarioActions))
    if (contributed !== undefined) return contributed
    for (const source of this.#sources()) {
      const action = find(names, this.#sourced.get(source))
      if (action !== undefined) return action
    }
    return undefined
  }

  #sources(): Iterable<ScenarioActionSource> {
    return this.#points.get(scenarioActionSources).values()
  }

  #nodeOf(action: ScenarioAction): ScenarioNode {
    const known = this.#actionNodes.get(action)
    if (known !== undefined) return known
    const node: ScenarioNode = {
      type: action.id,
      version: 1,
      title: action.title,
      category: 'integration',
      parameters: action.parameters,
      outputs: () => action.outcomes,
      run: (context, parameters) => action.run(context, parameters),
      ...(action.wake === undefined ? {} : { wake: (context, parameters, wake) => action.wake!(context, parameters, wake) }),
      ...(action.check === undefined ? {} : { check: (parameters: unknown) => action.check!(parameters) }),
    }
    this.#actionNodes.set(action, node)
    return node
  }
}
