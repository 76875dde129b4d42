import { ParleyError, isParleyError, type SettingsStore } from '@parley/plugin-api'
import type { ScenarioAction, ScenarioRuns, StepContext, StepResult, Wake } from '@parley/plugin-scenario-runtime/api'
import { z } from 'zod'
import type { Opener } from './opener.ts'
import { distributionSettings } from './settings.ts'

const flag = z.union([z.boolean(), z.enum(['true', 'false', '']).transform((text) => text === 'true')])
const integer = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
])
const optionalText = z.string().optional()

const parameters = z.looseObject({
  subject_alias: optionalText.describe('Topic: decides who may get the request'),
  auto_connect_operator: flag.optional().describe('Give the request to a free operator'),
  status: z
    .union([z.literal('queue'), z.literal('')])
    .optional()
    .describe('"queue": wait in the queue when nobody is free'),
  assigned_operator: optionalText.describe('Id of the operator, when auto-connect is off'),
  weight: integer.optional().describe('Priority in the queue; higher comes first'),
  history_count: integer.optional().describe('How many last steps of the bot the operator sees; -1: none'),
  continue: flag.optional().describe('The client may go on in the scenario while waiting'),
  customTextToOperator: optionalText.describe('Text that only the operator sees'),
  chat_closed_alias: optionalText.describe('Where the client goes after closing'),
  event_webhook_url: optionalText.describe('Every event of the panel is POSTed here'),
})
type Parameters = z.infer<typeof parameters>

/** Documented parameters that are imported and kept; the validator says that they do nothing yet. */
export const notYetInEffect = [
  'tag_ids',
  'chat_closed_by_timeout_alias',
  'chat_closed_by_client_alias',
  'add_button',
  'add_return_button',
  'timeouts',
  'operator_timeout',
  'client_timeout',
] as const

const defaultHistory = 10

interface Dependencies {
  opener: Opener
  runs: ScenarioRuns
  settings: SettingsStore
}

/** `operator_panel__connect_to_operator_with_msg`: opens a request for the client's conversation. */
export class ConnectToOperatorAction implements ScenarioAction<Parameters> {
  readonly id = 'operator_panel__connect_to_operator_with_msg'
  readonly title = 'Connect to operator'
  readonly group = 'operator_panel'
  readonly description = 'Opens a chat in the operator panel. Draw the edge "limit": it is taken when nobody is free and the request may not wait.'
  readonly parameters = parameters
  readonly outcomes = ['success', 'connected', 'limit', 'error'] as const
  readonly #opener: Opener
  readonly #runs: ScenarioRuns
  readonly #settings: SettingsStore

  constructor({ opener, runs, settings }: Dependencies) {
    this.#opener = opener
    this.#runs = runs
    this.#settings = settings
  }

  async run(context: StepContext, parameters: Parameters): Promise<StepResult> {
    const filled = context.fill(parameters)
    const { autoConnect: allowed } = await this.#settings.get(distributionSettings)
    const autoConnect = filled.auto_connect_operator === true && allowed
    const mayWait = filled.status === 'queue'
    const keepBot = filled.continue === true
    const count = filled.history_count ?? defaultHistory
    try {
      await this.#opener.open(
        {
          conversationId: context.conversation.id,
          botId: context.botId,
          clientId: context.conversation.clientId,
          channel: context.conversation.channel,
          queue: mayWait,
          autoConnect: autoConnect || (mayWait && allowed),
          waitId: context.waitId,
          keepBot,
          botSteps: count < 0 ? [] : await this.#runs.history(context.conversation.id, count),
          ...text('topicAlias', filled.subject_alias),
          ...text('closedAlias', filled.chat_closed_alias),
          ...text('eventWebhookUrl', filled.event_webhook_url),
          ...text('textToOperator', filled.customTextToOperator),
          // With auto-connect on, distribution chooses.
          ...(autoConnect ? {} : text('assigneeId', filled.assigned_operator)),
          ...(filled.weight === undefined ? {} : { weight: filled.weight }),
        },
        { within: context.batch },
      )
    } catch (error) {
      if (!isParleyError(error) || error.family !== 'user') throw error
      context.set('error_reason', error.message)
      context.log.warn('A request could not be opened', { code: error.code })
      return { output: 'error' }
    }
    // Only a request that must find somebody at once keeps the step waiting: distribution answers within moments by `success` or `limit`.
    if (autoConnect && !mayWait && !keepBot) return { wait: { for: 'resume' } }
    return { output: 'success' }
  }

  async wake(context: StepContext, _parameters: Parameters, wake: Wake): Promise<StepResult> {
    if (wake.by !== 'resume') throw new ParleyError('internal', `A request is resumed by the panel, not by ${wake.by}.`)
    for (const [key, value] of Object.entries(wake.data)) context.set(key, value)
    return { output: wake.outcome }
  }

  check(values: Parameters): { level: 'warning'; path: string; message: string }[] {
    return notYetInEffect
      .filter((name) => name in values)
      .map((name) => ({ level: 'warning' as const, path: `/${name}`, message: `"${name}" is kept but not yet in effect.` }))
  }
}

const text = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  value === undefined || value === '' ? {} : ({ [key]: value } as { [P in K]?: string })
