import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { telegramProblem, type TelegramProblem } from './fake-telegram-rules.ts'

/** A call the bot made and Telegram carried out. Files of a form are kept as `{ name, type, size }`. */
export interface TelegramCall {
  readonly method: string
  readonly parameters: Readonly<Record<string, any>>
  readonly at: number
}

export interface FakeTelegramOptions {
  readonly token?: string
  /** Enforces 30 messages a second for the bot and 1 a second for a chat, as Telegram does. Default true. */
  readonly flood?: boolean
}

/**
 * A Bot API server for tests: the methods a channel uses, Telegram's limits and errors in Telegram's words, webhooks with the secret header that are
 * repeated until they are acknowledged, and long polling. Source of the facts: the Bot API's public documentation.
 *
 * @example const telegram = await FakeTelegram.start(); telegram.say(700, 'hello'); expect(telegram.sent('sendMessage')).toHaveLength(1)
 */
export class FakeTelegram {
  readonly token: string
  /** What a driver uses as `apiRoot`. */
  readonly url: string
  readonly calls: TelegramCall[] = []
  /** Answers of the webhook, newest last. */
  readonly webhookStatuses: number[] = []
  readonly #server: Server
  readonly #flood: boolean
  readonly #updates: { update_id: number }[] = []
  readonly #waiting = new Set<() => void>()
  readonly #blocked = new Set<string>()
  readonly #failures: (TelegramProblem | 'hang' | 'reset')[] = []
  readonly #files = new Map<string, { path: string; bytes: Uint8Array }>()
  #webhook: { url: string; secret: string } | undefined
  #updateId = 500_000_000
  #messageId = 100
  #delivering = false

  private constructor(server: Server, options: FakeTelegramOptions) {
    this.#server = server
    this.#flood = options.flood ?? true
    this.token = options.token ?? '100000001:TEST_TOKEN_NOT_REAL_aaaaaaaaaaaaaaa'
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(options: FakeTelegramOptions = {}): Promise<FakeTelegram> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const fake = new FakeTelegram(server, options)
    server.on('request', (request, response) => {
      fake.#serve(request, response).catch((error: unknown) => response.destroy(error as Error))
    })
    return fake
  }

  async stop(): Promise<void> {
    this.#webhook = undefined
    for (const wake of this.#waiting) wake()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The next calls that send meet these problems, in order; `hang` never answers, `reset` cuts the connection after the request arrived. */
  failNext(...problems: (TelegramProblem | 'hang' | 'reset')[]): void {
    this.#failures.push(...problems)
  }

  sent(method?: string): TelegramCall[] {
    return this.calls.filter((call) =>
      method === undefined ? call.method.startsWith('send') && call.method !== 'sendChatAction' : call.method === method,
    )
  }

  /** A person writes; `more` are further fields of the message, such as `photo` or `contact`. Answers the update. */
  say(userId: number, text: string | undefined, more: object = {}): { update_id: number } {
    const from = person(userId)
    const message = {
      message_id: ++this.#messageId,
      from,
      chat: { ...from, type: 'private' },
      date: Math.floor(Date.now() / 1000),
      ...(text === undefined ? {} : { text }),
      ...more,
    }
    return this.#push({ message })
  }

  /** A person presses an inline button with this `callback_data`. */
  press(userId: number, data: string): { update_id: number } {
    const from = person(userId)
    return this.#push({
      callback_query: { id: String(++this.#messageId), from, data, message: { message_id: 1, date: 0, chat: { ...from, type: 'private' } } },
    })
  }

  setBlocked(userId: number, blocked: boolean): { update_id: number } {
    if (blocked) this.#blocked.add(String(userId))
    else this.#blocked.delete(String(userId))
    const from = person(userId)
    return this.#push({
      my_chat_member: {
        chat: { ...from, type: 'private' },
        from,
        date: 0,
        new_chat_member: { user: { id: 1 }, status: blocked ? 'kicked' : 'member' },
      },
    })
  }

  /** Puts an update again, as Telegram does when an acknowledgement was lost. */
  repeat(update: { update_id: number }): void {
    this.#updates.push(update)
    this.#wake()
  }

  addFile(fileId: string, bytes: Uint8Array, path = `documents/${fileId}`): void {
    this.#files.set(fileId, { path, bytes })
  }

  #push(body: object): { update_id: number } {
    const update = { update_id: ++this.#updateId, ...body }
    this.repeat(update)
    return update
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
    void this.#deliver()
  }

