import { type ErrorCode, isParleyError, ParleyError } from '@parley/plugin-api'
import type { Issue } from './validate.ts'

/** RFC 9457, `application/problem+json`. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly requestId: string
  readonly plugin?: string
  readonly issues?: readonly Issue[]
  readonly details?: Readonly<Record<string, unknown>>
}

export interface ProblemContext {
  readonly requestId: string
  readonly plugin: string | undefined
  /** Whether the texts of bugs are shown; never in production. */
  readonly showBugs: boolean
}

const internalDetail = 'Something went wrong here, and it was recorded. Quote the request id when you report it.'

// what koa and its middleware throw
const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_input',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
}

/** Any thrown thing as an error of the platform; what is unknown becomes `internal` with the original as its cause. */
export const toParleyError = (error: unknown): ParleyError => {
  if (isParleyError(error)) return error
  const { status, expose, message } = (error ?? {}) as { status?: unknown; expose?: unknown; message?: unknown }
  const code = typeof status === 'number' && expose === true ? codeOfStatus[status] : undefined
  if (code !== undefined) return new ParleyError(code, String(message), { cause: error })
  return new ParleyError('internal', internalDetail, { cause: error })
}

const titleOf = (code: string): string => {
  const words = code.slice(code.indexOf('/') + 1).replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export const toProblem = (error: ParleyError, { requestId, plugin, showBugs }: ProblemContext): Problem => {
  const { issues, ...details } = error.details ?? {}
  const isBug = error.family === 'programming'
  const hidden = isBug && !showBugs
  return {
    type: `urn:parley:problem:${error.code}`,
    title: titleOf(error.code),
    status: error.status,
    detail: hidden ? internalDetail : error.message,
    code: error.code,
    requestId,
    ...(plugin === undefined ? {} : { plugin }),
    ...(Array.isArray(issues) ? { issues: issues as Issue[] } : {}),
    ...(hidden || Object.keys(details).length === 0 ? {} : { details }),
  }
}
