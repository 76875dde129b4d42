import type { PluginDatabase, Within } from '@parley/plugin-api'

export interface BotRow {
  readonly id: string
  readonly number: number
  readonly name: string
  readonly language: string
  readonly active: boolean
  readonly constants: Readonly<Record<string, unknown>>
  readonly version: number
  readonly createdAt: Date
}

export type BotChange = { readonly [K in 'name' | 'language' | 'active' | 'constants']?: BotRow[K] | undefined }

export class BotStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async byId(id: string): Promise<BotRow | undefined> {
    const [row] = await this.#db.query('SELECT * FROM {bots} WHERE id = $1', [id])
    return row && asBot(row)
  }

  async byNumber(number: number): Promise<BotRow | undefined> {
    const [row] = await this.#db.query('SELECT * FROM {bots} WHERE number = $1', [number])
    return row && asBot(row)
  }

  async list(): Promise<BotRow[]> {
    return (await this.#db.query('SELECT * FROM {bots} ORDER BY number')).map(asBot)
  }

  async insert(bot: { readonly id: string; readonly name: string; readonly language: string; readonly now: Date }, within?: Within): Promise<void> {
    await this.#db.write(
      {
        text: 'INSERT INTO {bots} (id, name, language, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)',
        values: [bot.id, bot.name, bot.language, bot.now],
      },
      within,
    )
  }

  async update(id: string, version: number, change: BotChange, now: Date, within: Within): Promise<void> {
    await this.#db.write(
      {
        text: `
          UPDATE {bots} SET name = COALESCE($3, name), language = COALESCE($4, language), active = COALESCE($5, active),
            constants = COALESCE($6::jsonb, constants), version = version + 1, updated_at = $7
          WHERE id = $1 AND version = $2`,
        values: [
          id,
          version,
          change.name ?? null,
          change.language ?? null,
          change.active ?? null,
          change.constants === undefined ? null : JSON.stringify(change.constants),
          now,
        ],
        expect: 1,
      },
      within,
    )
  }

  async hasAccounts(id: string): Promise<boolean> {
    return (await this.#db.query('SELECT 1 FROM {accounts} WHERE bot_id = $1 LIMIT 1', [id])).length > 0
  }

  async remove(id: string, within: Within): Promise<void> {
    await this.#db.write({ text: 'DELETE FROM {bots} WHERE id = $1', values: [id], expect: 1 }, within)
  }
}

const asBot = (row: Record<string, any>): BotRow => ({
  id: row.id,
  number: row.number,
  name: row.name,
  language: row.language,
  active: row.active,
  constants: row.constants,
  version: row.version,
  createdAt: row.created_at,
})
