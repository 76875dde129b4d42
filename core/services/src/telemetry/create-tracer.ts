import type { TraceContext } from '@parley/kernel'
import type { Logger } from '@parley/plugin-api'
import { OtlpExporter } from './otlp-exporter.ts'
import { newSpanId, newTraceId, readTraceparent } from './trace-context.ts'

export type SpanKind = 'server' | 'client' | 'consumer'
export type Attributes = Readonly<Record<string, string | number>>

export interface Span {
  readonly context: TraceContext
  /** With what is known only now; `failed` marks it as an error. */
  end(attributes?: Attributes, failed?: boolean): void
}

/** A span that has ended. Times are milliseconds of the epoch. */
export interface EndedSpan extends TraceContext {
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: SpanKind
  readonly startedAt: number
  readonly endedAt: number
  readonly attributes: Attributes
  readonly failed: boolean
}

export interface Tracer {
  /**
   * Goes on with the trace of a `traceparent`, else begins one where `begin` says so and chance does; `undefined` when nothing is recorded.
   * What works under a span gets its context as `WorkContext.trace`.
   */
  start(name: string, kind: SpanKind, options: { readonly parent?: string | TraceContext | undefined; readonly begin?: boolean }): Span | undefined
  /** Sends what waits. */
  stop(): Promise<void>
}

export interface TracerOptions {
  /** Where spans are sent: OTLP over HTTP, such as `http://collector:4318/v1/traces`. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Of the traces that begin here, between 0 and 1. */
  readonly share: number
  readonly resource: Attributes
  readonly log: Logger
}

export function createTracer({ share, ...options }: TracerOptions): Tracer {
  const exporter = new OtlpExporter(options)
  // spans of one process are compared with each other, so their clock must not jump
  const now = (): number => performance.timeOrigin + performance.now()
  return {
    start(name, kind, { parent: given, begin = false }) {
      const parent = typeof given === 'string' ? readTraceparent(given) : given
      if (parent === undefined ? !begin || Math.random() >= share : 'sampled' in parent && !parent.sampled) return undefined
      const context: TraceContext = { traceId: parent?.traceId ?? newTraceId(), spanId: newSpanId() }
      const startedAt = now()
      return {
        context,
        end: (attributes = {}, failed = false) =>
          exporter.add({ ...context, parentSpanId: parent?.spanId, name, kind, startedAt, endedAt: now(), attributes, failed }),
      }
    },
    stop: () => exporter.stop(),
  }
}
