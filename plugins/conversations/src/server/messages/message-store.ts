import type { PluginDatabase } from '@parley/plugin-api'
import type { LanguageWords, Message, MessageContent } from '../../api/index.ts'
import { asMessage } from './message-row.ts'

type Row = Record<string, unknown>

const pageOf = (table: string, order: '' | 'DESC'): string =>
  `SELECT * FROM ${table} WHERE conversation_id = $1 AND number > $2 AND number < $3 ORDER BY number ${order} LIMIT $4`
const forwards = [pageOf('{messages}', ''), pageOf('{message_archive}', '')] as const
const backwards = [pageOf('{messages}', 'DESC'), pageOf('{message_archive}', 'DESC')] as const

export class MessageStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async get(id: string): Promise<Message | undefined> {
    const [row] = await this.#db.query('SELECT * FROM {messages} WHERE id = $1', [id])
    const [found] = row === undefined ? await this.#db.query('SELECT * FROM {message_archive} WHERE id = $1', [id]) : [row]
    return found && asMessage(found)
  }

  /** One page in number order; without `after`, the newest that are before. Asks the archive only where older messages may be missing. */
  async page(
    conversationId: string,
    { before = 2_147_483_647, after, limit }: { readonly before?: number | undefined; readonly after?: number | undefined; readonly limit: number },
  ): Promise<{ messages: Message[]; more: boolean }> {
    const forward = after !== undefined
    const values = [conversationId, after ?? 0, before, limit + 1]
    const [recent, archived] = forward ? forwards : backwards
    let rows = await this.#db.query(recent, values)
    const lacking = forward ? rows[0]?.['number'] !== after + 1 : rows.length <= limit && (rows.at(-1)?.['number'] ?? before) > 1
    if (lacking) {
      const byNumber = (one: Row, other: Row): number => (forward ? 1 : -1) * ((one['number'] as number) - (other['number'] as number))
      rows = [...rows, ...(await this.#db.query(archived, values))].sort(byNumber).slice(0, limit + 1)
    }
    const more = rows.length > limit
    const messages = rows.slice(0, limit).map(asMessage)
    return { messages: forward ? messages : messages.reverse(), more }
  }

  async byClientKeys(conversationId: string, keys: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.#db.query<{ id: string; client_key: string }>(
      'SELECT id, client_key FROM {messages} WHERE conversation_id = $1 AND client_key = ANY($2::text[])',
      [conversationId, keys],
    )
    return new Map(rows.map((row) => [row.client_key, row.id]))
  }

  /**
   * Puts a failed message back to where it waits: one that came in into the lane, one that goes out into the outbox. Undefined when it did not fail.
   * The conversation's version grows, so that whoever holds the lane or the outbox now looks again before letting go.
   */
  async requeue(id: string, now: Date): Promise<{ conversationId: string; direction: 'in' | 'out' } | undefined> {
    const [row] = await this.#db.query<{ conversation_id: string; direction: 'in' | 'out' }>(
      `WITH message AS (
         UPDATE {messages} SET state = CASE WHEN direction = 'in' THEN 'received' ELSE 'queued' END, reason = NULL
         WHERE id = $1 AND state IN ('failed', 'unknown') AND direction IN ('in', 'out') RETURNING id, conversation_id, number, direction
       ), conversation AS (
         UPDATE {conversations} AS c SET
           lane_version = c.lane_version + CASE WHEN m.direction = 'in' THEN 1 ELSE 0 END,
           outbox_version = c.outbox_version + CASE WHEN m.direction = 'out' THEN 1 ELSE 0 END,
           outbox_until = CASE WHEN m.direction = 'out' THEN COALESCE(c.outbox_until, $2::timestamptz) ELSE c.outbox_until END
         FROM message m WHERE c.id = m.conversation_id
       ), item AS (
         INSERT INTO {items} (conversation_id, number, id, type, due_at) SELECT conversation_id, number, id, 'message', $2 FROM message WHERE direction = 'in'
       ), delivery AS (
         INSERT INTO {deliveries} (conversation_id, number, message_id, state, due_at)
         SELECT conversation_id, number, id, 'queued', $2 FROM message WHERE direction = 'out'
       )
       SELECT conversation_id, direction FROM message`,
      [id, now],
    )
    return row && { conversationId: row.conversation_id, direction: row.direction }
  }

  /** Undefined when the message is on its way or out already. */
  async discard(id: string, reason: LanguageWords): Promise<string | undefined> {
    const [row] = await this.#db.query<{ conversation_id: string }>(
      `WITH message AS (
         UPDATE {messages} m SET state = 'failed', reason = $2, reason_words = $3::jsonb
         WHERE m.id = $1 AND m.state IN ('failed', 'unknown', 'queued') AND m.direction = 'out'
           AND NOT EXISTS (SELECT FROM {deliveries} d WHERE d.conversation_id = m.conversation_id AND d.number = m.number AND d.state = 'sending')
         RETURNING id, conversation_id, number
       ), delivery AS (
         DELETE FROM {deliveries} d USING message m WHERE d.conversation_id = m.conversation_id AND d.number = m.number
       )
       SELECT conversation_id FROM message`,
      [id, reason.en, JSON.stringify(reason)],
    )
    return row?.conversation_id
  }

  async setContent(id: string, content: MessageContent): Promise<Message | undefined> {
    const [row] = await this.#db.query('UPDATE {messages} SET content = $2 WHERE id = $1 RETURNING *', [id, JSON.stringify(content)])
    return row && asMessage(row)
  }
}
