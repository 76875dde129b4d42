import type { PluginDatabase, Within } from '@parley/plugin-api'

/** Types of the documented client field JSON. */
export const fieldTypes = ['STRING', 'TEXT', 'SELECT', 'SELECTAPI', 'FILE', 'INTEGER', 'BIGINT', 'FLOAT', 'DATE', 'BOOLEAN'] as const

export interface ClientField {
  readonly key: string
  readonly type: (typeof fieldTypes)[number]
  readonly label: string
  /** Further properties as documented: `default`, `unique`, `non_editable`, `values`, … */
  readonly options: Readonly<Record<string, unknown>>
  readonly position: number
}

export class FieldStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async list(): Promise<ClientField[]> {
    return this.#db.query<ClientField>('SELECT key, type, label, options, position FROM {client_fields} ORDER BY position, label')
  }

  async save(field: ClientField, within?: Within): Promise<void> {
    await this.#db.write(
      {
        text: `INSERT INTO {client_fields} (key, type, label, options, position) VALUES ($1, $2, $3, $4, $5)
          ON CONFLICT (key) DO UPDATE SET type = excluded.type, label = excluded.label, options = excluded.options, position = excluded.position`,
        values: [field.key, field.type, field.label, JSON.stringify(field.options), field.position],
      },
      within,
    )
  }

  async remove(key: string, within?: Within): Promise<void> {
    await this.#db.write({ text: 'DELETE FROM {client_fields} WHERE key = $1', values: [key] }, within)
  }
}
