import { extensionPoint, type Schema } from '@parley/plugin-api'
import type { MessageContent, MessageKind, Media } from './content.ts'
import type { Author } from './messages.ts'
import type { Words } from './words.ts'

/** What a channel can do, as data: the composer, the degrader and the builder read it. */
export interface ChannelCapabilities {
  /** Kinds sent as they are; others are degraded to text before `send` sees them. */
  readonly kinds: readonly MessageKind[]
  /** Characters; longer texts are split on paragraph, sentence, word bounds before `send`. */
  readonly textLimit: number
  /** Characters under a file, of every kind; the rest follows as texts. Where kinds differ, the smallest. Without it, `textLimit`. */
  readonly captionLimit?: number
  readonly html: boolean
  readonly keyboard?: {
    /** Under the message, in place of the client's keyboard. One that is not listed is shown as the first that is. */
    readonly placements: readonly ('inline' | 'reply')[]
    readonly maxRows: number
    readonly maxColumns: number
    readonly textLimit: number
    /** Bytes of a button's value. Longer ones are kept here and sent as a short key. */
    readonly valueLimit: number
    readonly actions: readonly ('reply' | 'url' | 'contact' | 'location')[]
  }
  /** Larger files go out as a link, of every kind. Where kinds differ, the smallest; or the largest, and `send` takes care of the rest. */
  readonly maxFileBytes?: number
  readonly typing: boolean
  /** What becomes known of messages after they were sent. Where nothing does, ids of sent messages are not kept, and a late `failed` finds none either. */
  readonly receipts: readonly ('delivered' | 'read')[]
  /** Messages a second: of the account, and of one chat. Longer terms (100 an hour) are the provider's to enforce: `retryAfter`. */
  readonly rate?: { readonly account: number; readonly chat?: number }
  /** Hours after the client's last message in which an operator may write. */
  readonly replyWindowHours?: number
}

/** A connected account of a bot, its secrets opened. */
export interface ChannelAccount<Config = any> {
  readonly id: string
  readonly botId: string
  readonly channel: string
  readonly title: string
  readonly config: Config
  /** Where the provider (or the other system) must send: absolute. */
  readonly webhookUrl: string
  /** Random secret of the account, made when it was created: for webhook checks. */
  readonly secret: string
  readonly active: boolean
}

/** The client as the channel describes it. */
export interface Sender {
  readonly id: string
  readonly firstName?: string
  readonly lastName?: string
  readonly username?: string
  readonly phone?: string
  readonly email?: string
  readonly language?: string
  readonly avatarUrl?: string
}

/** What a driver makes of a payload. `key` is the channel's own id of the event, unique in the account: what removes duplicates of messages and blocks. */
export type InboundEvent =
  | {
      readonly type: 'message'
      readonly key: string
      readonly chatId: string
      readonly sender: Sender
      readonly content: MessageContent
      readonly at?: Date
      /** The channel's id of the message, for replies and receipts. */
      readonly externalId?: string
      /** Parameter of a deep link; `''` for a bare start. Restarts the scenario. */
      readonly start?: string
      /** Values the site or the other system sent along; readable as `{{name}}`. */
      readonly params?: Readonly<Record<string, unknown>>
    }
  /** What became of a message. States only go forward, so the same status twice, or an older one later, changes nothing: `key` is not looked at. */
  | {
      readonly type: 'status'
      readonly key?: string
      /** As `send` answered it; the `id` of the `OutboundMessage` does as well. */
      readonly externalId: string
      readonly state: 'sent' | 'delivered' | 'read' | 'failed'
      /** Why it failed, for the person who reads the dialog. */
      readonly reason?: Words
      readonly at?: Date
      /** `delivered` and `read`: so was everything that was sent to the chat before. For providers that say it once for all, as Viber and Instagram do. */
      readonly upTo?: boolean
    }
  /** Everything that was sent to a chat until then: a watermark, as Messenger has it. */
  | {
      readonly type: 'status'
      readonly key?: string
      readonly chatId: string
      readonly state: 'delivered' | 'read'
      readonly upTo: Date
      readonly at?: Date
    }
  | { readonly type: 'blocked' | 'unblocked'; readonly key: string; readonly chatId: string; readonly sender?: Sender }
  | { readonly type: 'typing'; readonly chatId: string }

/** What a driver sends: degraded to what the channel can, split, with files at hand. */
export interface OutboundMessage {
  readonly id: string
  /** Also the idempotency key; the same at every try. */
  readonly conversationId: string
  readonly botId: string
  readonly chatId: string
  readonly number: number
  readonly content: MessageContent
  /** Who wrote it: the bot, or an operator with a name. */
  readonly author: Author
  /** 0 for a whole message; parts of a split one count from 0. */
  readonly part: number
}

/** `refused` proves that nothing was delivered. `unknown` means it may have been. */
export type SendResult =
  | { readonly outcome: 'sent'; readonly externalId?: string }
  | {
      readonly outcome: 'refused'
      /** For the person who reads the dialog. */
      readonly reason: Words
      /** Seconds for which the provider wants to hear nothing from the account. */
      readonly retryAfter?: number
      readonly retry: boolean
      /** The client blocked us. */ readonly blocked?: boolean
      /** The account is broken, not the message. */ readonly accountProblem?: boolean
    }
  | { readonly outcome: 'unknown'; readonly reason: Words }

