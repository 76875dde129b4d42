/** One field of a body that the server refused. */
export interface ApiIssue {
  readonly message: string
  readonly path?: readonly (string | number)[]
}

/**
 * Why a call failed. `message` (the problem's `detail`) says what happened and what to do; `code` is the platform's, such as `stale_write`,
 * or `network` when no answer came. Match by `code`.
 *
 * @example catch (error) { if (isApiError(error, 'stale_write')) await reload(); else toast.error(error) }
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly status: number
  readonly issues: readonly ApiIssue[]
  readonly requestId: string | undefined

  constructor(problem: {
    code: string
    status: number
    detail: string
    issues?: readonly ApiIssue[]
    requestId?: string | undefined
    cause?: unknown
  }) {
    super(problem.detail, problem.cause === undefined ? undefined : { cause: problem.cause })
    this.code = problem.code
    this.status = problem.status
    this.issues = problem.issues ?? []
    this.requestId = problem.requestId
  }

  get detail(): string {
    return this.message
  }
}

/** True for a failed call; with `code`, only for that failure. */
export const isApiError = (error: unknown, code?: string): error is ApiError =>
  error instanceof Error && error.name === 'ApiError' && (code === undefined || (error as ApiError).code === code)

/** The server says `items.0.name`. */
const toIssue = ({ message, path = [] }: { message: string; path?: string | ApiIssue['path'] }): ApiIssue => ({
  message,
  path: typeof path === 'string' ? path.split('.').flatMap((step) => (step === '' ? [] : [/^\d+$/.test(step) ? Number(step) : step])) : path,
})

/** @internal Reads problem+json; an answer that is none (a proxy's page) becomes a sentence of ours. */
export function problemOf(status: number, text: string, fallback: string): ApiError {
  let problem: Record<string, unknown> = {}
  try {
    problem = JSON.parse(text) as Record<string, unknown>
  } catch {
    // a proxy's page says nothing a person could use
  }
  return new ApiError({
    status,
    code: typeof problem['code'] === 'string' ? problem['code'] : `http_${status}`,
    detail: typeof problem['detail'] === 'string' ? problem['detail'] : typeof problem['title'] === 'string' ? problem['title'] : fallback,
    issues: Array.isArray(problem['issues']) ? (problem['issues'] as Parameters<typeof toIssue>[0][]).map(toIssue) : [],
    requestId: typeof problem['requestId'] === 'string' ? problem['requestId'] : undefined,
  })
}
