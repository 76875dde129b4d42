import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Actor, Call } from '@parley/plugin-api'
import type { Caller } from './caller.ts'
import type { Upload } from './multipart.ts'

export interface CallParts {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly caller: Caller
  readonly address: string
  readonly actor: Actor
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly rawBody: Buffer
  readonly files: readonly Upload[]
}

/** What a handler gets. What few handlers ask for is made when it is asked for. */
export class RequestCall implements Call<unknown, unknown, unknown> {
  readonly body: unknown
  readonly query: unknown
  readonly params: unknown
  readonly actor: Actor
  readonly rawBody: Buffer
  readonly files: readonly Upload[]
  readonly address: string
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #caller: Caller
  #signal: AbortSignal | undefined

  constructor({ request, response, caller, address, actor, params, query, body, rawBody, files }: CallParts) {
    this.body = body
    this.query = query
    this.params = params
    this.actor = actor
    this.rawBody = rawBody
    this.files = files
    this.address = address
    this.#request = request
    this.#response = response
    this.#caller = caller
  }

  get headers(): Readonly<Record<string, string | undefined>> {
    // only "set-cookie" may be a list, and no request has it
    return this.#request.headers as Record<string, string | undefined>
  }

  get origin(): string {
    return this.#caller.origin(this.#request)
  }

  get signal(): AbortSignal {
    if (this.#signal !== undefined) return this.#signal
    const controller = new AbortController()
    const abort = (): void => {
      if (!this.#response.writableFinished) controller.abort(new Error('The caller hung up.'))
    }
    if (this.#response.closed) abort()
    else this.#response.once('close', abort)
    return (this.#signal = controller.signal)
  }
}