/** What a look at an account saw: the dot beside it on the screens. */
export interface AccountHealth {
  readonly state: 'ok' | 'warning' | 'broken' | 'unchecked'
  /** What was seen, and what to do. */
  readonly text: Words
  /** The account's own name and address, such as `@acme_bot`. */
  readonly identity?: { readonly name: string; readonly url?: string }
  /**
   * When the token, or whatever the account works with, ends (ISO 8601), where the provider says so. It is kept until another date is said or the settings
   * are changed; people are warned two weeks before.
   */
  readonly credentialsEndAt?: string
  readonly at?: string
}

/** One thing to do or to know after an account was connected. `code` is shown to be copied, `url` opens. Both must hold no secret. */
export interface NextStep {
  readonly title: Words
  readonly text?: Words
  readonly code?: string
  readonly url?: Words
}

/** Where a connected account lives. */
export interface ConnectedPlace {
  /** The address of this installation, without a slash at the end. */
  readonly origin: string
  readonly bot: { readonly number: number; readonly language: string }
  /** What the last check saw. */
  readonly identity?: AccountHealth['identity']
}

/**
 * What a channel plugin contributes to `conversations.channels@1`. The driver exchanges plain data only.
 *
 * @example contributes: (add) => [add(channels, 'telegram', ({ driver }) => driver)]
 */
export interface ChannelDriver<Config = any> {
  /** The channel kind: `telegram`, `widget`, `custom_channel`, … */
  readonly kind: string
  /** What operators read beside each dialog, unless `about` has a title by language. */
  readonly title: string
  /** A Lucide icon's name; stands beside the title. */
  readonly icon: string
  /** How the connect wizard names the channel and says what it is for, and how operators see it named; without it, `title`. Lower `order` is offered first. */
  readonly about?: { readonly title: Words; readonly text: Words; readonly order?: number }
  readonly capabilities: ChannelCapabilities
  /**
   * The account form; `format: 'password'` marks what is sealed, at any depth: in objects, lists, tuples, records, where it may be absent or null. Beside
   * `title` and `description` a property's meta may have `choices`, the labels of its values, and `translations`, all three by language:
   * `.meta({ title: 'Side', translations: { uk: { title: 'Бік' } } })`. There `problems` has the schema's own messages, each by its English words. Objects, lists of objects and of secrets are drawn as fields; tuples and records as JSON text.
   * A saved secret is shown as `{ $saved: '…' }` and stays when it is sent back; `null` takes away one that may be absent.
   * Ask for addresses with their scheme (`https://…`): saved secrets then go to no server that was not named when they were entered.
   */
  readonly accountSchema: Schema<Config>
  /** The webhook path of an account, such as `/hooks/channel-telegram/<id>`; `''` when nothing is sent to one. */
  webhookPath(account: { id: string; botId: string }): string
  /** True only when a repeated `send` of the same message id is delivered once by the other side. */
  readonly idempotentSend: boolean
  /**
   * Pure: bytes of a webhook → the payload that `receive` takes. Without it they are JSON (`jsonPayload`). For everything else, and for JSON with numbers above
   * 2^53, which would lose their last digits. The bytes are what is kept: payloads that waited for a suspended plugin, and those that a person takes in again,
   * are read here a second time and must give the same. A payload that was handed in as a value is kept as JSON, and read here as such.
   * Bytes that it cannot read throw `malformed_body`.
   */
  parse?(raw: Uint8Array): unknown
  /** Pure: payload → events. Unknown kinds become `unsupported` messages or nothing; malformed input throws `invalid_input`. */
  receive(payload: unknown, account: ChannelAccount<Config>): readonly InboundEvent[]
  send(message: OutboundMessage, account: ChannelAccount<Config>, signal: AbortSignal): Promise<SendResult>
  /** A live look at the account: the token, the webhook. Never throws for what the provider says. */
  check?(account: ChannelAccount<Config>, signal: AbortSignal): Promise<AccountHealth>
  /**
   * Sets the provider's webhook. Called after an account was created or its settings were saved, and after it or its bot was switched on; never for one that is off.
   * The webhook answers by then: a provider may call it before it answers. What is said here is the account's health, as `check` would say it, which is asked in
   * its place where there is no `connect`. Nothing is called with the settings before the change.
   */
  connect?(account: ChannelAccount<Config>, signal: AbortSignal): Promise<AccountHealth>
  /** What the person who connected the account does next. Pure. */
  nextSteps?(account: ChannelAccount<Config>, place: ConnectedPlace): readonly NextStep[]
  /**
   * Takes the webhook back. Called after an account or its bot was switched off, and after the account was removed; its webhook answers 404 by then.
   * A throw is logged, and changes nothing: off is off.
   */
  disconnect?(account: ChannelAccount<Config>, signal: AbortSignal): Promise<void>
  fetchMedia?(
    media: Media,
    account: ChannelAccount<Config>,
    signal: AbortSignal,
  ): Promise<{ content: AsyncIterable<Uint8Array>; type?: string; name?: string }>
  /** `by` is who types: an operator, or a bot whose `name` says what it is doing. */
  typing?(chatId: string, account: ChannelAccount<Config>, signal: AbortSignal, by?: Author): Promise<void>
}

export const channels = extensionPoint<ChannelDriver>('conversations.channels@1')

/** A further kind of content: its schema and words for channels that lack it. */
export interface MessageKindContribution {
  readonly kind: string
  readonly schema: Schema<any>
  toText(content: unknown): string
}
export const messageKinds = extensionPoint<MessageKindContribution>('conversations.message-kinds@1')
