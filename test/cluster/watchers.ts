import { io, type Socket } from 'socket.io-client'
import { createTopicClient, type TopicSocket } from '../../core/ui-sdk/src/realtime/topic-client.ts'

const topic = 'conversations.dialog@1'

export interface WatchersOptions {
  readonly url: string
  readonly count: number
  readonly token: string
  /** Conversation → ids of its messages, as stored. */
  readonly stored: () => Promise<ReadonlyMap<string, readonly string[]>>
}

interface Page {
  readonly messages: readonly { readonly id: string; readonly number: number }[]
}

/** Screens: each follows conversations over the shell's own topic client, and reads the rest again when it is told that something was missed. */
export class Watchers {
  readonly #options: WatchersOptions
  readonly #stops: (() => void)[] = []
  readonly #seen = new Map<string, Set<string>>()
  readonly #reading = new Set<Promise<void>>()
  readonly #failed: string[] = []
  readonly #sockets: Socket[] = []
  /** What the server said to those it did not let in. */
  readonly refusals = new Set<string>()
  connections = 0
  askedToLeave = 0
  heard = 0

  constructor(options: WatchersOptions) {
    this.#options = options
  }

  start(conversations: readonly string[]): void {
    const { url, count } = this.#options
    for (let index = 0; index < count; index++) {
      const client = createTopicClient({ open: async () => this.#socket(url), refresh: async () => true, pause: 200 })
      this.#stops.push(() => client.stop())
      for (const id of conversations.filter((_, place) => place % count === index)) this.#follow(client, id)
    }
  }

  /** Sentences about screens that do not show what is stored. */
  async missing(): Promise<string[]> {
    while (this.#reading.size > 0) await Promise.all(this.#reading)
    const stored = await this.#options.stored()
    return [
      ...this.#failed,
      ...[...this.#seen].flatMap(([conversation, seen]) =>
        (stored.get(conversation) ?? []).filter((id) => !seen.has(id)).map((id) => `a screen does not show the message ${id} of ${conversation}`),
      ),
    ]
  }

  get live(): number {
    return this.#sockets.filter(({ connected }) => connected).length
  }

  stop(): void {
    for (const stop of this.#stops) stop()
  }

  #socket(url: string): TopicSocket {
    const socket = io(`${url}/shell`, {
      transports: ['websocket'],
      autoConnect: false,
      forceNew: true,
      auth: { token: this.#options.token },
      reconnectionDelayMax: 1_000,
    })
    socket.on('connect', () => void this.connections++)
    socket.on('connect_error', (error) => void this.refusals.add(error.message))
    socket.on('reconnect', () => void this.askedToLeave++)
    this.#sockets.push(socket)
    return socket as unknown as TopicSocket
  }

  #follow(client: ReturnType<typeof createTopicClient>, conversation: string): void {
    const seen = new Set<string>()
    this.#seen.set(conversation, seen)
    let last = 0
    const take = (id: string, number: number): void => {
      seen.add(id)
      last = Math.max(last, number)
    }
    client.subscribe(
      topic,
      { conversationId: conversation },
      {
        message: (payload) => {
          const { type, message } = payload as { type: string; message: { id: string; number: number } }
          if (type !== 'message') return
          this.heard++
          seen.add(message.id)
        },
        resync: () => this.#track(this.#read(conversation, () => last, take)),
        refused: ({ detail }) => void this.#failed.push(`a screen was refused ${conversation}: ${detail}`),
      },
    )
  }

  #track(work: Promise<void>): void {
    this.#reading.add(work)
    void work.finally(() => this.#reading.delete(work))
  }

  /** Everything after the last page, as a screen that was away reads it. */
  async #read(conversation: string, last: () => number, take: (id: string, number: number) => void): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const answer = await fetch(`${this.#options.url}/api/v1/conversations/conversations/${conversation}/messages?limit=200&after=${last()}`, {
        headers: { authorization: `Bearer ${this.#options.token}` },
      }).catch(() => undefined)
      if (answer === undefined || answer.status >= 500) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        continue
      }
      const { messages } = (await answer.json()) as Page
      for (const { id, number } of messages) take(id, number)
      if (messages.length < 200) return
    }
    this.#failed.push(`a screen could not read ${conversation}`)
  }
}
