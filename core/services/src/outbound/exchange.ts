import type { OutboundResponse } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import type { Dispatcher } from 'undici'
import { NotConnected } from './guarded-connector.ts'

type Headers = Record<string, string | string[] | undefined>

export interface ExchangeOptions {
  /** `POST https://api.example`, without path: tokens travel in paths. */
  readonly label: string
  readonly timeout: number
  readonly maxBytes: number
  readonly signal: AbortSignal | undefined
  readonly settle: (error: ParleyError | undefined, response: OutboundResponse | undefined) => void
}

class CollectedResponse implements OutboundResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly #bytes: Buffer

  constructor(status: number, headers: Headers, bytes: Buffer) {
    this.status = status
    this.#bytes = bytes
    const plain: Record<string, string> = {}
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value
    this.headers = plain
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.#bytes)
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  async bytes(): Promise<Uint8Array> {
    return this.#bytes
  }
}

const nothing = Buffer.alloc(0)

/** One request and its answer. Knows whether the request has left, which decides between "refused" and "unknown". */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions
  readonly #timer: NodeJS.Timeout
  readonly #aborted = (): void => this.#fail('the caller gave up', this.#options.signal?.reason)
  #controller: Dispatcher.DispatchController | undefined
  #settled = false
  #status = 0
  #headers: Headers = {}
  #size = 0
  #chunks: Buffer[] = []

  constructor(options: ExchangeOptions) {
    this.#options = options
    // real time, whatever the clock of the host: the other side lives in it
    this.#timer = setTimeout(() => this.#fail(`no answer within ${options.timeout} ms`), options.timeout)
    options.signal?.addEventListener('abort', this.#aborted, { once: true })
    if (options.signal?.aborted) this.#aborted()
  }

  /** Called right before the first byte is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) return controller.abort(new Error('nobody waits any more'))
    this.#controller = controller
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length
    const { maxBytes } = this.#options
    if (this.#size > maxBytes) this.#fail(`the answer is larger than ${maxBytes} bytes`, undefined, { maxBytes })
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const [first = nothing] = this.#chunks
    const bytes = this.#chunks.length > 1 ? Buffer.concat(this.#chunks, this.#size) : first
    this.#settle(undefined, new CollectedResponse(this.#status, this.#headers, bytes))
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error.message, error)
  }

  #fail(reason: string, cause?: unknown, more: object = {}): void {
    const controller = this.#controller
    this.#settle(this.#describe(reason, cause, more), undefined)
    controller?.abort(new Error(reason))
  }

  #describe(reason: string, cause: unknown, more: object): ParleyError {
    const { label } = this.#options
    const details = { request: label, reason, ...more }
    if (cause instanceof NotConnected && cause.blocked) {
      const fix = 'Add the host and port to "host.outbound.allow" if it is meant.'
      return new ParleyError('outbound_blocked', `${label} was not sent: ${reason}. ${fix}`, { details, cause })
    }
    if ((cause as { code?: unknown } | undefined)?.code === 'UND_ERR_INVALID_ARG') {
      return new ParleyError('invalid_input', `${label} cannot be sent: ${reason}.`, { details, cause })
    }
    return this.#controller === undefined
      ? new ParleyError('outbound_refused', `${label} was not sent: ${reason}.`, { details, cause })
      : new ParleyError('outbound_unknown', `${label} was sent, and whether it took effect is not known: ${reason}.`, { details, cause })
  }

  #settle(error: ParleyError | undefined, response: OutboundResponse | undefined): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#timer)
    this.#options.signal?.removeEventListener('abort', this.#aborted)
    this.#options.settle(error, response)
  }
}
