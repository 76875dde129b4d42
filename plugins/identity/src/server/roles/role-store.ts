import type { PluginDatabase, Transaction } from '@parley/plugin-api'

/** What is stored of a role: a built-in one only once it was adjusted. */
export interface StoredRole {
  readonly key: string
  readonly title: string
  readonly description: string
  /** A custom role's permissions; what a built-in role has beyond its rule. */
  readonly granted: readonly string[]
  /** What a built-in role lacks of its rule. */
  readonly revoked: readonly string[]
}

export class RoleStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /** All of them: an installation has tens, and who may do what is asked all the time. */
  all(): Promise<StoredRole[]> {
    return this.#db.query<StoredRole>('SELECT key, title, description, granted, revoked FROM {roles} ORDER BY title, key')
  }

  async lock(tx: Transaction, key: string): Promise<StoredRole | undefined> {
    const [row] = await tx.query<StoredRole>('SELECT key, title, description, granted, revoked FROM {roles} WHERE key = $1 FOR UPDATE', [key])
    return row
  }

  /** False when the key is taken. */
  async insert(tx: Transaction, role: StoredRole): Promise<boolean> {
    const rows = await tx.query(
      'INSERT INTO {roles} (key, title, description, granted, revoked) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING key',
      [role.key, role.title, role.description, role.granted, role.revoked],
    )
    return rows.length === 1
  }

  async save(tx: Transaction, role: StoredRole): Promise<void> {
    await tx.query(
      `INSERT INTO {roles} (key, title, description, granted, revoked) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (key) DO UPDATE SET title = excluded.title, description = excluded.description, granted = excluded.granted,
         revoked = excluded.revoked, updated_at = now()`,
      [role.key, role.title, role.description, role.granted, role.revoked],
    )
  }

  async remove(tx: Transaction, key: string): Promise<void> {
    await tx.query('DELETE FROM {roles} WHERE key = $1', [key])
  }

  async countHolders(tx: Transaction, key: string): Promise<number> {
    const [row] = await tx.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM {users} WHERE deleted_at IS NULL AND roles @> ARRAY[$1::text]',
      [key],
    )
    return row?.count ?? 0
  }

  holders(): Promise<{ key: string; count: number }[]> {
    return this.#db.query('SELECT key, count(*)::integer AS count FROM {users}, unnest(roles) AS key WHERE deleted_at IS NULL GROUP BY key')
  }
}