  /** One at a time, repeated until 2xx, as the webhook of a bot works. */
  async #deliver(): Promise<void> {
    if (this.#delivering) return
    this.#delivering = true
    while (this.#webhook !== undefined && this.#updates.length > 0) {
      const update = this.#updates[0]!
      const status = await fetch(this.#webhook.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': this.#webhook.secret },
        body: JSON.stringify(update),
      }).then(
        (response) => response.status,
        () => 0,
      )
      this.webhookStatuses.push(status)
      if (status >= 200 && status < 300) this.#updates.shift()
      else await new Promise((resolve) => setTimeout(resolve, 50))
    }
    this.#delivering = false
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const [, kind, token, ...rest] = /^\/(bot|file\/bot)([^/]+)\/(.*)$/.exec(request.url ?? '') ?? []
    if (token !== this.token) return answer(response, telegramProblem.unauthorized)
    const path = rest.join('/')
    if (kind === 'file/bot') {
      const file = [...this.#files.values()].find((each) => each.path === path)
      response.writeHead(file === undefined ? 404 : 200).end(file?.bytes)
      return
    }
    const parameters = await readParameters(request, body)
    const outcome = await this.#call(path, parameters)
    if (outcome === 'hang') return
    if (outcome === 'reset') {
      response.destroy()
      return
    }
    answer(response, outcome)
  }

  async #call(method: string, parameters: Record<string, any>): Promise<TelegramProblem | { result: unknown } | 'hang' | 'reset'> {
    switch (method) {
      case 'getMe':
        return { result: { id: 100000001, is_bot: true, first_name: 'Shop bot', username: 'shop_example_bot' } }
      case 'setWebhook':
        if (!/^https?:/.test(String(parameters['url']))) return telegramProblem.badWebhook
        this.#webhook = { url: String(parameters['url']), secret: String(parameters['secret_token'] ?? '') }
        this.calls.push({ method, parameters, at: Date.now() })
        void this.#deliver()
        return { result: true }
      case 'deleteWebhook':
        this.#webhook = undefined
        return { result: true }
      case 'getWebhookInfo':
        return { result: { url: this.#webhook?.url ?? '', has_custom_certificate: false, pending_update_count: this.#updates.length } }
      case 'getUpdates':
        return this.#webhook === undefined ? { result: await this.#poll(parameters) } : telegramProblem.conflict
      case 'getFile': {
        const file = this.#files.get(String(parameters['file_id']))
        return file === undefined
          ? telegramProblem.fileNotFound
          : { result: { file_id: parameters['file_id'], file_path: file.path, file_size: file.bytes.length } }
      }
      default:
        return this.#send(method, parameters)
    }
  }

  #send(method: string, parameters: Record<string, any>): TelegramProblem | { result: unknown } | 'hang' | 'reset' {
    const failure = method.startsWith('send') && method !== 'sendChatAction' ? this.#failures.shift() : undefined
    if (failure !== undefined && failure !== 'reset' && failure !== 'hang') return failure
    const problem = this.#blocked.has(String(parameters['chat_id']))
      ? telegramProblem.blocked
      : (telegramProblem.of(method, parameters) ?? this.#flooded(method, parameters))
    if (problem !== undefined) return problem
    this.calls.push({ method, parameters, at: Date.now() })
    if (failure !== undefined) return failure
    return {
      result: method.startsWith('send')
        ? { message_id: ++this.#messageId, date: Math.floor(Date.now() / 1000), chat: { id: parameters['chat_id'] } }
        : true,
    }
  }

  #flooded(method: string, parameters: Record<string, any>): TelegramProblem | undefined {
    if (!this.#flood || !method.startsWith('send') || method === 'sendChatAction') return undefined
    const recent = this.sent().filter((call) => Date.now() - call.at < 1000)
    if (recent.length >= 30) return telegramProblem.flood(1)
    // A short burst to one chat is let through in practice; more than three in a second is not.
    return recent.filter((call) => call.parameters['chat_id'] === parameters['chat_id']).length >= 3 ? telegramProblem.flood(1) : undefined
  }

  async #poll(parameters: Record<string, any>): Promise<unknown[]> {
    const offset = Number(parameters['offset'] ?? 0)
    while (this.#updates.length > 0 && this.#updates[0]!.update_id < offset) this.#updates.shift()
    if (this.#updates.length === 0) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer)
          this.#waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, Number(parameters['timeout'] ?? 0) * 1000)
        this.#waiting.add(done)
      })
    }
    return this.#updates.slice(0, Number(parameters['limit'] ?? 100))
  }
}

const person = (id: number) => ({ id, is_bot: false, first_name: 'Olena', last_name: 'Test', username: 'olena_test', language_code: 'uk' })

const answer = (response: ServerResponse, outcome: TelegramProblem | { result: unknown }): void => {
  const problem = 'error_code' in outcome
  response.writeHead(problem ? outcome.error_code : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: !problem, ...outcome }))
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const readParameters = async (request: IncomingMessage, body: Buffer): Promise<Record<string, any>> => {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return body.length === 0 ? {} : (JSON.parse(body.toString()) as Record<string, any>)
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  return Object.fromEntries(
    [...form].map(([name, value]) => [name, typeof value === 'string' ? value : { name: value.name, type: value.type, size: value.size }]),
  )
}
