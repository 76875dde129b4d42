import { randomBytes } from 'node:crypto'
import type { TraceContext } from '@parley/kernel'

const traceparent = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/
const nothing = /^0+$/

export interface ReadTraceContext extends TraceContext {
  /** What the sender decided; it holds for everything that follows. */
  readonly sampled: boolean
}

/** The header of W3C Trace Context; `undefined` for anything else, as the standard asks. */
export function readTraceparent(text: string | undefined): ReadTraceContext | undefined {
  const [, traceId, spanId, flags] = traceparent.exec(text ?? '') ?? []
  if (traceId === undefined || spanId === undefined || nothing.test(traceId) || nothing.test(spanId)) return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags!, 16) & 1) === 1 }
}

/** Only what is recorded is carried on. */
export const writeTraceparent = ({ traceId, spanId }: TraceContext): string => `00-${traceId}-${spanId}-01`

export const newTraceId = (): string => randomBytes(16).toString('hex')
export const newSpanId = (): string => randomBytes(8).toString('hex')
