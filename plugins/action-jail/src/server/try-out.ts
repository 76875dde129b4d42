import { ParleyError, type HttpClient, type UserCodeLogLine } from '@parley/plugin-api'
import { parametersSchema, readConfig } from './action-config.ts'
import { answerOf } from './action-request.ts'
import { failureOfCode, type ActionFailure, type ActionRunner } from './action-runner.ts'

/** An action as it stands on somebody's page, saved or not. */
export interface Trial {
  readonly id: string
  readonly code: string
  readonly config: Readonly<Record<string, unknown>>
  /** As the code gets them: placeholders are not filled. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly constants: Readonly<Record<string, unknown>>
}

export interface TrialResult {
  readonly event?: string
  /** Those that the action set. */
  readonly constants: Readonly<Record<string, unknown>>
  readonly removed: readonly string[]
  readonly log: readonly UserCodeLogLine[]
  readonly duration?: number
  readonly failure?: ActionFailure
}

interface Parts {
  readonly actionRunner: ActionRunner
  readonly client: HttpClient
  readonly signal: AbortSignal
}

interface Validated {
  readonly value?: Readonly<Record<string, unknown>>
  readonly issues?: readonly { readonly message: string; readonly path?: readonly unknown[] }[]
}

const failed = (failure: ActionFailure, log: readonly UserCodeLogLine[] = []): TrialResult => ({ constants: {}, removed: [], log: [...log], failure })

/** Runs an action apart from any scenario; its requests are really made. Throws `unprocessable` when the config cannot be used. */
export async function tryOut(
  { id, code, config: given, parameters, constants }: Trial,
  { actionRunner, client, signal }: Parts,
): Promise<TrialResult> {
  const { config, problems } = readConfig(given)
  const errors = problems.filter(({ level }) => level === 'error')
  if (config === undefined || errors.length > 0)
    throw new ParleyError('unprocessable', `The JSON config has ${errors.length} error(s), so nothing was run. ${errors[0]?.message ?? ''}`, {
      details: { problems: errors },
    })
  const { value = {}, issues } = parametersSchema(config)['~standard'].validate(parameters) as Validated
  if (issues !== undefined)
    return failed({ reason: 'parameters', message: issues.map(({ path = [], message }) => `${path.join('.')}: ${message}`).join('; ') })
  try {
    const { event, changes, log, duration } = await actionRunner.run(
      { id, code, config },
      {
        state: { const: constants, node: { id: 'test', type: 'action', json_obj: parameters } },
        parameters: value,
        request: async ({ url, options: { repeatable: _repeatable, ...options } }, over) => answerOf(await client(url, { ...options, signal: over })),
        signal,
      },
    )
    return {
      ...{ event, duration, log: [...log] },
      constants: Object.fromEntries(changes.filter((change) => change.length > 1)),
      removed: changes.filter((change) => change.length === 1).map(([key]) => key),
    }
  } catch (error) {
    const found = failureOfCode(error, code)
    if (found === undefined) throw error
    const { log, ...failure } = found
    return failed(failure, log)
  }
}
