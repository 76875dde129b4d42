import type { VisitorMessage, WidgetLook } from '../api/index.ts'
import { Connection, type Answer } from './connection.ts'
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

/** A message on the screen: stored, or still on its way. */
export interface Shown extends VisitorMessage {
  readonly pending?: 'sending' | 'failed'
}

type Pushed = { type: 'message'; message: VisitorMessage } | { type: 'typing'; name?: string } | { type: 'thinking'; text: string }

const typingShown = 6000
const thinkingShown = 120_000
const again = 2000

/** The visitor's side of the conversation: what is shown follows from here. */
export class Chat extends EventTarget {
  look: WidgetLook | undefined
  online = false
  /** Connecting failed at least once since the page was loaded. */
  troubled = false
  refused: string | undefined
  more = false
  activity: { kind: 'typing' | 'thinking'; text: string } | undefined
  params: Record<string, unknown> = {}
  readonly outbox: Outbox
  readonly storage: Storage
  readonly #options: ChatOptions
  readonly #connection: Connection
  readonly #messages = new Map<string, VisitorMessage>()
  #sequence: number | undefined
  #catching: Promise<void> | undefined
  #catchAgain = false
  #activityTimer: ReturnType<typeof setTimeout> | undefined

  constructor(options: ChatOptions) {
    super()
    this.#options = options
    this.storage = new Storage(`${options.origin}:${options.bot}:${options.userId ?? ''}`)
    this.#connection = new Connection({
      url: `${options.origin}/channel-widget/visitor`,
      auth: () => ({
        bot_id: options.bot,
        token: this.storage.get<string>('token'),
        language_code: options.language,
        ...(options.userId === undefined ? {} : { user_id: options.userId, user_hash: options.userHash }),
      }),
      connected: () => {
        this.#sequence = undefined
        void this.#catchUp()
      },
      lost: (refused) => {
        this.troubled = true
        this.refused = refused ?? this.refused
        this.#setOnline(false)
      },
      topic: (event) => this.#heard(event as { sequence: number; payload: Pushed }),
      sequences: (list) => this.#compare(list),
    })
    this.outbox = new Outbox(
      this.storage,
      (event, payload) => this.#connection.request(event, payload),
      (acknowledged) => this.#acknowledged(acknowledged),
    )
  }

  /** True for somebody who was here before: worth a connection before the chat is opened. */
  get known(): boolean {
    return this.storage.get('token') !== undefined || this.outbox.items.length > 0
  }

  get started(): boolean {
    return this.#messages.size > 0 || this.outbox.items.length > 0
  }

  get unread(): number {
    const seen = this.storage.get<number>('seen') ?? 0
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
        text: item.label,
        at: item.at,
        pending: item.failed === undefined ? 'sending' : 'failed',
      }))
    return [...stored, ...pending]
  }

  connect(): void {
    this.#connection.open()
  }

  close(): void {
    clearTimeout(this.#activityTimer)
    this.#connection.close()
  }

  say(payload: Record<string, unknown>, label: string): void {
    this.connect()
    this.outbox.add('message', { ...payload, ...this.#withParams() }, label)
  }

  start(alias = ''): void {
    this.connect()
    this.outbox.add('start', { alias, ...this.#withParams() })
  }

  typing(): void {
    this.#connection.tell('typing', {})
  }

  markSeen(): void {
    const last = Math.max(0, ...[...this.#messages.values()].map((message) => message.number))
    if (last <= (this.storage.get<number>('seen') ?? 0)) return
    void this.#connection.request('read', { number: last }).then(
      ({ ok }) => ok && this.storage.set('seen', Math.max(last, this.storage.get<number>('seen') ?? 0)),
      () => undefined,
    )
  }

  async earlier(): Promise<void> {
    const first = Math.min(...[...this.#messages.values()].map((message) => message.number))
    if (!Number.isFinite(first)) return
    const answer = await this.#connection.request<Page>('history', { before: first }).catch(() => undefined)
    if (answer?.data !== undefined) this.#take(answer.data.messages, answer.data.more)
  }

  async upload(file: File): Promise<void> {
    const { origin, bot } = this.#options
    const form = new FormData()
    form.set('file', file)
    const query = new URLSearchParams({ bot_id: String(bot), token: this.storage.get<string>('token') ?? '' })
    const response = await fetch(`${origin}/hooks/channel-widget/files?${query}`, { method: 'POST', body: form })
    if (!response.ok) throw new Error(String(response.status))
    const { fileId, name } = (await response.json()) as { fileId: string; name: string }
    this.say({ fileId }, name)
  }

  #withParams(): object {
    return Object.keys(this.params).length === 0 ? {} : { params: this.params }
  }

  #heard({ sequence, payload }: { sequence: number; payload: Pushed }): void {
    const gap = this.#sequence !== undefined && sequence > this.#sequence + 1
    this.#sequence = Math.max(sequence, this.#sequence ?? 0)
    if (payload.type === 'message') {
      // A number that is missing may be a line that is only stored, such as "Olena joined".
      const hole = payload.message.number > this.#lastNumber() + 1
      this.#take([payload.message])
      this.dispatchEvent(new CustomEvent('arrived', { detail: payload.message }))
      if (gap || hole) void this.#catchUp(payload.message.number)
      return
    }
    if (payload.type === 'typing') this.#setActivity({ kind: 'typing', text: payload.name ?? '' })
    else this.#setActivity(payload.text === '' ? undefined : { kind: 'thinking', text: payload.text })
    if (gap) void this.#catchUp()
  }

  #compare(list: readonly { sequence: number }[]): void {
    for (const { sequence } of list) {
      const behind = this.#sequence !== undefined && sequence > this.#sequence
      this.#sequence = Math.max(sequence, this.#sequence ?? 0)
      if (behind) void this.#catchUp()
    }
  }

  /** One at a time; asked for meanwhile, it is done once more afterwards. */
  #catchUp(before?: number): Promise<void> {
    this.#catchAgain = this.#catching !== undefined
    this.#catching ??= this.#fetchNew(before).finally(() => {
      this.#catching = undefined
      if (this.#catchAgain) void this.#catchUp()
    })
    return this.#catching
  }

  /** Takes everything after the last number this page has (below `before`, where a hole is); repeated calls are harmless. */
  async #fetchNew(before?: number): Promise<void> {
    for (;;) {
      const last = this.#lastNumber(before)
      const answer = await this.#connection.request<Session>('session', last === 0 ? {} : { after: last }).catch(() => undefined)
      if (answer?.data === undefined) return this.#tryLater(answer)
      const { token, look, messages, more } = answer.data
      this.storage.set('token', token)
      this.look = look
      this.#take(messages, last === 0 ? more : undefined)
      this.#setOnline(true)
      void this.outbox.flush()
      if (last === 0 || !more) return
    }
  }

  #tryLater(answer: Answer<Session> | undefined): void {
    if (answer?.problem?.code === 'not_found') {
      this.refused = answer.problem.detail ?? ''
      this.#changed()
    } else if (this.#connection.connected) setTimeout(() => void this.#catchUp(), again)
  }

  #lastNumber(before = Infinity): number {
    return Math.max(0, ...[...this.#messages.values()].map(({ number }) => number).filter((number) => number < before))
  }

  #acknowledged(acknowledged?: Acknowledged): void {
    if (acknowledged?.item.event !== 'message') return this.#changed()
    this.#take([stored(acknowledged)])
    // Files, places and the like look different once they are stored.
    const { text, value } = acknowledged.item.payload
    if (text === undefined && value === undefined) void this.#refetch(acknowledged.number)
  }

  async #refetch(number: number): Promise<void> {
    const answer = await this.#connection.request<Session>('session', { after: number - 1 }).catch(() => undefined)
    const own = answer?.data?.messages.filter((message) => message.number === number)
    if (own !== undefined) this.#take(own)
  }

  #take(messages: readonly VisitorMessage[], more?: boolean): void {
    for (const message of messages) {
      const key = message.key ?? this.#messages.get(message.id)?.key
      this.#messages.set(message.id, { ...message, ...(key === undefined ? {} : { key }) })
    }
    if (messages.some((message) => message.from !== 'visitor')) this.#setActivity(undefined)
    if (more !== undefined) this.more = more
    this.#changed()
  }

  #setActivity(activity: Chat['activity']): void {
    clearTimeout(this.#activityTimer)
    this.activity = activity
    if (activity !== undefined) {
      this.#activityTimer = setTimeout(() => this.#setActivity(undefined), activity.kind === 'typing' ? typingShown : thinkingShown)
    }
    this.#changed()
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
  text: item.label,
  at: item.at,
})
