import { ParleyError, type ErrorCode } from './errors.ts'

/** What JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** JavaScript that a user wrote, and what it gets. */
export interface UserCode {
  /** What errors and stack traces call the source, such as `action_order_status.js`. */
  readonly name: string
  /** The user's source: a CommonJS module (`module.exports = …`). Its line 1 is line 1 in errors. */
  readonly source: string
  /**
   * JavaScript of the plugin, evaluated in the same sandbox: a function `(exports, input, functions) => result or promise`. By default
   * `(exports, input) => exports(input)`. An error that it throws with `reason: 'no_function'` fails the run with that reason.
   */
  readonly call?: string
  /** What the call gets; `null` by default. */
  readonly input?: JsonValue
  /**
   * What the code may ask for: name → function of JSON values, `await functions.name(…)` inside. It runs in the caller, with the caller's services.
   * Of its errors the code learns the message and the code if they are `ParleyError`s, else only that it failed.
   */
  readonly functions?: Readonly<Record<string, (...args: JsonValue[]) => Promise<JsonValue>>>
  /** Milliseconds the whole run may take, calls of `functions` included; default 5,000, at most `runner.timeLimit` of the deployment. */
  readonly timeLimit?: number
  /** Stops the run; `run` rejects with its reason. */
  readonly signal?: AbortSignal
}

/** One line that the code wrote with `console`. */
export interface UserCodeLogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
}

/** What came of a run that went well. */
export interface UserCodeResult {
  /** `null` when the code answered nothing. Keys that could change prototypes (`__proto__`) are left out. */
  readonly value: JsonValue
  /** At most 200 lines of 2,000 characters; a last line says when there were more. */
  readonly log: readonly UserCodeLogLine[]
  /** Milliseconds the code ran, without waiting for its turn. */
  readonly duration: number
}

/**
 * Runs JavaScript that users wrote in a process without plugins, credentials and network: the role `runner`. Each run has a sandbox of its own, with
 * the language and `console`, without `require`, `process`, `fetch` and timers; `Date` works in UTC. Only JSON goes in and comes out.
 *
 * @example const { value } = await runner.run({ name: 'price.js', source: 'module.exports = (order) => order.sum * 0.9', input: { sum: 100 } })
 */
export interface Runner {
  /** Errors: `UserCodeError`; `invalid_input` when input is not JSON; `too_large` when source or input are larger than `runner.dataSize`. */
  run(code: UserCode): Promise<UserCodeResult>
}

/**
 * Why a run failed. The code's fault: `thrown`, `syntax`, `no_function` (it exports none), `time_limit`, `memory_limit`, `never_settled` (it waits for
 * something that cannot happen), `result_too_large`, `not_json` (the result). The platform's: `no_runner` (none is configured or reachable), `busy` (none
 * had time), `lost` (the runner died during the run, which may have called functions already).
 */
export type UserCodeFailure =
  | 'thrown'
  | 'syntax'
  | 'no_function'
  | 'time_limit'
  | 'memory_limit'
  | 'never_settled'
  | 'result_too_large'
  | 'not_json'
  | 'no_runner'
  | 'busy'
  | 'lost'

/** What a failed run leaves behind. */
export interface UserCodeErrorOptions {
  readonly reason: UserCodeFailure
  /** Of the source, from 1. */
  readonly line?: number
  /** From 1. */
  readonly column?: number
  /** Where it happened, a line for each function: `at total (price.js:3:12)`. */
  readonly trace?: string
  /** What the code wrote until then. */
  readonly log?: readonly UserCodeLogLine[]
}

const codes: Partial<Record<UserCodeFailure, ErrorCode>> = { no_runner: 'runner_unavailable', busy: 'runner_unavailable', lost: 'run_lost' }

/**
 * A run of user code that failed: `user_code_failed` by the code, `runner_unavailable` before it began, `run_lost` in the middle.
 * Told apart by `reason`, never by `instanceof` across packages: `isUserCodeError`.
 */
export class UserCodeError extends ParleyError {
  readonly reason: UserCodeFailure
  readonly line: number | undefined
  readonly column: number | undefined
  readonly trace: string | undefined
  readonly log: readonly UserCodeLogLine[]

  constructor(message: string, { reason, line, column, trace, log = [] }: UserCodeErrorOptions) {
    const place = { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
    super(codes[reason] ?? 'user_code_failed', message, { details: { reason, ...place } })
    this.reason = reason
    this.line = line
    this.column = column
    this.trace = trace
    this.log = log
  }
}

/** True for a failed run of user code, told by any copy of this package. */
export const isUserCodeError = (error: unknown): error is UserCodeError =>
  error instanceof Error && error.name === 'ParleyError' && typeof (error as Partial<UserCodeError>).reason === 'string' && 'log' in error
