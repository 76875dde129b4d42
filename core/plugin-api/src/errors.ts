/** Who has to act: `user` (4xx, not reported), `operational` (outside world: retried, logged), `programming` (a bug: reported). */
export type ErrorFamily = 'user' | 'operational' | 'programming'

/** Every code of the platform, with its family and the HTTP status it becomes. Plugins may add codes of their own as `<plugin-id>/<code>`. */
export const errorCodes = {
  invalid_input: { family: 'user', status: 400 },
  malformed_body: { family: 'user', status: 400 },
  unauthenticated: { family: 'user', status: 401 },
  bad_signature: { family: 'user', status: 401 },
  not_licensed: { family: 'user', status: 402 },
  forbidden: { family: 'user', status: 403 },
  not_found: { family: 'user', status: 404 },
  method_not_allowed: { family: 'user', status: 405 },
  conflict: { family: 'user', status: 409 },
  idempotency_conflict: { family: 'user', status: 409 },
  stale_write: { family: 'user', status: 409 },
  too_large: { family: 'user', status: 413 },
  unsupported_media_type: { family: 'user', status: 415 },
  unprocessable: { family: 'user', status: 422 },
  locked_out: { family: 'user', status: 423 },
  rate_limited: { family: 'user', status: 429 },
  user_code_failed: { family: 'user', status: 422 },
  plugin_unavailable: { family: 'operational', status: 503 },
  not_ready: { family: 'operational', status: 503 },
  migrations_pending: { family: 'operational', status: 503 },
  database_unavailable: { family: 'operational', status: 503 },
  /** The request never left this machine or the other side proved that it did not take it. */
  outbound_refused: { family: 'operational', status: 502 },
  /** The address is not a public one and is not on the allow list. Nothing was sent. */
  outbound_blocked: { family: 'operational', status: 502 },
  /** The request may have arrived: time-out, or the connection was lost after it left. */
  outbound_unknown: { family: 'operational', status: 504 },
  /** No process could take the code, or none had time. It has not run. */
  runner_unavailable: { family: 'operational', status: 503 },
  /** The process that ran the code died; what it asked for before has happened. */
  run_lost: { family: 'operational', status: 502 },
  invalid_config: { family: 'operational', status: 500 },
  plugin_graph: { family: 'operational', status: 500 },
  write_not_audited: { family: 'programming', status: 500 },
  internal: { family: 'programming', status: 500 },
} as const satisfies Record<string, { family: ErrorFamily; status: number }>

/** A code of the platform's table, or a plugin's own as `<plugin-id>/<code>`. */
export type ErrorCode = keyof typeof errorCodes | `${string}/${string}`

/** What an error carries beside code and message. */
export interface ParleyErrorOptions {
  readonly cause?: unknown
  /** Safe for logs and for the caller: no secrets, no customer's text. */
  readonly details?: Readonly<Record<string, unknown>>
  /** For a plugin's own code: its family and HTTP status. */
  readonly family?: ErrorFamily
  readonly status?: number
}

/**
 * The one error class of the platform. Match by `code`, never by `instanceof` across packages.
 *
 * @example throw new ParleyError('not_found', 'The bot "b1" does not exist. Open Settings, Bots, to see those that do.')
 */
export class ParleyError extends Error {
  override readonly name = 'ParleyError'
  readonly code: ErrorCode
  readonly family: ErrorFamily
  readonly status: number
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, options: ParleyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    const known = (errorCodes as Record<string, { family: ErrorFamily; status: number }>)[code]
    this.code = code
    this.family = options.family ?? known?.family ?? 'programming'
    this.status = options.status ?? known?.status ?? 500
    this.details = options.details
  }
}

/** True for an error of the platform, made by any copy of this package; with `code`, only for that one. */
export const isParleyError = (error: unknown, code?: ErrorCode): error is ParleyError =>
  error instanceof Error && error.name === 'ParleyError' && (code === undefined || (error as ParleyError).code === code)
