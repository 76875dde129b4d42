import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

interface LineRequest {
  readonly call: string
  readonly body: any
}

/** LINE for one channel: its Messaging API, and a client who writes. It keeps what it was asked. */
export class FakeLine implements AsyncDisposable {
  readonly accessToken = 'access-token-of-the-tea-shop'
  readonly secret = 'secret-of-the-tea-shop-0001'
  readonly client = `U${'ab12'.repeat(8)}`
  readonly address: string
  /** What the client sees, oldest first. */
  readonly shown: any[] = []
  /** For which the token is still good. */
  tokenSeconds = 3_138_007_490
  readonly files = new Map<string, Buffer>()
  readonly #server: Server
  readonly #keys = new Set<string>()
  #endpoint: string | undefined
  #number = 0

  static async start(): Promise<FakeLine> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FakeLine(server)
  }

  private constructor(server: Server) {
    this.#server = server
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => {
      void this.#answer(request).then(({ status = 200, body }) => {
        response.statusCode = status
        response.setHeader('content-type', Buffer.isBuffer(body) ? 'image/png' : 'application/json')
        response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body))
      })
    })
  }

  get url(): string {
    return `http://${this.address}`
  }

  /** Where LINE was told to send events. */
  get endpoint(): string | undefined {
    return this.#endpoint
  }

  /** Sends an event of the client, to the host itself: its public address exists for LINE only. Answers the status. */
  async sends(host: string, event: object, secret = this.secret): Promise<number> {
    this.#number += 1
    const words = { webhookEventId: `event-${this.#number}`, timestamp: Date.now(), source: { type: 'user', userId: this.client }, ...event }
    const body = JSON.stringify({ destination: 'U0', events: [words] })
    const signature = createHmac('sha256', secret).update(body).digest('base64')
    const headers = { 'content-type': 'application/json', 'x-line-signature': signature }
    const { status } = await fetch(host + new URL(this.#endpoint ?? '').pathname, { method: 'POST', headers, body })
    return status
  }

  message(content: object): object {
    return { type: 'message', replyToken: 'token', message: { id: `message-${this.#number + 1}`, ...content } }
  }

  async #answer(request: IncomingMessage): Promise<{ status?: number; body: object }> {
    const words = await text(request)
    if (request.url === '/v2/oauth/verify') return this.#verify(new URLSearchParams(words).get('access_token'))
    const body: any = JSON.parse(words || '{}')
    if (request.headers.authorization !== `Bearer ${this.accessToken}`) return { status: 401, body: { message: 'Authentication failed' } }
    const asked: LineRequest = { call: `${request.method} ${request.url}`, body }
    const file = this.files.get(/^\/v2\/bot\/message\/(.+)\/content$/.exec(request.url ?? '')?.[1] ?? '')
    return file === undefined ? this.#serve(asked, String(request.headers['x-line-retry-key'])) : { body: file }
  }

  #verify(token: string | null): { status?: number; body: object } {
    if (token !== this.accessToken) return { status: 400, body: { error: 'invalid_request', error_description: 'access token expired' } }
    return { body: { client_id: '1350031035', expires_in: this.tokenSeconds, scope: 'P CM' } }
  }

  #serve({ call, body }: LineRequest, key: string): { status?: number; body: object } {
    switch (call) {
      case 'GET /v2/bot/info':
        return { body: { userId: 'U0', basicId: '@teashop', displayName: 'Tea Shop in LINE' } }
      case 'PUT /v2/bot/channel/webhook/endpoint':
        this.#endpoint = body.endpoint
        return { body: {} }
      case 'GET /v2/bot/channel/webhook/endpoint':
        return this.#endpoint === undefined ? { status: 404, body: { message: 'not found' } } : { body: { endpoint: this.#endpoint, active: true } }
      case 'POST /v2/bot/chat/loading/start':
        return { status: 202, body: {} }
      case 'POST /v2/bot/message/push':
        if (this.#keys.has(key)) return { status: 409, body: { message: 'The retry key is already accepted' } }
        this.#keys.add(key)
        this.shown.push(...body.messages)
        return { body: { sentMessages: body.messages.map((_: unknown, index: number) => ({ id: `${this.#keys.size}${index}` })) } }
      default:
        return { status: 404, body: { message: `There is no ${call}` } }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
