import { ParleyError } from '@parley/plugin-api'
import { z } from 'zod'
import type { ParameterProblem, ScenarioAction, ScenarioNode, StepContext } from '../../api/index.ts'
import type { Catalogue } from '../catalogue.ts'
import { unknownParameters } from '../document/check-node.ts'
import { didYouMean } from '../document/did-you-mean.ts'
import { issueWords } from '../document/issue-words.ts'
import { issuePath, jsonPointer } from '../document/json-pointer.ts'
import { prepareParameters, type PreparedParameters } from '../parameters.ts'
import { runtimeStep } from '../run/runtime-step.ts'

type Values = Readonly<Record<string, unknown>>

const parameters = z.object({
  templateId: z.string().min(1).max(200).meta({ title: 'Action', description: 'With or without the prefix "action_".' }),
  values: z.record(z.string(), z.unknown()).default({}).meta({ title: 'Parameters' }),
})
const openParameters = z.record(z.string(), z.unknown())

/** Runs actions by name: parameters are checked against the action that runs now, once for each text of them. */
class ActionCaller {
  readonly #catalogue: Catalogue
  readonly #prepared = new WeakMap<Values, { action: ScenarioAction; parameters: PreparedParameters }>()

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue
  }

  find(id: string): ScenarioAction | undefined {
    return this.#catalogue.action(id)
  }

  /** The action and what to call it with. */
  ready(context: StepContext, id: string, values: Values): { action: ScenarioAction; given: unknown } {
    const action = this.find(id)
    if (action === undefined)
      throw new ParleyError(
        'plugin_unavailable',
        `The action "${id}" does not run now. Enable the plugin that brings it; one that people wrote was deleted.`,
      )
    const known = this.#prepared.get(values)
    const prepared = known?.action === action ? known.parameters : prepareParameters(action.parameters, values)
    if (known?.parameters !== prepared) this.#prepared.set(values, { action, parameters: prepared })
    return { action, given: prepared.resolve((text) => runtimeStep(context).values(text)) }
  }

  check(id: string, values: Values, path: string): readonly ParameterProblem[] {
    const action = this.find(id)
    if (action === undefined) return []
    const prepared = prepareParameters(action.parameters, values)
    const issues = prepared.issues.map((issue) => ({
      level: 'error' as const,
      path: path + jsonPointer(issuePath(issue.path)),
      message: issueWords(issue),
    }))
    const unknown = unknownParameters(action.parameters, values).map((item) => ({
      level: 'warning' as const,
      path: path + item.path,
      message: item.message,
    }))
    const own = issues.length > 0 ? [] : (action.check?.(prepared.parsed ?? values) ?? [])
    return [...issues, ...unknown, ...own.map((problem) => ({ ...problem, path: path + problem.path }))]
  }
}

/** Any action of the catalogue: the node stores its name and its values. */
export const createActionNode = ({ catalogue }: { catalogue: Catalogue }): ScenarioNode<z.output<typeof parameters>> => {
  const caller = new ActionCaller(catalogue)
  return {
    type: 'action',
    version: 1,
    title: 'Action',
    category: 'integration',
    parameters,
    outputs: ({ templateId }) => caller.find(templateId)?.outcomes ?? [],
    run: (context, { templateId, values }) => {
      const { action, given } = caller.ready(context, templateId, values)
      return action.run(context, given)
    },
    wake: async (context, { templateId, values }, wake) => {
      const { action, given } = caller.ready(context, templateId, values)
      return action.wake === undefined ? { output: wake.by === 'resume' ? wake.outcome : wake.by } : await action.wake(context, given, wake)
    },
    check: ({ templateId, values }) => {
      if (caller.find(templateId) !== undefined) return caller.check(templateId, values, '/values')
      const message = `There is no action "${templateId}".${didYouMean(templateId, catalogue.actions.keys())}`
      return [{ level: 'error', path: '/templateId', message }]
    },
  }
}

const connectAction = 'operator_panel__connect_to_operator_with_msg'

/** Hands the client over to an operator; the operator panel brings the action that does it. */
export const createConnectToOperatorNode = ({ catalogue }: { catalogue: Catalogue }): ScenarioNode<Values> => {
  const caller = new ActionCaller(catalogue)
  return {
    type: 'connect-to-operator',
    version: 1,
    title: 'Connect to operator',
    category: 'people',
    parameters: openParameters,
    outputs: () => caller.find(connectAction)?.outcomes ?? [],
    run: (context, values) => {
      const { action, given } = caller.ready(context, connectAction, values)
      return action.run(context, given)
    },
    wake: async (context, values, wake) => {
      const { action, given } = caller.ready(context, connectAction, values)
      return action.wake === undefined ? { output: wake.by === 'resume' ? wake.outcome : wake.by } : await action.wake(context, given, wake)
    },
    check: (values) => {
      if (caller.find(connectAction) !== undefined) return caller.check(connectAction, values, '')
      return [{ level: 'error', path: '', message: 'Nobody can answer: the operator panel does not run here. Enable the plugin "operator-panel".' }]
    },
  }
}
