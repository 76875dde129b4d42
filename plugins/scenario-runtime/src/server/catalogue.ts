import type { Points } from '@parley/plugin-api'
import { scenarioActions, scenarioNodes, type ScenarioAction, type ScenarioNode } from '../api/index.ts'

const prefix = 'action_'
const spellings = (name: string): readonly string[] => (name.startsWith(prefix) ? [name, name.slice(prefix.length)] : [name, prefix + name])

/** Node kinds and actions of the plugins that run now, under the names scenarios use for them. */
export class Catalogue {
  readonly #points: Points
  readonly #actionNodes = new WeakMap<ScenarioAction, ScenarioNode>()

  constructor({ points }: { points: Points }) {
    this.#points = points
  }

  get nodes(): ReadonlyMap<string, ScenarioNode> {
    return this.#points.get(scenarioNodes)
  }

  get actions(): ReadonlyMap<string, ScenarioAction> {
    return this.#points.get(scenarioActions)
  }

  /** By type, with or without `action_`; an action's own name is a node type too, as in classic scenarios. */
  node(type: string): ScenarioNode | undefined {
    const { nodes } = this
    for (const name of spellings(type)) {
      const node = nodes.get(name)
      if (node !== undefined) return node
    }
    const action = this.action(type)
    return action && this.#nodeOf(action)
  }

  action(id: string): ScenarioAction | undefined {
    const { actions } = this
    for (const name of spellings(id)) {
      const action = actions.get(name)
      if (action !== undefined) return action
    }
    return undefined
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
