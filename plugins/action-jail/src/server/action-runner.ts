import { isParleyError, isUserCodeError, ParleyError, type JsonValue, type Runner, type UserCodeLogLine } from '@parley/plugin-api'
import { eventsOf, type ActionConfig } from './action-config.ts'
import type { ActionRequest, RequestOptions } from './action-request.ts'
import { readRequest } from './action-request.ts'
import { linesOf, runCode } from './user-source.ts'

export interface RunnableAction {
  readonly id: string
  readonly code: string
  readonly config: ActionConfig
}

export interface ActionInput {
  /** What `getCurrentStateJSON()` answers; `const` in it what `getCurrentConstJSON()` answers. */
  readonly state: Readonly<Record<string, unknown>>
  readonly parameters: Readonly<Record<string, unknown>>
  /** Makes one call to the outside world. They come one after another. */
  readonly request: (options: RequestOptions, signal: AbortSignal) => Promise<ActionRequest>
  readonly signal?: AbortSignal
}

export interface ActionOutcome {
  readonly event: string
  /** In the order in which they were first set; without a value the constant goes away. */
  readonly changes: readonly (readonly [string, unknown?])[]
  readonly log: readonly UserCodeLogLine[]
  /** Milliseconds. */
  readonly duration: number
}

/** What a failed run of an action leaves for the one who mends it. */
export interface ActionFailure {
  readonly reason: string
  readonly message: string
  readonly line?: number
  readonly column?: number
  readonly trace?: string
}

interface Answer {
  readonly event: JsonValue
  readonly changes: readonly (readonly [string, JsonValue?])[]
}

/** The action went through, and did not answer as it has to. */
export class WrongEvent extends ParleyError {
  readonly log: readonly UserCodeLogLine[]

  constructor(message: string, log: readonly UserCodeLogLine[]) {
    super('action-jail/wrong_event', message, { family: 'user', status: 422, details: { reason: 'wrong_event' } })
    this.log = log
  }
}

/** What the action may catch: the other side failed, or the action asked for what cannot be sent. */
const isItsOwn = (error: unknown): boolean => isParleyError(error, 'invalid_input') || (isParleyError(error) && error.code.startsWith('outbound_'))

/** Gives an action what it may see, and takes what it answers. */
export class ActionRunner {
  readonly #runner: Runner
  readonly #timeLimit: number

  constructor({ runner, config }: { runner: Runner; config: { readonly timeLimit: number } }) {
    this.#runner = runner
    this.#timeLimit = config.timeLimit
  }

  /**
   * Throws `UserCodeError` when the code fails, `WrongEvent` when it answers no event of its `events_schema`. What fails on the side of the platform
   * while a request is made is thrown as it is, whatever the code does with it.
   */
  async run({ id, code, config }: RunnableAction, { state, parameters, request, signal }: ActionInput): Promise<ActionOutcome> {
    const over = new AbortController()
    const until = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal])
    let line: Promise<unknown> = Promise.resolve()
    let broken: { readonly error: unknown } | undefined
    const ask = (given: JsonValue): Promise<JsonValue> => {
      const options = readRequest(given)
      const next = line.then(async () => {
        until.throwIfAborted()
        try {
          return (await request(options, until)) as unknown as JsonValue
        } catch (error) {
          if (!isItsOwn(error) && !until.aborted) broken ??= { error }
          throw error
        }
      })
      line = next.catch(() => undefined)
      return next
    }
    try {
      const { value, log, duration } = await this.#runner.run({
        ...runCode(id, code),
        input: { id, state, parameters } as unknown as JsonValue,
        functions: { request: async (given) => ask(given ?? null) },
        timeLimit: config.time_limit === undefined ? this.#timeLimit : config.time_limit * 1000,
        ...(signal === undefined ? {} : { signal }),
      })
      if (broken !== undefined) throw broken.error
      const { event, changes } = value as unknown as Answer
      return { event: eventOf(event, config, log), changes, log, duration }
    } catch (error) {
      throw broken === undefined ? error : broken.error
    } finally {
      // a request that is still under way must not outlive the run that made it
      over.abort()
      await line
    }
  }
}

const eventOf = (event: JsonValue, config: ActionConfig, log: readonly UserCodeLogLine[]): string => {
  const events = eventsOf(config)
  if (typeof event === 'string' && (events.includes(event) || event === 'error')) return event
  const answered = event === null ? 'nothing' : JSON.stringify(event).slice(0, 100)
  throw new WrongEvent(
    `The action returned ${answered}. It has to return one of its events_schema: ${events.map((name) => `"${name}"`).join(', ')}.`,
    log,
  )
}

/** What to tell of an error; `undefined` when it is none of the code's. */
export const failureOfCode = (error: unknown, code: string): (ActionFailure & { readonly log: readonly UserCodeLogLine[] }) | undefined => {
  if (error instanceof WrongEvent) return { reason: 'wrong_event', message: error.message, log: error.log }
  if (!isUserCodeError(error)) return undefined
  const { reason, message, line, column, trace, log } = error
  const inside = line !== undefined && line <= linesOf(code)
  return {
    ...{ reason, message, log },
    ...(inside ? { line, ...(column === undefined ? {} : { column }) } : {}),
    ...(trace === undefined ? {} : { trace }),
  }
}

/** What to tell of any error. Of errors of the platform only those that are made to be read are told. */
export const failureOf = (error: unknown, code: string): ActionFailure & { readonly log: readonly UserCodeLogLine[] } => {
  const found = failureOfCode(error, code)
  if (found !== undefined) return found
  if (!isParleyError(error)) return { reason: 'internal', message: 'The platform failed while the action ran; its log says how.', log: [] }
  return { reason: error.code.replace(/^outbound_/, ''), message: error.message, log: [] }
}
