import type { Clock, DemoContext, DemoData, PluginDatabase } from '@parley/plugin-api'
import type { Clients } from '@parley/plugin-clients/api'
import { contentToText, type Conversation, type Conversations, type Message } from '@parley/plugin-conversations/api'
import { holderId } from '../api/index.ts'
import type { DirectoryStore } from './directory-store.ts'
import { clientName } from './opener.ts'
import type { OperatorStore } from './operator-store.ts'

const topics = [
  { alias: 'support', name: 'Підтримка' },
  { alias: 'orders', name: 'Замовлення' },
  { alias: 'returns', name: 'Повернення' },
]

/** What becomes of the newest conversations; older ones are closed. */
const present = 'mine mine new mine queued mine mine new mine queued mine mine new mine'.split(' ')

interface Dependencies {
  db: PluginDatabase
  clock: Clock
  clients: Clients
  conversations: Conversations
  directoryStore: DirectoryStore
  operatorStore: OperatorStore
}

/** Topics, operators on the line, and requests over the conversations of the demo: open, waiting, and a week of closed ones. */
export class PanelDemo implements DemoData {
  readonly #d: Dependencies

  constructor(dependencies: Dependencies) {
    this.#d = dependencies
  }

  async seed({ now, shared }: DemoContext): Promise<void> {
    const { directoryStore, operatorStore, conversations } = this.#d
    const existing = new Map((await directoryStore.topics()).map((topic) => [topic.alias, topic.id]))
    for (const topic of topics) {
      if (!existing.has(topic.alias)) existing.set(topic.alias, await directoryStore.saveTopic({ ...topic, parentId: undefined, active: true }))
    }
    const operators = (shared.get('operators') ?? []) as readonly string[]
    const online = (await operatorStore.statuses()).find((status) => status.canReceive)
    for (const userId of operators) if (online !== undefined) await operatorStore.setStatus(userId, online.id, now)
    const ids = (shared.get('conversations') ?? []) as readonly string[]
    for (const [index, id] of [...ids].reverse().entries()) {
      const conversation = await conversations.get(id)
      const { messages } = await conversations.messages(id, { limit: 100 })
      const topicId = existing.get(topics[index % topics.length]!.alias)
      if (conversation !== undefined && messages.length > 0) await this.#request(conversation, messages, index, topicId, operators)
    }
  }

  async remove({ shared }: DemoContext): Promise<void> {
    const { db, directoryStore } = this.#d
    const botId = shared.get('bot')
    if (typeof botId === 'string') await db.query('DELETE FROM {requests} WHERE bot_id = $1', [botId])
    const aliases = new Set(topics.map((topic) => topic.alias))
    for (const topic of await directoryStore.topics()) {
      if (aliases.has(topic.alias)) await directoryStore.removeTopic(topic.id).catch(() => undefined)
    }
  }

  async #request(
    conversation: Conversation,
    messages: readonly Message[],
    index: number,
    topicId: string | undefined,
    operators: readonly string[],
  ): Promise<void> {
    const { db, clients, conversations } = this.#d
    const kind = present[index] ?? 'closed'
    const last = messages.at(-1)!
    // most of what is open is the first operator's, whose inbox is looked at
    const operator = operators[index % 3 === 0 ? index % Math.max(1, operators.length) : 0]
    const lastAt = new Date(last.createdAt)
    const waits = kind !== 'closed' && (last.author.kind === 'client' || kind !== 'mine')
    const inserted = await db.query(
      `INSERT INTO {requests} (id, state, bot_id, conversation_id, channel, client_id, client_name, topic_id, assignee_id, auto_connect, may_wait, keep_bot,
         last_text, last_author, last_at, unread, waiting_since, created_at, queued_at, assigned_at, closed_at, closed_by, close_status_id)
       SELECT gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, false, true, false, $9, $10, $11, $12, $13, $14, $14, $14, $15, $8,
         CASE WHEN $1 = 'closed' THEN (SELECT id FROM {close_statuses} WHERE is_default) END
       WHERE NOT EXISTS (SELECT 1 FROM {requests} WHERE conversation_id = $3)
       RETURNING id`,
      [
        kind === 'mine' ? 'open' : kind,
        conversation.botId,
        conversation.id,
        conversation.channel,
        conversation.clientId,
        clientName(await clients.get(conversation.clientId)) ?? '?',
        topicId ?? null,
        kind === 'new' || kind === 'queued' ? null : (operator ?? null),
        contentToText(last.content).slice(0, 200),
        last.author.kind,
        lastAt,
        waits && kind === 'mine' ? (index % 3) + 1 : 0,
        waits ? lastAt : null,
        new Date(messages[0]!.createdAt),
        kind === 'closed' ? lastAt : null,
      ],
    )
    if (inserted.length > 0 && kind !== 'closed') await conversations.hold(conversation.id, holderId)
  }
}
