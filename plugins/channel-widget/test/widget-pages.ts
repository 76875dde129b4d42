import { createHmac } from 'node:crypto'
import type { ProviderEvent, ProviderFile, ProviderSide, ShownMessage, SideContext } from '@parley/test-kit/channel-contract'
import { io, type Socket } from 'socket.io-client'
import type { VisitorMessage } from '../src/api/index.ts'

export const identitySecret = 'identity-secret-of-the-contract'

interface Page {
  readonly socket: Socket
  readonly session: { readonly token: string; readonly messages: readonly VisitorMessage[] }
}

/** Open pages of a site with the widget: the clients of this channel. */
export class WidgetPages implements ProviderSide {
  readonly #context: SideContext
  readonly #pages = new Map<string, Promise<Page>>()
  readonly #messages: { readonly chatId: string; readonly message: VisitorMessage }[] = []
  readonly #typed: string[] = []

  constructor(context: SideContext) {
    this.#context = context
  }

  get origin(): string {
    return this.#context.host.url
  }

  /** A person whom the site knows, so that the test knows the chat. */
  chatId(number: number): string {
    return `u:${number}`
  }

  file(name: string, type: string, bytes: Uint8Array): ProviderFile {
    return { id: name, name, type, bytes, url: '' }
  }

  async deliver(event: ProviderEvent): Promise<number | undefined> {
    const [name, data] = await this.#said(event)
    if (name === undefined) return undefined
    if (typeof data === 'number') return data
    const { socket } = await this.#page(event.chatId)
    const answer = await socket.timeout(20_000).emitWithAck(name, data)
    return answer.ok === true ? 200 : (answer.problem?.status ?? 400)
  }

  shown(): readonly ShownMessage[] {
    return this.#messages.map(({ chatId, message }) => shownOf(chatId, message))
  }

  typed(): readonly string[] {
    return this.#typed
  }

  async leave(chatId: string): Promise<void> {
    const page = await this.#pages.get(chatId)
    this.#pages.delete(chatId)
    page?.socket.disconnect()
  }

  async comeBack(chatId: string): Promise<void> {
    await this.#page(chatId)
  }

  async stop(): Promise<void> {
    for (const page of this.#pages.values()) (await page).socket.disconnect()
  }

  #page(chatId: string): Promise<Page> {
    const known = this.#pages.get(chatId)
    if (known !== undefined) return known
    const opened = this.#open(chatId)
    this.#pages.set(chatId, opened)
    return opened
  }

  async #open(chatId: string): Promise<Page> {
    const userId = chatId.slice(2)
    const auth = {
      bot_id: this.#context.account().botId,
      user_id: userId,
      user_hash: createHmac('sha256', identitySecret).update(userId).digest('hex'),
    }
    const socket = io(`${this.#context.host.url}/channel-widget/visitor`, { transports: ['websocket'], forceNew: true, auth })
    socket.on('topic', ({ payload }) => {
      if (payload.type === 'typing') this.#typed.push(chatId)
      if (payload.type === 'message') this.#see(chatId, payload.message)
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
    })
    const { data } = await socket.timeout(20_000).emitWithAck('session', {})
    for (const message of data.messages) this.#see(chatId, message)
    return { socket, session: data }
  }

  #see(chatId: string, message: VisitorMessage): void {
    if (message.from === 'visitor' || this.#messages.some((seen) => seen.message.id === message.id)) return
    this.#messages.push({ chatId, message })
  }

  /** The page's event for it; a number is the status at which an upload ended. */
  async #said(event: ProviderEvent): Promise<[string, object | number] | [undefined]> {
    const key = `event-${String(event.number).padStart(6, '0')}`
    switch (event.type) {
      case 'text':
        return ['message', { key, text: event.text }]
      case 'press':
        return ['message', { key, text: event.text, value: event.value }]
      case 'start':
        return ['start', { key, alias: event.parameter }]
      case 'location':
        return ['message', { key, location: { latitude: event.latitude, longitude: event.longitude } }]
      case 'contact':
        return ['message', { key, contact: { phone: event.phone } }]
      case 'image':
      case 'file':
      case 'audio':
      case 'video': {
        if (event.file.id === 'gone') return [undefined]
        const uploaded = await this.#upload(event.chatId, event.file)
        return [
          'message',
          typeof uploaded === 'number' ? uploaded : { key, ...uploaded, ...(event.caption === undefined ? {} : { text: event.caption }) },
        ]
      }
      case 'receipt': {
        const read = this.#messages.find(({ message }) => message.id === event.id)
        return event.state === 'read' && read !== undefined ? ['read', { number: read.message.number }] : [undefined]
      }
      default:
        return [undefined]
    }
  }

  async #upload(chatId: string, { name, type, bytes }: ProviderFile): Promise<{ fileId: string } | number> {
    const { session } = await this.#page(chatId)
    const form = new FormData()
    form.set('file', new Blob([bytes as BlobPart], { type }), name)
    const query = new URLSearchParams({ bot_id: this.#context.account().botId, token: session.token })
    const answer = await fetch(`${this.#context.host.url}/hooks/channel-widget/files?${query}`, { method: 'POST', body: form })
    if (!answer.ok) return answer.status
    const { fileId } = (await answer.json()) as { fileId: string }
    return { fileId }
  }
}

const shownOf = (chatId: string, { kind, id, text, format, media, buttons, latitude, longitude }: VisitorMessage): ShownMessage => ({
  chatId,
  id,
  kind: kind as ShownMessage['kind'],
  text,
  html: format === 'html',
  buttons: buttons?.map((row) =>
    row.map((button) => ({
      text: button.text,
      value: button.value,
      url: button.url,
      asks: button.action === 'contact' || button.action === 'location' ? button.action : undefined,
    })),
  ),
  file: media?.url === undefined ? undefined : { url: media.url },
  latitude,
  longitude,
  phone: kind === 'contact' ? text : undefined,
  idempotencyKey: id,
})
