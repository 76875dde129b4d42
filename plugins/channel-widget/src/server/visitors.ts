import { ParleyError, type Actor, type Files, type Handshake, type SocketConnection } from '@parley/plugin-api'
import type {
  Bots,
  ChannelAccount,
  ChannelAccounts,
  Conversations,
  Inbox,
  InboundEvent,
  Message,
  MessageContent,
} from '@parley/plugin-conversations/api'
import type { z } from 'zod'
import { chatTopic, type VisitorMessage, type WidgetHandshake, type WidgetLook, type widgetEvents } from '../api/index.ts'
import type { WidgetConfig } from './account.ts'
import { toVisitor } from './to-visitor.ts'
import type { VisitorTokens } from './visitor-tokens.ts'

type Event<K extends keyof typeof widgetEvents> = z.infer<(typeof widgetEvents)[K]>

/** A visitor with a connection. */
export interface Visitor extends Actor {
  readonly accountId: string
  readonly visitorId: string
  readonly language: string | undefined
}

interface Dependencies {
  accounts: ChannelAccounts
  bots: Bots
  inbox: Inbox
  conversations: Conversations
  files: Files
  visitorTokens: VisitorTokens
  config: { publicUrl?: string }
}

export interface Session {
  readonly token: string
  readonly look: WidgetLook
  readonly messages: readonly VisitorMessage[]
  readonly more: boolean
  /** There is a dialog, even when it has nothing to show yet. */
  readonly begun: boolean
}

const pageSize = 30

/** Everything a page's socket asks for. */
export class Visitors {
  readonly #d: Dependencies

  constructor(dependencies: Dependencies) {
    this.#d = dependencies
  }

