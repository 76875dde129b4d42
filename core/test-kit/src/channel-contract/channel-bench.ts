import { setTimeout as delay } from 'node:timers/promises'
import { definePlugin } from '@parley/plugin-api'
import type { ChannelAccount, ChannelDriver, Conversation, Message, MessageContentInput, Turn } from '@parley/plugin-conversations/api'
import { createTestHost, type TestHost } from '../test-host.ts'
import { AccountDesk } from './account-desk.ts'
import type { ChannelDescription, ProviderEvent, ProviderRequest, ShownMessage } from './description.ts'
import { Evidence } from './evidence.ts'
import { HttpSide } from './http-side.ts'
import { Patience } from './patience.ts'
import type { Way } from './plain-text.ts'
import type { ProviderSide } from './provider-side.ts'
import { channels, conversations, holders, outbox } from './references.ts'
import { inWords } from './words.ts'

/** An event as a test says it; number, chat and time are the bench's. */
export type Happening = ProviderEvent extends infer E ? (E extends ProviderEvent ? Omit<E, 'number' | 'chatId' | 'at'> : never) : never

/** A message as it reached who talks with the client. */
export interface ReceivedMessage {
  readonly chatId: string
  readonly message: Message
  /** The parameter of the deep link by which the client came. */
  readonly start: string | undefined
}

interface Parts {
  readonly host: TestHost
  readonly side: ProviderSide
  readonly desk: AccountDesk
  readonly received: readonly ReceivedMessage[]
  readonly description: ChannelDescription
  readonly allow: (way: Way) => void
}

/** Milliseconds of the test's clock for each look at what is waited for. */
const usualStep = 250
const mostFileBytes = 1024 * 1024

/**
 * A channel with its provider and a connected account, in a host that listens and answers nothing by itself.
 *
 * @example await using line = await ChannelBench.start({ name: 'LINE', plugins: [clients, conversations, plugin], channel: 'line', account, provider })
 */
export class ChannelBench implements AsyncDisposable {
  readonly host: TestHost
  /** The provider, or what stands in for it. */
  readonly side: ProviderSide
  readonly driver: ChannelDriver
  /** The account as an administrator has it: checked, switched on and off, its intake. */
  readonly desk: AccountDesk
  /** What reached who talks with the client, in order. */
  readonly received: readonly ReceivedMessage[]
  /** The largest file that is taken from a client. */
  readonly maxFileBytes = mostFileBytes
  /** A receipt is about everything before, too. */
  readonly receiptsUpTo: boolean
  /** What a failing case of the contract tells beside its sentence. */
  readonly evidence: Evidence
  readonly #patience: Patience
  readonly #allow: (way: Way) => void
  #events = 0
  #chats = 0

  private constructor({ host, side, desk, received, description, allow }: Parts) {
    this.host = host
    this.side = side
    this.desk = desk
    this.received = received
    this.driver = host.contribution(channels, description.channel)
    this.receiptsUpTo = description.receiptsUpTo === true
    this.evidence = new Evidence({ host, side })
    this.#patience = new Patience({ host, hanging: () => side.api?.hanging ?? 0 })
    this.#allow = allow
  }

  /** `allow` throws where nothing gets through any more; the contract gives it, so that no case waits for what cannot come. */
  static async start(description: ChannelDescription, { allow = () => {} }: { allow?: (way: Way) => void } = {}): Promise<ChannelBench> {
    const received: ReceivedMessage[] = []
    const host = await createTestHost({
      plugins: [...description.plugins, listener(received)],
      config: { conversations: { firstHolder: 'contract-listener', media: { maxBytes: mostFileBytes } } },
      publicUrl: 'https://chat.example.com',
    })
    let side: ProviderSide | undefined
    try {
      const desk = new AccountDesk({ host, description, origin: () => side!.origin })
      const context = { host, account: () => desk.account }
      const { provider } = description
      side = await (typeof provider === 'function' ? provider(context) : HttpSide.start(provider, context))
      await desk.connect()
      return new ChannelBench({ host, side, desk, received, description, allow })
    } catch (error) {
      await side?.stop()
      await host.stop()
      throw error
    }
  }

  get account(): ChannelAccount {
    return this.desk.account
  }

  /** What the driver asked of the provider, oldest first; nothing for a channel that asks nobody. */
  get requests(): readonly ProviderRequest[] {
    return (this.side.asked ?? []).map(({ request }) => request)
  }

