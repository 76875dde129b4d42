import { io, type Socket } from 'socket.io-client'
import type { VisitorMessage, WidgetLook } from '../api/index.ts'
import { Outbox, type Acknowledged } from './outbox.ts'
import { Storage } from './storage.ts'

export interface ChatOptions {
  readonly origin: string
  readonly bot: string | number
  readonly language: string
  readonly userId?: string
  readonly userHash?: string
}

interface Page {
  readonly messages: readonly VisitorMessage[]
  readonly more: boolean
}
interface Session extends Page {
  readonly token: string
  readonly look: WidgetLook
}
interface Answer<T> {
  readonly ok: boolean
  readonly data?: T
  readonly problem?: { readonly code?: string; readonly detail?: string; readonly status?: number }
}

/** A message on the screen: stored, or still on its way. */
export interface Shown extends VisitorMessage {
  readonly pending?: 'sending' | 'failed'
}

const answerWithin = 15_000
const typingShown = 6000

/** The visitor's side of the conversation: what is shown follows from here. */
export class Chat extends EventTarget {
  look: WidgetLook | undefined
  online = false
  refused: string | undefined
  more = false
  activity: { kind: 'typing' | 'thinking'; text: string } | undefined
  params: Record<string, unknown> = {}
  readonly outbox: Outbox
  readonly #options: ChatOptions
  readonly #storage: Storage
  readonly #messages = new Map<string, VisitorMessage>()
  #socket: Socket | undefined
  #sequence: number | undefined
  #ready: Promise<void> = Promise.resolve()
  #activityTimer: ReturnType<typeof setTimeout> | undefined

  constructor(options: ChatOptions) {
    super()
    this.#options = options
    this.#storage = new Storage(`${options.origin}:${options.bot}:${options.userId ?? ''}`)
    this.outbox = new Outbox(
      this.#storage,
      (event, payload) => this.#request(event, payload),
      (acknowledged) => {
        if (acknowledged?.item.event === 'message') this.#take([stored(acknowledged)])
        else this.#changed()
      },
    )
  }

  /** True for somebody who was here before: worth a connection before the chat is opened. */
  get known(): boolean {
    return this.#storage.get('token') !== undefined || this.outbox.items.length > 0
  }

  get started(): boolean {
    return this.#messages.size > 0 || this.outbox.items.length > 0
  }

