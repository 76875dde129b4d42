import { currentContext } from '@parley/kernel'
import { ParleyError, type HttpClient, type OutboundOptions, type OutboundResponse } from '@parley/plugin-api'

/** A call of a plugin to the outside world. */
export interface OutboundCall {
  /** Who called. */
  readonly plugin: string | undefined
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The text of the body; `undefined` when there is none, or when it is a form or bytes. */
  readonly text: string | undefined
  /** What came back; 0 while nothing has, and when nothing did. */
  status: number
}

/** What the outside world answers to a call. */
export interface OutboundAnswer {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Objects are sent as JSON. */
  readonly body?: object | string | Uint8Array
}

/** Answers in place of the outside world; `undefined` lets the call go out, which reaches this machine only. A thrown error is the network's. */
export type Outside = (call: OutboundCall, options: OutboundOptions) => OutboundAnswer | undefined | Promise<OutboundAnswer | undefined>

/** The client that plugins get in a test host: real, and it remembers. */
export class RecordingClient {
  readonly calls: OutboundCall[] = []
  readonly #real: HttpClient
  readonly #outside: Outside | undefined
  #inFlight = 0

  constructor(real: HttpClient, outside: Outside | undefined) {
    this.#real = real
    this.#outside = outside
  }

  /** Calls without an outcome yet. */
  get inFlight(): number {
    return this.#inFlight
  }

  readonly client: HttpClient = async (url, options = {}) => {
    const call = recorded(url, options)
    this.calls.push(call)
    this.#inFlight++
    try {
      const answer = await this.#outside?.(call, options)
      const response = answer === undefined ? await this.#real(url, options) : responseOf(answer)
      call.status = response.status
      return response
    } finally {
      this.#inFlight--
    }
  }
}

const recorded = (url: string | URL, { method = 'GET', headers = {}, body }: OutboundOptions): OutboundCall => ({
  plugin: currentContext()?.plugin,
  method: method.toUpperCase(),
  url: String(url),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  text: typeof body === 'string' ? body : undefined,
  status: 0,
})

const responseOf = ({ status = 200, headers = {}, body = '' }: OutboundAnswer): OutboundResponse => {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const text = async (): Promise<string> => new TextDecoder().decode(bytes)
  const json = async (): Promise<unknown> => {
    try {
      return JSON.parse(await text())
    } catch (cause) {
      throw new ParleyError('internal', 'The answer that the test gave is not JSON.', { cause })
    }
  }
  return { status, ok: status >= 200 && status < 300, headers, text, json, bytes: async () => bytes }
}
