import { setTimeout as delay } from 'node:timers/promises'
import { definePlugin, schemaPlace, type Files, type SchemaPlace, type StoredFile } from '@parley/plugin-api'
import type { ChannelAccount, ChannelDriver, Conversation, Media, Message, MessageContentInput, Turn } from '@parley/plugin-conversations/api'
import type { TestResponse } from '../test-client.ts'
import { createTestHost, type TestHost } from '../test-host.ts'
import type { ChannelDescription, ProviderEvent, ShownMessage } from './description.ts'
import { HttpSide } from './http-side.ts'
import type { ProviderSide } from './provider-side.ts'
import { accounts, bots, channels, conversations, holders, outbox } from './references.ts'

/** An event as a case says it; number, chat and time are the bench's. */
export type Happening = ProviderEvent extends infer E ? (E extends ProviderEvent ? Omit<E, 'number' | 'chatId' | 'at'> : never) : never

interface Received {
  readonly chatId: string
  readonly message: Message
  readonly start: string | undefined
}

interface Health {
  readonly state: string
  readonly text: string
  readonly credentialsEndAt?: string
}

/** Milliseconds of the test's clock for each look at what is waited for. */
const usualStep = 250
const patience = 30_000
const mostFileBytes = 1024 * 1024
const api = '/api/v1/conversations'

/** A channel with its provider, in a host that listens and answers nothing by itself. */
export class ChannelBench {
  readonly host: TestHost
  readonly side: ProviderSide
  readonly driver: ChannelDriver
  /** The largest file that is taken from a client. */
  readonly maxFileBytes = mostFileBytes
  /** What reached who talks with the client, in order. */
  readonly received: readonly Received[]
  readonly #description: ChannelDescription
  #account: ChannelAccount | undefined
  #events = 0
  #chats = 0

  private constructor(parts: { host: TestHost; side: ProviderSide; received: readonly Received[]; description: ChannelDescription }) {
    this.host = parts.host
    this.side = parts.side
    this.received = parts.received
    this.#description = parts.description
    this.driver = parts.host.contribution(channels, parts.description.channel)
  }

  static async start(description: ChannelDescription): Promise<ChannelBench> {
    const received: Received[] = []
    const listener = definePlugin({
      id: 'contract-listener',
      contributes: (add) => [
        add(holders, 'contract-listener', () => ({
          handle: async (turn: Turn) => {
            const { item, conversation } = turn
            if (item.type === 'message') received.push({ chatId: conversation.chatId, message: item.message, start: item.start })
            await turn.finish(turn.batch())
          },
        })),
      ],
    })
    const host = await createTestHost({
      plugins: [...description.plugins, listener],
      config: { conversations: { firstHolder: 'contract-listener', media: { maxBytes: mostFileBytes } } },
      publicUrl: 'https://chat.example.com',
    })
    try {
      let bench: ChannelBench | undefined
      const context = { host, account: () => bench!.account }
      const { provider } = description
      const side = await (typeof provider === 'function' ? provider(context) : HttpSide.start(provider, context))
      bench = new ChannelBench({ host, side, received, description })
      await bench.connect()
      return bench
    } catch (error) {
      await host.stop()
      throw error
    }
  }

