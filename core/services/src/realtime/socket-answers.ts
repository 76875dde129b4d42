import { randomUUID } from 'node:crypto'
import { ParleyError, type Logger } from '@parley/plugin-api'
import { toParleyError, toProblem, type Problem } from '../http/index.ts'

export type Ack = (answer: object) => void

/** What a client sent with an event: at most one payload, and a function when it wants an answer. */
export const readEvent = (parts: readonly unknown[]): { readonly payload: unknown; readonly ack: Ack | undefined } => {
  const last = parts.at(-1)
  const ack = typeof last === 'function' ? (last as Ack) : undefined
  return { payload: parts.length > (ack === undefined ? 0 : 1) ? parts[0] : undefined, ack }
}

export interface Failure {
  readonly error: unknown
  readonly requestId: string
  readonly plugin?: string | undefined
  readonly log: Logger
}

/** The problem a client is told; what is a bug of ours is logged, what is the client's is not. */
export const problemOf = ({ error, requestId, plugin, log }: Failure): Problem => {
  const known = toParleyError(error)
  if (known.family === 'programming') log.error('an event of a socket failed', { requestId, plugin, error: known.cause ?? error })
  return toProblem(known, { requestId, plugin, showBugs: false })
}

/** An error that socket.io hands to the client's `connect_error`, with the problem as its data. */
export const refusal = (failure: Failure): Error => {
  const problem = problemOf(failure)
  return Object.assign(new Error(problem.detail), { data: problem })
}

/** Runs the work of an event and acknowledges what came of it. */
export const answer = async (
  ack: Ack | undefined,
  { plugin, log }: { plugin?: string | undefined; log: Logger },
  work: (requestId: string) => Promise<object>,
): Promise<void> => {
  const requestId = randomUUID()
  try {
    const result = await work(requestId)
    ack?.({ ok: true, ...result })
  } catch (error) {
    const problem = problemOf({ error, requestId, plugin, log })
    ack?.({ ok: false, problem })
  }
}

export const tooMany = (): ParleyError => new ParleyError('rate_limited', 'Too many events on this connection. Wait a moment and try again.')

export const stopping = (): ParleyError => new ParleyError('not_ready', 'This process is about to stop. Connect again.')