  /** The widget of a bot that is on. */
  async find(bot: string | number): Promise<ChannelAccount<WidgetConfig> | undefined> {
    const found = await this.#d.bots.get(bot)
    if (found?.active !== true) return undefined
    return (await this.#d.accounts.list({ botId: found.id, channel: 'widget' })).find((each) => each.active)
  }

  async account(bot: string | number): Promise<ChannelAccount<WidgetConfig>> {
    const account = await this.find(bot)
    if (account === undefined) throw new ParleyError('not_found', `Bot ${bot} has no active website widget. Connect one in Settings, Bots, Channels.`)
    return account
  }

  /** The site must be on the account's list; pages of this installation (the demo) always are. */
  mustAllow(account: ChannelAccount<WidgetConfig>, origin: string | undefined, own: string): void {
    if (origin === undefined || origin === own || account.config.allowedOrigins.includes(origin)) return
    throw new ParleyError('forbidden', `The site ${origin} is not among the allowed domains of this widget. Add it in the bot's channel settings.`)
  }

  async authenticate({ data, origin, site }: Handshake<WidgetHandshake>): Promise<Visitor> {
    const account = await this.account(data.bot_id)
    this.mustAllow(account, origin, site)
    const visitorId = await this.#visitor(account, data)
    return {
      kind: 'client',
      id: `${account.id}:${visitorId}`,
      name: 'visitor',
      accountId: account.id,
      visitorId,
      language: data.language_code,
      can: () => false,
    }
  }

  async session(event: Event<'session'>, connection: SocketConnection): Promise<Session> {
    const { accounts, visitorTokens } = this.#d
    const visitor = connection.actor as Visitor
    const account = await accounts.get(visitor.accountId)
    if (account === undefined) throw new ParleyError('not_found', 'This widget was removed.')
    // Before the page is read: what is written meanwhile comes twice rather than never.
    await connection.subscribe(chatTopic, { accountId: visitor.accountId, visitorId: visitor.visitorId })
    const conversation = await this.#conversation(visitor)
    const page = await this.#page(conversation, event.after === undefined ? {} : { after: event.after })
    const { title, subtitle, color, position, launcher, files, start } = account.config as WidgetConfig
    return {
      token: await visitorTokens.sign(account.id, visitor.visitorId),
      look: { title, subtitle, color, position, launcher, files, start },
      begun: conversation !== undefined,
      ...page,
    }
  }

  async message(event: Event<'message'>, connection: SocketConnection): Promise<{ id: string; number: number }> {
    return this.#accept(connection, event.key, await this.#content(event), event.params)
  }

  async start(event: Event<'start'>, connection: SocketConnection): Promise<{ id: string; number: number }> {
    const content: MessageContent = { kind: 'system', code: 'start', text: event.alias === '' ? '/start' : `/start ${event.alias}` }
    return this.#accept(connection, event.key, content, event.params, event.alias)
  }

  async history(event: Event<'history'>, connection: SocketConnection): Promise<Pick<Session, 'messages' | 'more'>> {
    return this.#page(await this.#conversation(connection.actor as Visitor), { before: event.before })
  }

  async typing(connection: SocketConnection): Promise<void> {
    const visitor = connection.actor as Visitor
    await this.#d.inbox.accept(visitor.accountId, [{ type: 'typing', chatId: visitor.visitorId }])
  }

  /** The page showed everything up to this number. */
  async read(event: Event<'read'>, connection: SocketConnection): Promise<void> {
    const visitor = connection.actor as Visitor
    const conversation = await this.#conversation(visitor)
    if (conversation === undefined) return
    const { messages } = await this.#d.conversations.messages(conversation, { before: event.number + 1, limit: pageSize })
    const seen = messages.findLast(({ direction, number }) => direction === 'out' && number <= event.number)
    if (seen === undefined || seen.state === 'read') return
    await this.#d.inbox.accept(visitor.accountId, [{ type: 'status', externalId: seen.id, state: 'read', upTo: true }])
  }

  async #accept(
    connection: SocketConnection,
    key: string,
    content: MessageContent,
    params: Record<string, unknown> | undefined,
    start?: string,
  ): Promise<{ id: string; number: number }> {
    const visitor = connection.actor as Visitor
    const event: InboundEvent = {
      type: 'message',
      // Two visitors of one account may not meet by choosing the same key.
      key: `${visitor.visitorId}:${key}`,
      externalId: key,
      chatId: visitor.visitorId,
      sender: { id: visitor.visitorId, ...(visitor.language === undefined ? {} : { language: visitor.language }) },
      content,
      ...(params === undefined ? {} : { params }),
      ...(start === undefined ? {} : { start }),
    }
    const [stored] = (await this.#d.inbox.accept(visitor.accountId, [event])).messages
    if (stored === undefined) throw new ParleyError('internal', 'The inbox stored a message without saying where.')
    return { id: stored.id, number: stored.number }
  }

  async #content(event: Event<'message'>): Promise<MessageContent> {
    if (event.fileId !== undefined) {
      const file = await this.#d.files.get(event.fileId)
      if (file === undefined) throw new ParleyError('unprocessable', 'The file is not there any more. Attach it again.')
      const kind = file.type.startsWith('image/')
        ? 'image'
        : file.type.startsWith('video/')
          ? 'video'
          : file.type.startsWith('audio/')
            ? 'audio'
            : 'file'
      const media = { fileId: file.id, url: this.#d.files.url(file), name: file.name, type: file.type, size: file.size }
      return { kind, media, ...(event.text === undefined ? {} : { text: event.text }) }
    }
    if (event.contact !== undefined) return { kind: 'contact', phone: event.contact.phone, own: true }
    if (event.location !== undefined) return { kind: 'location', ...event.location }
    if (event.value !== undefined)
      return { kind: 'press', value: event.value, ...(event.text === undefined ? {} : { text: event.text.slice(0, 256) }) }
    if (event.text !== undefined) return { kind: 'text', text: event.text }
    throw new ParleyError('invalid_input', 'The message is empty.')
  }

  async #visitor(account: ChannelAccount<WidgetConfig>, data: WidgetHandshake): Promise<string> {
    const { visitorTokens } = this.#d
    if (data.user_id !== undefined) return visitorTokens.known(data.user_id, data.user_hash, account.config.identitySecret)
    const known = data.token === undefined ? undefined : await visitorTokens.verify(account.id, data.token)
    return known ?? visitorTokens.newVisitor()
  }

  async #page(
    conversation: string | undefined,
    position: { before?: number; after?: number },
  ): Promise<{ messages: VisitorMessage[]; more: boolean }> {
    if (conversation === undefined) return { messages: [], more: false }
    let at = position
    for (;;) {
      const page = await this.#d.conversations.messages(conversation, { ...at, limit: pageSize })
      const messages = page.messages.map((message: Message) => toVisitor(message)).filter((message) => message !== undefined)
      if (messages.length > 0 || !page.more) return { messages, more: page.more }
      // A page of nothing but notes would look to the visitor like the end.
      at = at.after === undefined ? { before: page.messages[0]!.number } : { after: page.messages.at(-1)!.number }
    }
  }

  async #conversation(visitor: Visitor): Promise<string | undefined> {
    return (await this.#d.conversations.find(visitor.accountId, visitor.visitorId))?.id
  }
}
