import { extensionPoint, token, type Batch, type Transaction, type Within } from '@parley/plugin-api'
import type { ChannelAccount, InboundEvent } from './channels.ts'
import type { MessageContentInput } from './content.ts'
import type { Author, Conversation, Message } from './messages.ts'
import type { Words } from './words.ts'

/** Where channels hand in what they received. Returns only after the commit: then the channel may acknowledge. */
export interface Inbox {
  /**
   * Reads a payload with the channel's driver, stores it as it came and every event that is new, once. One round trip.
   * A webhook hands in its bytes: `inbox.receive(account.id, rawBody)`. While the channel's plugin is suspended they wait, and are read when it runs again; what
   * cannot be taken in then stands in the raw intake with its `problem`, and a person may have it taken in again.
   * Any other `payload` has been read already. `raw` are the bytes it was read of, kept as they came, of which the driver's `parse` must make the same;
   * without them it is kept as JSON.
   * `keep` is for what cannot be refused, such as the answer to a poll: what cannot be taken in stands in the raw intake in place of a throw.
   * Throws what the driver throws (`malformed_body`, `invalid_input`: nothing is stored), `not_found` for an unknown or inactive account, `too_large`.
   */
  receive(accountId: string, payload: unknown, options?: { raw?: Uint8Array; keep?: boolean }): Promise<Receipt>
  /** The same for events that did not come as a payload (the widget's socket). */
  accept(accountId: string, events: readonly InboundEvent[]): Promise<Receipt>
  /**
   * Puts a command into the conversation's lane, behind everything already taken in: how time, other systems and operators wake the holder.
   * `dueAt` in the future makes it a timer. `key` makes it single.
   */
  post(conversationId: string, command: Command, options?: { within?: Within; dueAt?: Date; key?: string }): Promise<void>
}
export const inbox = token<Inbox>('conversations.inbox@1')

/** What became of what a channel handed in. */
export interface Receipt {
  readonly stored: number
  readonly duplicates: number
  /** Of the events, in order; `id` is the message's, the first copy's for a duplicate. */
  readonly messages: readonly { id: string; conversationId: string; number: number; duplicate: boolean }[]
}

/** A command for a holder; `type` is the holder's own word, such as `resume` or `goto`. */
export interface Command {
  readonly holder: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Where everything that goes out to clients is put. Ids are made at once (UUIDv7), so callers can refer to the message before the commit. */
export interface Outbox {
  /**
   * Queues messages to the client, in order. Content the channel lacks is degraded when it is sent, not here.
   * `clientKey` de-duplicates: a second message with the same key in the conversation is dropped.
   */
  send(conversationId: string, messages: readonly OutgoingMessage[], options?: { within?: Within }): Promise<readonly string[]>
  /** Shows a line or a note in the dialog, not sent to the channel. */
  show(conversationId: string, messages: readonly OutgoingMessage[], options?: { within?: Within }): Promise<readonly string[]>
  /** A person's decision on a failed or unknown message. */
  retry(messageId: string): Promise<void>
  discard(messageId: string): Promise<void>
}
export const outbox = token<Outbox>('conversations.outbox@1')

/** A message to be sent or shown. */
export interface OutgoingMessage {
  readonly author: Author
  readonly content: MessageContentInput
  readonly clientKey?: string
}

/** Conversations and their messages, read; and who holds them, changed. */
export interface Conversations {
  get(conversationId: string): Promise<Conversation | undefined>
  /** The conversation of an account's chat, if there is one. */
  find(accountId: string, chatId: string): Promise<Conversation | undefined>
  /** The conversation of an account's chat; made when absent. */
  open(accountId: string, chatId: string, sender?: { firstName?: string; language?: string }): Promise<Conversation>
  /** Gives the client's messages to another holder from the commit on. */
  hold(conversationId: string, holder: string, options?: { within?: Within }): Promise<void>
  /** Newest page first asked, each page in number order; `before` is a message number. */
  messages(conversationId: string, page: { before?: number; after?: number; limit?: number }): Promise<{ messages: Message[]; more: boolean }>
  byClient(clientId: string): Promise<Conversation[]>
  typing(conversationId: string, by: Author): Promise<void>
}
export const conversations = token<Conversations>('conversations.conversations@1')

/** A bot as others need to know it. */
export interface BotSummary {
  readonly id: string
  /** The small number of the documented product (`bot_id` in addresses), from 1. */
  readonly number: number
  readonly name: string
  readonly active: boolean
  readonly language: string
}

/** The bots of this installation. */
export interface Bots {
  /** With `within`, by id and as the transaction sees it. */
  get(idOrNumber: string | number, options?: { within?: Transaction }): Promise<BotSummary | undefined>
  list(): Promise<BotSummary[]>
  create(bot: { name: string; language?: string }): Promise<BotSummary>
  remove(id: string): Promise<void>
}
export const bots = token<Bots>('conversations.bots@1')

/** The bot of the demo data, the same in every installation. */
export const demoBotId = '00000000-0000-8000-8000-00000000d3e0'

/** Cached: may be up to two seconds behind a change made in another process. */
export interface ChannelAccounts {
  get(accountId: string): Promise<ChannelAccount | undefined>
  list(filter?: { botId?: string; channel?: string }): Promise<ChannelAccount[]>
  create(account: { botId: string; channel: string; title: string; config: Record<string, unknown>; active?: boolean }): Promise<ChannelAccount>
  /** Says what the driver saw while working; drives the account's dot. */
  report(accountId: string, health: { state: 'ok' | 'warning' | 'broken'; text: Words }): Promise<void>
}
export const channelAccounts = token<ChannelAccounts>('conversations.accounts@1')

/**
 * Who works with the client's messages. Exactly one holder has a conversation; it gets items of the lane one at a time, in number order.
 *
 * The holder must end each turn with `turn.finish(batch)`: its own writes and the item's completion commit together. If the process dies before,
 * the same item comes again, so what was committed on the way with `turn.commit(batch)` must tell the holder where it stood.
 */
export interface ConversationHolder {
  /** A message that goes on with a dialog may come in a turn that is not `stored` yet. */
  readonly early?: boolean
  handle(turn: Turn): Promise<void>
}
export const holders = extensionPoint<ConversationHolder>('conversations.holders@1')

/** One item of a conversation's lane, in the hands of its holder. */
export interface Turn {
  readonly conversation: Conversation
  readonly item:
    | {
        readonly type: 'message'
        readonly id: string
        readonly number: number
        readonly message: Message
        readonly start?: string
        readonly params?: Readonly<Record<string, unknown>>
      }
    | { readonly type: 'command'; readonly id: string; readonly number: number; readonly command: Command }
  /**
   * False in an early turn: the message is stored with `finish`, in one commit with what the holder made of it. Until then nobody else has it, and its
   * sender waits; so the holder does nothing outside and nothing slow, and `commit` throws `stale_write`. Whatever an early turn throws, the message is
   * then stored and comes again.
   */
  readonly stored: boolean
  /** How often this item was begun before: 0 the first time. */
  readonly attempt: number
  /**
   * This process ended the conversation's previous turn, as far as it knows: what the holder remembers of that is most likely still true. A holder that
   * relies on it checks it with its commit (`expect`), because a timer may have run elsewhere; after `stale_write` the item comes again without the promise.
   */
  readonly continues: boolean
  readonly signal: AbortSignal
  batch(): Batch
  /** Commits a step on the way, fenced: throws `stale_write` when another process has taken the lane over. */
  commit(batch: Batch): Promise<void>
  /** Commits the last step together with the item's completion, fenced. Exactly once a turn. */
  finish(batch: Batch): Promise<void>
}
