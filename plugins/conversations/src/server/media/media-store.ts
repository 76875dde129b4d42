import type { PluginDatabase, Within } from '@parley/plugin-api'
import type { Message, MessageContent } from '../../api/index.ts'
import { asMessage } from '../messages/message-row.ts'

export interface MediaFetch {
  readonly messageId: string
  readonly accountId: string
  /** Tries begun, this one included. */
  readonly attempts: number
  readonly message: Message
}

export class MediaStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /** For one process alone until the given moment; undefined when there is nothing to do. */
  async claim(messageId: string, now: Date, until: Date): Promise<MediaFetch | undefined> {
    const [row] = await this.#db.query(
      `WITH claimed AS (
         UPDATE {media_fetches} SET attempts = attempts + 1, due_at = $3 WHERE message_id = $1 AND due_at <= $2 RETURNING message_id, account_id, attempts
       )
       SELECT f.account_id, f.attempts, m.* FROM claimed f JOIN {messages} m ON m.id = f.message_id`,
      [messageId, now, until],
    )
    return row && { messageId, accountId: row['account_id'], attempts: row['attempts'], message: asMessage(row) }
  }

  async later(messageId: string, at: Date): Promise<void> {
    await this.#db.query('UPDATE {media_fetches} SET due_at = $2 WHERE message_id = $1', [messageId, at])
  }

  async done(messageId: string, content: MessageContent, within: Within): Promise<void> {
    await this.#db.write({ text: 'DELETE FROM {media_fetches} WHERE message_id = $1', values: [messageId], expect: 1 }, within)
    await this.#db.write(
      { text: 'UPDATE {messages} SET content = $2 WHERE id = $1', values: [messageId, JSON.stringify(content)], expect: 1 },
      within,
    )
  }

  async overdue(since: Date, limit: number): Promise<string[]> {
    const rows = await this.#db.query<{ message_id: string }>('SELECT message_id FROM {media_fetches} WHERE due_at <= $1 LIMIT $2', [since, limit])
    return rows.map((row) => row.message_id)
  }
}
