import { createHash, randomUUID } from 'node:crypto'
import { ParleyError, type HttpClient, type OutboundOptions, type OutboundResponse } from '@parley/plugin-api'
import type { CallRecord } from './session.ts'

type Answer = NonNullable<CallRecord['answer']>

// an answer is only kept for a later call of the same step, which is rare; a larger one is asked for again or unknown
const maxKept = 256 * 1024

const asResponse = ({ status, headers, body }: Answer): OutboundResponse => ({
  status,
  ok: status >= 200 && status < 300,
  headers,
  text: async () => body,
  json: async () => JSON.parse(body) as unknown,
  bytes: async () => Buffer.from(body),
})

/** Hashed, because addresses may hold secrets and records are stored. */
const hashOf = (method: string, url: string): string => createHash('sha256').update(`${method.toUpperCase()} ${url}`).digest('base64url')

export const unknownOutcome = (): ParleyError =>
  new ParleyError(
    'outbound_unknown',
    'The process stopped while the call was under way, so it is unknown whether the other side acted. It was not repeated.',
    {
      details: { reason: 'unknown' },
    },
  )

export interface OutsideCallsOptions {
  /** Calls of this step that an earlier run of it began. */
  readonly before: readonly CallRecord[]
  /** Commits everything so far together with the intent. */
  readonly intend: (calls: readonly CallRecord[]) => Promise<void>
  readonly http: HttpClient
  readonly signal: AbortSignal
}

/**
 * The calls of one step, each between two commits. A step that runs again after a crash gets the answers it had; of the call that was in flight
 * nobody knows, so it is repeated under the same key when the node allows it, and fails as unknown otherwise. A step that makes other calls than it
 * made before gets no answers of those, and none of its further calls is made: what it did before is unknown, too.
 */
export class OutsideCalls {
  readonly #before: readonly CallRecord[]
  readonly #intend: OutsideCallsOptions['intend']
  readonly #http: HttpClient
  readonly #signal: AbortSignal
  readonly #calls: CallRecord[] = []
  #diverged = false

  constructor({ before, intend, http, signal }: OutsideCallsOptions) {
    this.#before = before
    this.#intend = intend
    this.#http = http
    this.#signal = signal
  }

  /** True until the step has come as far as it was: what it does until then is done already. */
  get replaying(): boolean {
    return this.unfinished && !this.#diverged
  }

  /** True while calls that were begun before have not been made again. */
  get unfinished(): boolean {
    return this.#calls.length < this.#before.length
  }

  async call(url: string, options: OutboundOptions & { readonly repeatable?: boolean }): Promise<OutboundResponse> {
    const { repeatable = false, ...request } = options
    const hash = hashOf(request.method ?? 'GET', url)
    const earlier = this.#before[this.#calls.length]
    if (earlier !== undefined) {
      if (earlier.request !== undefined && earlier.request !== hash) this.#diverged = true
      if (this.#diverged) throw unknownOutcome()
      this.#calls.push(earlier)
      if (earlier.answer !== undefined) return asResponse(earlier.answer)
      if (!earlier.repeatable) throw unknownOutcome()
      return await this.#make(url, request, earlier)
    }
    const record: CallRecord = { key: randomUUID(), repeatable, request: hash }
    this.#calls.push(record)
    await this.#intend(this.#calls)
    return await this.#make(url, request, record)
  }

  async #make(url: string, request: OutboundOptions, record: CallRecord): Promise<OutboundResponse> {
    const signal = request.signal === undefined ? this.#signal : AbortSignal.any([this.#signal, request.signal])
    const response = await this.#http(url, { ...request, headers: { ...request.headers, 'Idempotency-Key': record.key }, signal })
    const bytes = await response.bytes()
    const body = Buffer.from(bytes).toString('utf8')
    const answer: Answer = { status: response.status, headers: response.headers, body }
    if (body.length <= maxKept) this.#calls[this.#calls.indexOf(record)] = { ...record, answer }
    return { ...asResponse(answer), bytes: async () => bytes }
  }
}
