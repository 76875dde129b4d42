import type { PluginDatabase } from '@parley/plugin-api'
import type { Author, Conversation } from '../../api/index.ts'

export interface DemoConversation {
  readonly conversation: Conversation
  readonly messages: readonly { readonly id: string; readonly number: number; readonly author: Author; readonly text: string; readonly at: Date }[]
}

/** History that was never sent: written as it would lie there. */
export class DemoStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async insert({ conversation: c, messages }: DemoConversation): Promise<void> {
    const batch = this.#db.batch()
    await this.#db.write(
      {
        text: `
          INSERT INTO {conversations} (id, account_id, bot_id, channel, chat_id, client_id, identity_id, holder, last_number, created_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
        values: [c.id, c.accountId, c.botId, c.channel, c.chatId, c.clientId, c.identityId, c.holder, messages.length, c.createdAt],
      },
      batch,
    )
    const column = <T>(read: (message: DemoConversation['messages'][number]) => T): T[] => messages.map(read)
    const isIn = ({ author }: DemoConversation['messages'][number]): boolean => author.kind === 'client'
    await this.#db.write(
      {
        text: `
          INSERT INTO {messages} (id, conversation_id, number, direction, state, author_kind, author_id, author_name, content, created_at)
          SELECT m.id, $1, m.number, m.direction, m.state, m.kind, m.author_id, m.name, m.content::jsonb, m.at
          FROM unnest($2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::timestamptz[])
            AS m(id, number, direction, state, kind, author_id, name, content, at)
          ON CONFLICT DO NOTHING`,
        values: [
          c.id,
          column((m) => m.id),
          column((m) => m.number),
          column((m) => (isIn(m) ? 'in' : 'out')),
          column((m) => (isIn(m) ? 'received' : 'read')),
          column((m) => m.author.kind),
          column((m) => m.author.id ?? null),
          column((m) => m.author.name ?? null),
          column((m) => JSON.stringify({ kind: 'text', text: m.text })),
          column((m) => m.at),
        ],
      },
      batch,
    )
    await batch.commit()
  }

  async clientsOf(botId: string): Promise<string[]> {
    const rows = await this.#db.query<{ id: string }>(
      'SELECT DISTINCT client_id AS id FROM {conversations} WHERE bot_id = $1 AND client_id IS NOT NULL',
      [botId],
    )
    return rows.map(({ id }) => id)
  }

  /** Also what visitors of the demo have written since, and channels that were added to the bot. */
  async remove(botId: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const conversations = 'SELECT id FROM {conversations} WHERE bot_id = $1'
      for (const table of ['items', 'deliveries', 'messages', 'message_archive'])
        await tx.query(`DELETE FROM {${table}} WHERE conversation_id IN (${conversations})`, [botId])
      const accounts = 'SELECT id FROM {accounts} WHERE bot_id = $1'
      for (const table of ['intake', 'external_ids', 'media_fetches', 'send_slots']) {
        await tx.query(`DELETE FROM {${table}} WHERE account_id IN (${accounts})`, [botId])
      }
      for (const table of ['conversations', 'accounts']) await tx.query(`DELETE FROM {${table}} WHERE bot_id = $1`, [botId])
      await tx.query('DELETE FROM {bots} WHERE id = $1', [botId])
    })
  }
}
