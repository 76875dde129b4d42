import type { PluginDatabase } from '@parley/plugin-api'
import { asConversation, type LaneConversation } from './lanes/lane-store.ts'

export class ConversationStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async get(id: string): Promise<LaneConversation | undefined> {
    const [row] = await this.#db.query('SELECT * FROM {conversations} WHERE id = $1', [id])
    return row && asConversation(row)
  }

  async byClient(clientId: string): Promise<LaneConversation[]> {
    return (await this.#db.query('SELECT * FROM {conversations} WHERE client_id = $1 ORDER BY created_at', [clientId])).map(asConversation)
  }

  /** Made without a message: somebody else than the client begins. */
  async insert(conversation: {
    readonly id: string
    readonly accountId: string
    readonly botId: string
    readonly channel: string
    readonly chatId: string
    readonly sender: object
    readonly holder: string
    readonly now: Date
  }): Promise<void> {
    const { id, accountId, botId, channel, chatId, sender, holder, now } = conversation
    await this.#db.query(
      `INSERT INTO {conversations} (id, account_id, bot_id, channel, chat_id, sender, holder, last_number, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8) ON CONFLICT (id) DO NOTHING`,
      [id, accountId, botId, channel, chatId, JSON.stringify(sender), holder, now],
    )
  }
}
