import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpProvider, ProviderAnswer, ProviderEvent, ProviderFile, ProviderRequest, SentMessage, ShownMessage } from './description.ts'
import { readRequest } from './provider-request.ts'
import type { Answered, ProviderApi, ProviderFailure, ProviderSide, SideContext } from './provider-side.ts'
import { spoiled } from './spoiled.ts'

const filesPath = '/contract-files/'
const pageOfHtml: ProviderAnswer = { status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>Internal Server Error</h1>' }

/** The server behind the description of a provider. */
export class HttpSide implements ProviderSide, ProviderApi {
  readonly #provider: HttpProvider
  readonly #context: SideContext
  readonly #files = new Map<string, ProviderFile>()
  readonly #failures: ProviderFailure[] = []
  readonly #shown: SentMessage[] = []
  readonly #typed: string[] = []
  readonly asked: { readonly request: ProviderRequest; answer?: Answered }[] = []
  readonly told: Answered[] = []
  #server: Server | undefined
  #port = 0
  #requests = 0
  #hanging = 0
  #everything: 'expired-token' | undefined
  #webhook: string | undefined

  constructor(provider: HttpProvider, context: SideContext) {
    this.#provider = provider
    this.#context = context
  }

  static async start(provider: HttpProvider, context: SideContext): Promise<HttpSide> {
    const side = new HttpSide(provider, context)
    await side.#listen()
    return side
  }

  get api(): ProviderApi {
    return this
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get requests(): number {
    return this.#requests
  }

  get hanging(): number {
    return this.#hanging
  }

  get knows(): ProviderApi['knows'] {
    const { webhook, refusals } = this.#provider
    return {
      webhook: webhook !== undefined,
      blocked: refusals.blocked !== undefined,
      howLong: refusals.saysHowLong !== false,
      serverErrorTakesNothing: refusals.serverErrorTakesNothing === true,
    }
  }

  chatId(number: number): string {
    return this.#provider.chatId?.(number) ?? String(number)
  }

  file(name: string, type: string, bytes: Uint8Array): ProviderFile {
    const id = `file-${this.#files.size + 1}`
    const file = { id, name, type, bytes, url: this.origin + filesPath + id }
    this.#files.set(id, file)
    return file
  }

  body(event: ProviderEvent): string | undefined {
    const sent = this.#shown.filter(({ chatId }) => chatId === event.chatId)
    const update = this.#provider.update(event, sent)
    return update === undefined || typeof update === 'string' ? update : JSON.stringify(update)
  }

  async deliver(event: ProviderEvent): Promise<number | undefined> {
    const body = this.body(event)
    return body === undefined ? undefined : await this.post(body, 'good')
  }

  async post(body: string | Uint8Array, proof: 'good' | 'bad' | 'none'): Promise<number> {
    const { host } = this.#context
    const address = new URL(this.#context.account().webhookUrl)
    const headers = proof === 'none' ? {} : this.#proof(typeof body === 'string' ? body : Buffer.from(body).toString('latin1'), proof)
    const answer = await fetch(host.url + address.pathname + address.search, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body as BodyInit,
    })
    this.told.push({ status: answer.status, text: await answer.text() })
    return answer.status
  }

  shown(): readonly ShownMessage[] {
    return this.#shown
  }

  typed(): readonly string[] {
    return this.#typed
  }

  webhook(): string | undefined {
    return this.#webhook
  }

  failNext(...failures: readonly ProviderFailure[]): void {
    this.#failures.push(...failures)
  }

  async failAll(failure: 'expired-token' | 'down' | undefined): Promise<void> {
    this.#failures.length = 0
    this.#everything = failure === 'expired-token' ? failure : undefined
    if (failure === 'down') await this.stop()
    else if (this.#server === undefined) await this.#listen()
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    server?.closeAllConnections()
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  }

  async #listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => response.destroy(error as Error))
    })
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** The right proof; a bad one is that of another body or, where bodies are not signed, a spoiled one. */
  #proof(body: string, proof: 'good' | 'bad'): Readonly<Record<string, string>> {
    const { host, account } = this.#context
    const sign = (text: string) => this.#provider.sign(text, account(), host.clock.now())
    const good = sign(body)
    if (proof === 'good') return good
    const other = sign(`${body} `)
    return JSON.stringify(other) === JSON.stringify(good) ? spoiled(good) : { ...good, ...other }
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming, ++this.#requests, this.origin)
    const exchange: { readonly request: ProviderRequest; answer?: Answered } = { request }
    this.asked.push(exchange)
    try {
      const answer = this.#answer(request)
      if (answer === 'hang') {
        this.#hanging++
        incoming.socket.once('close', () => this.#hanging--)
      } else if (answer === 'reset') response.destroy()
      else exchange.answer = send(response, answer)
    } catch (error) {
      exchange.answer = { status: 0, text: `none, because the description of the provider threw ${String(error)}` }
      response.destroy()
    }
  }

  #answer(request: ProviderRequest): ProviderAnswer | 'hang' | 'reset' {
    if (request.path.startsWith(filesPath)) {
      const file = this.#files.get(request.path.slice(filesPath.length))
      return file === undefined ? { status: 404 } : { headers: { 'content-type': file.type }, body: file.bytes }
    }
    const { refusals } = this.#provider
    if (this.#everything === 'expired-token') return refusals.expiredToken
    const shows = [this.#provider.shows(request) ?? []].flat()
    const failure = shows.length === 0 ? undefined : this.#failures.shift()
    if (failure === 'server-error') return refusals.serverError ?? pageOfHtml
    if (failure === 'blocked') return refusals.blocked ?? { status: 400 }
    if (failure === 'refused') return refusals.refused ?? { status: 400 }
    if (typeof failure === 'object') return refusals.rateLimited(failure.rateLimited)
    const answer = this.#provider.answer(request, (id) => this.#files.get(id))
    if (answer === undefined) return { status: 404 }
    if ((answer.status ?? 200) < 400) this.#take(request, shows)
    return failure ?? answer
  }

  #take(request: ProviderRequest, shows: readonly ShownMessage[]): void {
    this.#shown.push(...shows.map((one) => ({ ...one, request })))
    const typing = this.#provider.typing?.(request)
    if (typing !== undefined) this.#typed.push(typing)
    const webhook = this.#provider.webhook?.(request)
    if (webhook !== undefined) this.#webhook = webhook === 'removed' ? undefined : webhook.url
  }
}

const send = (response: ServerResponse, { status = 200, headers = {}, body }: ProviderAnswer): Answered => {
  const json = typeof body === 'object' && !(body instanceof Uint8Array)
  const content = json ? JSON.stringify(body) : body
  response.writeHead(status, { ...(json ? { 'content-type': 'application/json' } : {}), ...headers })
  response.end(content)
  return { status, text: typeof content === 'string' ? content : `${content?.length ?? 0} bytes` }
}
