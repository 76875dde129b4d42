import type { PluginDatabase } from '@parley/plugin-api'

export interface Shelf {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly above?: string
}

export class ShelfStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async all(): Promise<Shelf[]> {
    const rows = await this.#db.query<{ id: string; code: string; name: string; above: string | null }>(
      'SELECT id, code, name, above FROM {shelves} ORDER BY code',
    )
    return rows.map(({ above, ...shelf }) => ({ ...shelf, ...(above === null ? {} : { above }) }))
  }

  async save({ id, code, name, above }: Omit<Shelf, 'id'> & { id: string | undefined }): Promise<string> {
    const text = `INSERT INTO {shelves} (id, code, name, above) VALUES (coalesce($1, gen_random_uuid()), $2, $3, $4)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, above = excluded.above RETURNING id`
    const [row] = await this.#db.query<{ id: string }>(text, [id ?? null, code, name, above ?? null])
    return row!.id
  }

  async remove(id: string): Promise<void> {
    await this.#db.write({ text: 'DELETE FROM {shelves} WHERE id = $1', values: [id] })
  }
}
