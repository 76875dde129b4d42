import type { VisitorMessage, WidgetLook } from '../api/index.ts'
import { Activity, type Doing } from './activity.ts'
import { Blobs } from './blobs.ts'
import { Connection, type Answer } from './connection.ts'
import { Messages } from './messages.ts'
import { Outbox, type Acknowledged, type Delivery, type Pending } from './outbox.ts'
import { Storage } from './storage.ts'
import { upload } from './upload.ts'

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
  readonly begun: boolean
}

/** A message on the screen: stored, or still on its way. */
export interface Shown extends VisitorMessage {
  readonly pending?: 'sending' | NonNullable<Pending['failed']>
}

type Pushed = { type: 'message'; message: VisitorMessage } | { type: 'typing'; name?: string } | { type: 'thinking'; text?: string }

const again = 2000

/** The visitor's side of the conversation: what is shown follows from here. */
export class Chat extends EventTarget {
  look: WidgetLook | undefined
  online = false
  /** Connecting failed at least once since the page was loaded. */
  troubled = false
  refused: string | undefined
  more = false
  params: Record<string, unknown> = {}
  readonly outbox: Outbox
  readonly storage: Storage
  readonly #options: ChatOptions
  readonly #connection: Connection
  readonly #messages = new Messages()
  readonly #activity = new Activity(() => this.#changed())
  /** The dialog exists at the server, though there may be nothing of it to show yet. */
  #begun = false
  #uploading: AbortController | undefined
  #sequence: number | undefined
  #catching: Promise<void> | undefined
  #catchAgain = false

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
        if (refused !== undefined) console.warn(`[Parley] The chat is refused: ${refused}`)
        this.#uploading?.abort()
        this.#setOnline(false)
      },
      topic: (event) => this.#heard(event as { sequence: number; payload: Pushed }),
      sequences: (list) => this.#compare(list),
    })
    this.outbox = new Outbox({
      storage: this.storage,
      blobs: new Blobs(),
      line: {
        send: async (event, payload) => await this.#onLine(() => this.#connection.request(event, payload)),
        upload: async (blob, name) => await this.#onLine(() => this.#upload(blob, name)),
      },
      changed: (acknowledged) => this.#acknowledged(acknowledged),
    })
  }

  /** True for somebody who was here before: worth a connection before the chat is opened. */
  get known(): boolean {
    return this.storage.get('token') !== undefined || this.outbox.items.length > 0
  }

  get started(): boolean {
    return this.#begun || this.#messages.size > 0 || this.outbox.items.length > 0
  }

  get activity(): Doing | undefined {
    return this.#activity.now
  }

  /** An agent works on an answer: the visitor sends nothing until it is there. */
  get busy(): boolean {
    return this.#activity.now?.kind === 'thinking'
  }

  get unread(): number {
    return this.#messages.unread(this.storage.get<number>('seen') ?? 0)
  }

  get shown(): readonly Shown[] {
    const stored = this.#messages.sorted
    const known = new Set(stored.map((message) => message.key))
    const pending = this.outbox.items
      .filter((item) => item.event === 'message' && !known.has(item.key))
      .map((item): Shown => ({ ...asMessage(item), id: item.key, number: Number.MAX_SAFE_INTEGER, pending: item.failed ?? 'sending' }))
    return [...stored, ...pending]
  }

  connect(): void {
    this.#connection.open()
  }

  close(): void {
    this.#activity.end()
    this.#uploading?.abort()
    this.#connection.close()
  }

  say(payload: Record<string, unknown>, label: string): void {
    this.connect()
    this.outbox.add('message', { ...payload, ...this.#withParams() }, label)
  }

  sendFile(file: File): void {
    this.connect()
    this.outbox.addFile(file, this.#withParams())
  }

  start(alias = ''): void {
    this.connect()
    this.outbox.add('start', { alias, ...this.#withParams() })
  }

  typing(): void {
    this.#connection.tell('typing', {})
  }

  markSeen(): void {
    const last = this.#messages.last()
    if (last <= (this.storage.get<number>('seen') ?? 0)) return
    void this.#connection.request('read', { number: last }).then(
      ({ ok }) => ok && this.storage.set('seen', Math.max(last, this.storage.get<number>('seen') ?? 0)),
      () => undefined,
    )
  }

  async earlier(): Promise<void> {
    const { first } = this.#messages
    if (first === undefined) return
    const answer = await this.#connection.request<Page>('history', { before: first }).catch(() => undefined)
    if (answer?.data !== undefined) this.#take(answer.data.messages, answer.data.more)
  }

  /** Only after the server has said who this is: what an unknown visitor sends is nobody's when the line breaks before the answer. */
  async #onLine<T>(work: () => Promise<T>): Promise<T> {
    if (!this.online) throw new Error('offline')
    return await work()
  }

  async #upload(blob: Blob, name: string): Promise<Delivery<{ fileId: string }>> {
    const uploading = new AbortController()
    this.#uploading = uploading
    const { origin, bot } = this.#options
    return await upload(blob, name, { origin, bot, token: this.storage.get<string>('token') ?? '', signal: uploading.signal })
  }

  #withParams(): Record<string, unknown> {
    return Object.keys(this.params).length === 0 ? {} : { params: this.params }
  }

  #heard({ sequence, payload }: { sequence: number; payload: Pushed }): void {
    const gap = this.#sequence !== undefined && sequence > this.#sequence + 1
    this.#sequence = Math.max(sequence, this.#sequence ?? 0)
    if (payload.type === 'message') {
      // A number that is missing may be a line that is only stored, such as "Olena joined".
      const hole = payload.message.number > this.#messages.last() + 1
      this.#take([payload.message])
      this.dispatchEvent(new CustomEvent('arrived', { detail: payload.message }))
      if (gap || hole) void this.#catchUp(payload.message.number)
      return
    }
    this.#activity.show(payload.type === 'typing' ? { kind: 'typing', text: payload.name ?? '' } : { kind: 'thinking', text: payload.text ?? '' })
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
      const last = this.#messages.last(before)
      const answer = await this.#connection.request<Session>('session', last === 0 ? {} : { after: last }).catch(() => undefined)
      if (answer?.data === undefined) return this.#tryLater(answer)
      const { token, look, messages, more, begun } = answer.data
      this.storage.set('token', token)
      this.look = look
      this.#begun = begun
      this.#take(messages, last === 0 ? more : undefined)
      this.#setOnline(true)
      this.outbox.resume()
      if (last === 0 || !more) return
    }
  }

  #tryLater(answer: Answer<Session> | undefined): void {
    if (answer?.problem?.code === 'not_found') {
      this.refused = answer.problem.detail ?? ''
      this.#changed()
    } else if (this.#connection.connected) setTimeout(() => void this.#catchUp(), again)
  }

  #acknowledged(acknowledged?: Acknowledged): void {
    if (acknowledged !== undefined) this.#begun = true
    if (acknowledged?.item.event !== 'message') return this.#changed()
    const { item, id, number } = acknowledged
    this.#take([{ ...asMessage(item), id, number }])
    // Files, places and the like look different once they are stored.
    const { text, value } = item.payload
    if (text === undefined && value === undefined) void this.#refetch(number)
  }

  async #refetch(number: number): Promise<void> {
    const answer = await this.#connection.request<Session>('session', { after: number - 1 }).catch(() => undefined)
    const own = answer?.data?.messages.filter((message) => message.number === number)
    if (own !== undefined) this.#take(own)
  }

  #take(messages: readonly VisitorMessage[], more?: boolean): void {
    this.#messages.take(messages)
    if (messages.some((message) => message.from !== 'visitor')) this.#activity.end()
    if (more !== undefined) this.more = more
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
const asMessage = ({ key, label, at, file }: Pending): Omit<VisitorMessage, 'id' | 'number'> => ({
  key,
  from: 'visitor',
  at,
  ...(file === undefined ? { kind: 'text', text: label } : { kind: 'file', media: file }),
})
