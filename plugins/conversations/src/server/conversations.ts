import { ParleyError, type Clock, type EventBus, type PluginDatabase, type Realtime, type Within } from '@parley/plugin-api'
import type { Clients } from '@parley/plugin-clients/api'
import { conversationStarted, dialogTopic, type Author, type Conversation, type Conversations, type Message, type Sender } from '../api/index.ts'
import type { Accounts } from './accounts/accounts.ts'
import type { ConversationChanges } from './changes/conversation-changes.ts'
import type { Config } from './config.ts'
import type { ConversationStore } from './conversation-store.ts'
import { conversationIdOf, isUuid } from './ids.ts'
import type { LaneConversation } from './lanes/lane-store.ts'
import type { MessageStore } from './messages/message-store.ts'
import { storable, storableText } from './storable.ts'

const defaultLimit = 50
const maxLimit = 200

interface Parts {
  readonly db: PluginDatabase
  readonly conversationStore: ConversationStore
  readonly messageStore: MessageStore
  readonly changes: ConversationChanges
  readonly accounts: Accounts
  readonly clients: Clients
  readonly events: EventBus
  readonly realtime: Realtime
  readonly clock: Clock
  readonly config: Config
}

export class ChannelConversations implements Conversations {
  readonly #parts: Parts

  constructor({ db, conversationStore, messageStore, changes, accounts, clients, events, realtime, clock, config }: Parts) {
    this.#parts = { db, conversationStore, messageStore, changes, accounts, clients, events, realtime, clock, config }
  }

  async get(conversationId: string): Promise<Conversation | undefined> {
    const found = isUuid(conversationId) ? await this.#parts.conversationStore.get(conversationId) : undefined
    return found && (await this.#introduced(found))
  }

  async find(accountId: string, chatId: string): Promise<Conversation | undefined> {
    return await this.get(conversationIdOf(accountId, storableText(chatId)))
  }

  async open(accountId: string, chatId: string, sender: { firstName?: string; language?: string } = {}): Promise<Conversation> {
    const { accounts, conversationStore, clock, config } = this.#parts
    const account = await accounts.get(accountId)
    if (account === undefined) throw new ParleyError('not_found', `There is no channel account "${accountId}". Choose one of the bot's channels.`)
    const chat = storableText(chatId)
    const id = conversationIdOf(accountId, chat)
    const known = await this.get(id)
    if (known !== undefined) return known
    await conversationStore.insert({
      id,
      accountId,
      botId: account.botId,
      channel: account.channel,
      chatId: chat,
      sender: storable({ id: chat, ...sender }),
      holder: config.firstHolder,
      now: clock.now(),
    })
    return (await this.get(id))!
  }

  async hold(conversationId: string, holder: string, { within }: { within?: Within } = {}): Promise<void> {
    await this.#parts.changes.within(within, (unit) => {
      this.#parts.changes.of(conversationId, unit).holder = holder
    })
  }

  async messages(
    conversationId: string,
    { before, after, limit = defaultLimit }: { before?: number; after?: number; limit?: number },
  ): Promise<{ messages: Message[]; more: boolean }> {
    if (!isUuid(conversationId)) return { messages: [], more: false }
    return await this.#parts.messageStore.page(conversationId, { before, after, limit: Math.min(limit, maxLimit) })
  }

  async byClient(clientId: string): Promise<Conversation[]> {
    const found = isUuid(clientId) ? await this.#parts.conversationStore.byClient(clientId) : []
    return await Promise.all(found.map((conversation) => this.#introduced(conversation)))
  }

  async typing(conversationId: string, by: Author): Promise<void> {
    const { realtime, conversationStore, accounts } = this.#parts
    await realtime.send(dialogTopic, { conversationId }, { type: 'typing', by })
    if (by.kind === 'client') return
    const conversation = await conversationStore.get(conversationId)
    const account = conversation && (await accounts.get(conversation.accountId))
    if (conversation === undefined || account?.active !== true) return
    // a hint that is only worth something now: nobody waits for it, nobody repeats it
    const signal = AbortSignal.timeout(5_000)
    void accounts
      .driver(account.channel)
      ?.typing?.(conversation.chatId, account, signal, by)
      .catch(() => undefined)
  }

  /** Whoever asks for a conversation gets its client, even before the first turn has come so far. */
  async #introduced({ sender, clientId, identityId, ...conversation }: LaneConversation): Promise<Conversation> {
    if (clientId !== undefined && identityId !== undefined) return { ...conversation, clientId, identityId }
    const { clients, changes, db, events } = this.#parts
    const { id, accountId, botId, channel, chatId } = conversation
    const who: Sender = sender ?? { id: chatId }
    const client = await clients.identify({ accountId, channel, chatId, sender: who })
    const batch = db.batch()
    changes.of(id, batch).client = { clientId: client.clientId, identityId: client.identityId }
    await events.publish(conversationStarted, { conversationId: id, botId, clientId: client.clientId, channel }, { within: batch })
    await batch.commit()
    return { ...conversation, clientId: client.clientId, identityId: client.identityId }
  }
}
