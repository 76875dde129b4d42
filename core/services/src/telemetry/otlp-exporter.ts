import type { Logger } from '@parley/plugin-api'
import type { Attributes, EndedSpan, TracerOptions } from './create-tracer.ts'

const pause = 2_000
const atOnce = 512
/** More than this while the collector is away are dropped: traces help, they must not fill the memory. */
const most = 4_096
const patience = 10_000

const kinds = { server: 2, client: 3, consumer: 5 } as const
const nanoseconds = (milliseconds: number): string => `${BigInt(Math.round(milliseconds * 1000)) * 1000n}`
const pairs = (attributes: Attributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: typeof value === 'string' ? { stringValue: value } : { doubleValue: value } }))

const toOtlp = ({ traceId, spanId, parentSpanId, name, kind, startedAt, endedAt, attributes, failed }: EndedSpan): object => ({
  ...{ traceId, spanId, name, kind: kinds[kind], attributes: pairs(attributes), status: { code: failed ? 2 : 0 } },
  ...{ startTimeUnixNano: nanoseconds(startedAt), endTimeUnixNano: nanoseconds(endedAt) },
  ...(parentSpanId === undefined ? {} : { parentSpanId }),
})

/** Collects spans and sends them now and then: OTLP, HTTP with JSON. What cannot be sent is dropped, and said once. */
export class OtlpExporter {
  readonly #options: Omit<TracerOptions, 'share'>
  readonly #log: Logger
  #waiting: EndedSpan[] = []
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> = Promise.resolve()
  #failing = false

  constructor(options: Omit<TracerOptions, 'share'>) {
    this.#options = options
    this.#log = options.log
  }

  add(span: EndedSpan): void {
    if (this.#waiting.length >= most) return
    this.#waiting.push(span)
    if (this.#waiting.length >= atOnce) this.#send()
    else this.#timer ??= setTimeout(() => this.#send(), pause).unref()
  }

  async stop(): Promise<void> {
    this.#send()
    await this.#sending
  }

  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const spans = this.#waiting.splice(0)
    if (spans.length > 0) this.#sending = this.#sending.then(() => this.#post(spans))
  }

  async #post(spans: readonly EndedSpan[]): Promise<void> {
    const { url, headers, resource } = this.#options
    const scopeSpans = [{ scope: { name: 'parley' }, spans: spans.map(toOtlp) }]
    try {
      const body = JSON.stringify({ resourceSpans: [{ resource: { attributes: pairs(resource) }, scopeSpans }] })
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        signal: AbortSignal.timeout(patience),
      })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`the collector answered ${response.status}`)
      this.#failing = false
    } catch (error) {
      if (!this.#failing) this.#log.warn('traces cannot be sent and are dropped until they can', { error })
      this.#failing = true
    }
  }
}