  get unread(): number {
    const seen = this.#storage.get<number>('seen') ?? 0
    return [...this.#messages.values()].filter((message) => message.number > seen && message.from !== 'visitor').length
  }

  get shown(): readonly Shown[] {
    const stored = [...this.#messages.values()].sort((a, b) => a.number - b.number || (a.id < b.id ? -1 : 1))
    const known = new Set(stored.map((message) => message.key))
    const pending = this.outbox.items
      .filter((item) => item.event === 'message' && !known.has(item.key))
      .map((item): Shown => ({
        id: item.key,
        key: item.key,
        number: Number.MAX_SAFE_INTEGER,
        from: 'visitor',
        kind: 'text',
        text: String(item.payload['text'] ?? item.payload['value'] ?? (item.payload['contact'] as { phone?: string } | undefined)?.phone ?? ''),
        at: item.at,
        pending: item.failed === undefined ? 'sending' : 'failed',
      }))
    return [...stored, ...pending]
  }

  connect(): void {
    if (this.#socket !== undefined) return
    const { origin, bot, language, userId, userHash } = this.#options
    this.#socket = io(`${origin}/channel-widget/visitor`, {
      transports: ['websocket'],
      auth: (give) => {
        give({
          bot_id: bot,
          token: this.#storage.get<string>('token'),
          language_code: language,
          ...(userId === undefined ? {} : { user_id: userId, user_hash: userHash }),
        })
      },
    })
    this.#socket.on('connect', () => {
      this.#sequence = undefined
      this.#ready = this.#catchUp()
      void this.#ready.then(() => this.outbox.flush())
    })
    this.#socket.on('disconnect', () => this.#setOnline(false))
    this.#socket.on('connect_error', (error: Error & { data?: { code?: string; detail?: string } }) => {
      this.#setOnline(false)
      // A refusal is final until the page is loaded again; anything else is tried again by the socket itself.
      if (error.data?.code === 'forbidden' || error.data?.code === 'bad_signature' || error.data?.code === 'not_found') {
        this.refused = error.data.detail ?? error.message
        this.#socket?.disconnect()
        this.#changed()
      } else if (this.#socket?.active === false) setTimeout(() => this.#socket?.connect(), 3000)
    })
    this.#socket.on('topic', (event: { sequence: number; payload: unknown }) => this.#heard(event))
    this.#socket.on('sequences', (list: readonly { sequence: number }[]) => {
      if (list.some((each) => this.#sequence !== undefined && each.sequence > this.#sequence)) void this.#catchUp()
    })
  }

  say(payload: Record<string, unknown>): void {
    this.connect()
    this.outbox.add('message', { ...payload, ...(Object.keys(this.params).length === 0 ? {} : { params: this.params }) })
  }

  start(alias = ''): void {
    this.connect()
    this.outbox.add('start', { alias, ...(Object.keys(this.params).length === 0 ? {} : { params: this.params }) })
  }

  typing(): void {
    this.#socket?.volatile.emit('typing', {})
  }

  markSeen(): void {
    const last = Math.max(0, ...[...this.#messages.values()].map((message) => message.number))
    if (last <= (this.#storage.get<number>('seen') ?? 0)) return
    this.#storage.set('seen', last)
    this.#socket?.emit('read', { number: last })
    this.#changed()
  }

  async earlier(): Promise<void> {
    const first = Math.min(...[...this.#messages.values()].map((message) => message.number))
    if (!Number.isFinite(first)) return
    const answer = await this.#request<Page>('history', { before: first })
    if (answer.data !== undefined) this.#take(answer.data.messages, answer.data.more)
  }

  async upload(file: File): Promise<void> {
    this.connect()
    await this.#ready
    const { origin, bot } = this.#options
    const form = new FormData()
    form.set('file', file)
    const token = this.#storage.get<string>('token') ?? ''
    const response = await fetch(`${origin}/hooks/channel-widget/files?bot_id=${encodeURIComponent(bot)}&token=${encodeURIComponent(token)}`, {
      method: 'POST',
      body: form,
    })
    if (!response.ok) throw new Error(String(response.status))
    const stored = (await response.json()) as { fileId: string; name: string }
    this.say({ fileId: stored.fileId, text: stored.name })
  }

  #heard({ sequence, payload }: { sequence: number; payload: unknown }): void {
    const gap = this.#sequence !== undefined && sequence !== this.#sequence + 1
    this.#sequence = sequence
    const event = payload as { type: 'message'; message: VisitorMessage } | { type: 'typing'; name?: string } | { type: 'thinking'; text: string }
    if (event.type === 'message') {
      this.#take([event.message])
      this.dispatchEvent(new CustomEvent('arrived', { detail: event.message }))
    } else
      this.#setActivity(
        event.type === 'thinking'
          ? event.text === ''
            ? undefined
            : { kind: 'thinking', text: event.text }
          : { kind: 'typing', text: event.name ?? '' },
      )
    if (gap) void this.#catchUp()
  }

  /** Takes everything after the last number this page has; repeated calls are harmless. */
  async #catchUp(): Promise<void> {
    for (;;) {
      const numbers = [...this.#messages.values()].map((message) => message.number)
      const answer = await this.#request<Session>('session', numbers.length === 0 ? {} : { after: Math.max(...numbers) }).catch(() => undefined)
      if (answer?.data === undefined) return
      this.#storage.set('token', answer.data.token)
      this.look = answer.data.look
      const first = numbers.length === 0
      this.#take(answer.data.messages, first ? answer.data.more : undefined)
      this.#setOnline(true)
      if (first || !answer.data.more) return
    }
  }

  #take(messages: readonly VisitorMessage[], more?: boolean): void {
    for (const message of messages) this.#messages.set(message.id, message)
    if (messages.some((message) => message.from !== 'visitor')) this.#setActivity(undefined)
    if (more !== undefined) this.more = more
    this.#changed()
  }

  #setActivity(activity: Chat['activity']): void {
    clearTimeout(this.#activityTimer)
    this.activity = activity
    if (activity?.kind === 'typing') this.#activityTimer = setTimeout(() => this.#setActivity(undefined), typingShown)
    if (activity?.kind === 'thinking') this.#activityTimer = setTimeout(() => this.#setActivity(undefined), 120_000)
    this.#changed()
  }

  #request<T = { id: string; number: number }>(event: string, payload: object): Promise<Answer<T>> {
    if (this.#socket?.connected !== true) return Promise.reject(new Error('offline'))
    return this.#socket.timeout(answerWithin).emitWithAck(event, payload) as Promise<Answer<T>>
  }

  #setOnline(online: boolean): void {
    this.online = online
    this.#changed()
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'))
  }
}

/** The visitor's own message as the page knows it, until the server's copy comes. */
const stored = ({ item, id, number }: Acknowledged): VisitorMessage => ({
  id,
  number,
  key: item.key,
  from: 'visitor',
  kind: 'text',
  text: String(item.payload['text'] ?? item.payload['value'] ?? (item.payload['contact'] as { phone?: string } | undefined)?.phone ?? ''),
  at: item.at,
})