  /** A chat nobody has used yet. */
  chat(): string {
    return this.side.chatId(700_000_001 + this.#chats++)
  }

  event(chatId: string, happening: Happening): ProviderEvent {
    return { ...happening, number: ++this.#events, chatId, at: this.host.clock.now() } as ProviderEvent
  }

  /** The provider tells it, and it must be taken in; `false` when it never tells such a thing. */
  deliver(chatId: string, happening: Happening): Promise<boolean> {
    return this.hand(this.event(chatId, happening))
  }

  /** The same of an event that there is already, so that it can come twice. */
  async hand(event: ProviderEvent): Promise<boolean> {
    this.#allow('in')
    const status = await this.side.deliver(event)
    if (status === undefined) return false
    if (status < 200 || status > 299)
      throw this.evidence.addTo(new Error(`The webhook must take in ${inWords(event)} with 2xx. It answered ${status}.`))
    return true
  }

  /** The provider tells it, and it may be refused: the status of the answer, `undefined` when it never tells such a thing. */
  tell(chatId: string, happening: Happening): Promise<number | undefined> {
    return this.side.deliver(this.event(chatId, happening))
  }

  /** A request to our webhook with this very body, signed; the status of the answer. */
  async post(body: string | Uint8Array, proof: 'good' | 'bad' | 'none' = 'good'): Promise<number> {
    if (this.side.api === undefined) throw new Error('This channel has no webhook.')
    return await this.side.api.post(body, proof)
  }

  /** A chat in which the client has written. */
  async talk(): Promise<{ chatId: string; conversation: Conversation }> {
    const chatId = this.chat()
    await this.deliver(chatId, { type: 'text', text: 'hello' })
    await this.until(() => this.receivedIn(chatId).length > 0, 'a message out of the text that the webhook took in')
    const conversation = await this.until(() => this.host.service(conversations).find(this.account.id, chatId), 'the conversation')
    return { chatId, conversation }
  }

  receivedIn(chatId: string): ReceivedMessage[] {
    return this.received.filter((one) => one.chatId === chatId)
  }

  textsIn(chatId: string): string[] {
    return this.receivedIn(chatId).map(({ message }) => ('text' in message.content ? (message.content.text ?? '') : message.content.kind))
  }

  /** What the client of this chat has seen. */
  shownIn(chatId: string): ShownMessage[] {
    return this.side.shown().filter((one) => one.chatId === chatId)
  }

  /** Answers the ids of the messages. */
  async send(conversation: Conversation, ...contents: readonly MessageContentInput[]): Promise<readonly string[]> {
    this.#allow('out')
    const messages = contents.map((content) => ({ author: { kind: 'bot' as const }, content }))
    return await this.host.service(outbox).send(conversation.id, messages)
  }

  /** Lines for the team, which clients never see. */
  show(conversation: Conversation, ...contents: readonly MessageContentInput[]): Promise<readonly string[]> {
    const messages = contents.map((content) => ({ author: { kind: 'system' as const }, content }))
    return this.host.service(outbox).show(conversation.id, messages)
  }

  /** A file of this installation, ready to be sent. */
  async store(name: string, type: string, content: Uint8Array): Promise<{ fileId: string; name: string; type: string; size: number }> {
    const { id, size } = await this.host.run('conversations', ({ files }) => files.put({ name, type, content }))
    return { fileId: id, name, type, size }
  }

  /** The messages of the dialog, both ways; nothing for a chat that has no conversation. */
  async storedIn(chatId: string): Promise<readonly Message[]> {
    const conversation = await this.host.service(conversations).find(this.account.id, chatId)
    return conversation === undefined ? [] : (await this.host.service(conversations).messages(conversation.id, { limit: 200 })).messages
  }

  async message({ chatId }: Conversation, id: string): Promise<Message> {
    const found = (await this.storedIn(chatId)).find((message) => message.id === id)
    if (found === undefined) throw new Error(`There is no message ${id}.`)
    return found
  }

  /** When the message has come to rest: no longer queued or on its way. */
  async settled(conversation: Conversation, id: string): Promise<Message> {
    return await this.until(async () => {
      const found = await this.message(conversation, id)
      return !['queued', 'sending'].includes(found.state) && found
    }, 'the message to be sent, failed or unknown')
  }

  /** Polls; the test's clock goes on meanwhile, but never while a call to the provider is under way. Gives up when nothing is left that could happen. */
  until<T>(check: () => T | Promise<T>, what: string, step = usualStep): Promise<Exclude<T, undefined | false>> {
    return this.#patience.until(check, what, step)
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

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

/** Who talks with all clients: it listens. */
const listener = (received: ReceivedMessage[]) =>
  definePlugin({
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