  get account(): ChannelAccount {
    if (this.#account === undefined) throw new Error('No account is connected yet.')
    return this.#account
  }

  /** As the wizard does it: saved, then made known to the provider. */
  async connect(): Promise<{ id: string; health: Health }> {
    const bot = this.#account?.botId ?? (await this.host.service(bots).create({ name: 'Shop' })).id
    const body = { botId: bot, channel: this.#description.channel, title: 'Shop', config: this.#config }
    const answer = await this.administrator.post(`${api}/accounts`, body)
    if (answer.status !== 200) throw new Error(`The account could not be connected: ${answer.text}`)
    this.#account ??= await this.host.service(accounts).get(answer.body.id)
    return answer.body
  }

  get administrator(): TestHost['http'] {
    return this.host.http.as({ name: 'Administrator' })
  }

  get #config(): Record<string, unknown> {
    return this.#description.account(this.side.origin)
  }

  /** A chat nobody has used yet. */
  chat(): string {
    return this.side.chatId(700_000_001 + this.#chats++)
  }

  event(chatId: string, happening: Happening): ProviderEvent {
    return { ...happening, number: ++this.#events, chatId, at: this.host.clock.now() } as ProviderEvent
  }

  deliver(chatId: string, happening: Happening): Promise<number | undefined> {
    return this.side.deliver(this.event(chatId, happening))
  }

  /** A chat in which the client has written. */
  async talk(): Promise<{ chatId: string; conversation: Conversation }> {
    const chatId = this.chat()
    await this.deliver(chatId, { type: 'text', text: 'hello' })
    const conversation = await this.until(() => this.host.service(conversations).find(this.account.id, chatId), 'a conversation')
    await this.until(() => this.receivedIn(chatId).length > 0, 'the first message')
    return { chatId, conversation }
  }

  receivedIn(chatId: string): Received[] {
    return this.received.filter((one) => one.chatId === chatId)
  }

  shownIn(chatId: string): ShownMessage[] {
    return this.side.shown().filter((one) => one.chatId === chatId)
  }

  send(conversation: Conversation, ...contents: readonly MessageContentInput[]): Promise<readonly string[]> {
    const messages = contents.map((content) => ({ author: { kind: 'bot' as const }, content }))
    return this.host.service(outbox).send(conversation.id, messages)
  }

  /** Lines for the team, which clients never see. */
  show(conversation: Conversation, ...contents: readonly MessageContentInput[]): Promise<readonly string[]> {
    const messages = contents.map((content) => ({ author: { kind: 'system' as const }, content }))
    return this.host.service(outbox).show(conversation.id, messages)
  }

  /** A file of this installation, ready to be sent. */
  async store(name: string, type: string, content: Uint8Array): Promise<Required<Pick<Media, 'fileId' | 'name' | 'type' | 'size'>>> {
    const file: StoredFile = await this.host.run('conversations', ({ files }: { files: Files }) => files.put({ name, type, content }))
    return { fileId: file.id, name, type, size: file.size }
  }

  textsIn(chatId: string): string[] {
    return this.receivedIn(chatId).map(({ message }) => ('text' in message.content ? (message.content.text ?? '') : message.content.kind))
  }

  /** Nothing for a chat that has no conversation. */
  async storedIn(chatId: string): Promise<readonly Message[]> {
    const conversation = await this.host.service(conversations).find(this.account.id, chatId)
    return conversation === undefined ? [] : (await this.host.service(conversations).messages(conversation.id, { limit: 200 })).messages
  }

  async message({ chatId }: Conversation, id: string): Promise<Message> {
    const found = (await this.storedIn(chatId)).find((message) => message.id === id)
    if (found === undefined) throw new Error(`There is no message ${id}.`)
    return found
  }

  /** Why the file of a message could not be had. */
  async fileFailure(chatId: string, id: string): Promise<string | undefined> {
    const content = (await this.storedIn(chatId)).find((message) => message.id === id)?.content
    return content !== undefined && 'media' in content ? content.media?.failure : undefined
  }

  /** When the message has come to rest: no longer queued or on its way. */
  async settled(conversation: Conversation, id: string): Promise<Message> {
    return await this.until(async () => {
      const found = await this.message(conversation, id)
      return !['queued', 'sending'].includes(found.state) && found
    }, 'the message to be sent, failed or unknown')
  }

  async health(): Promise<Health> {
    return (await this.administrator.get(this.path())).body.health
  }

  /** A live look at the account. */
  async check(): Promise<Health> {
    return (await this.administrator.post(this.path('/check'))).body
  }

  checkDraft(): Promise<TestResponse> {
    const { botId, id } = this.account
    return this.administrator.post(`${api}/accounts/check`, { id, botId, channel: this.#description.channel, title: 'Shop', config: this.#config })
  }

  /** On or off, as an administrator does it. */
  async switch(active: boolean): Promise<void> {
    const { version } = (await this.administrator.get(this.path())).body
    const answer = await this.administrator.patch(this.path(), { version, active })
    if (answer.status !== 200) throw new Error(`The account could not be switched: ${answer.text}`)
  }

  /** What came in as it came, newest first. */
  async intake(): Promise<{ payload: string; problem?: string }[]> {
    return (await this.administrator.get(this.path('/intake'), { query: { limit: 100 } })).body.lines
  }

  /** The channel as the connect wizard sees it. */
  async kind(): Promise<{ form: { properties: Record<string, any> }; secrets: string[]; about?: { text: unknown } }> {
    const { body } = await this.administrator.get(`${api}/channels`)
    return body.channels.find(({ kind }: { kind: string }) => kind === this.#description.channel)
  }

  /** The secrets that were entered. */
  async secrets(): Promise<string[]> {
    const within = (value: unknown, place: SchemaPlace): string[] => {
      if (typeof value === 'string') return place.secret && value !== '' ? [value] : []
      if (Array.isArray(value)) return value.flatMap((item, index) => within(item, place.at(index)))
      return Object.entries(value ?? {}).flatMap(([name, inner]) => within(inner, place.at(name)))
    }
    return within(this.#config, schemaPlace((await this.kind()).form))
  }

  /** Why messages failed or are unknown, of all chats. */
  async reasons(): Promise<string[]> {
    const chats = [...new Set(this.received.map(({ chatId }) => chatId))]
    const all = await Promise.all(chats.map((chatId) => this.storedIn(chatId)))
    return all.flat().flatMap(({ reason }) => reason ?? [])
  }

  path(rest = '', id = this.account.id): string {
    return `${api}/accounts/${id}${rest}`
  }

  /** Polls; the test's clock goes on meanwhile, but never while a call to the provider is under way. */
  async until<T>(check: () => T | Promise<T>, what: string, step = usualStep): Promise<Exclude<T, undefined | false>> {
    const deadline = performance.now() + patience
    for (;;) {
      const found = await check()
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>
      if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}.`)
      if (this.host.outbound.inFlight <= (this.side.api?.hanging ?? 0)) await this.host.clock.advance(step)
      await delay(5)
    }
  }

  /** Time passes, in steps small enough for everything that waits for it. */
  async pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed++) {
      await this.host.clock.advance(1000)
      await delay(2)
    }
  }

  async stop(): Promise<void> {
    await this.side.stop()
    await this.host.stop()
  }
}
