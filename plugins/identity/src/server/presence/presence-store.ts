import type { PluginDatabase, Transaction } from '@parley/plugin-api'

export class PresenceStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async touch(userId: string, at: Date): Promise<void> {
    await this.#db.query(
      `INSERT INTO {presence} AS p (user_id, seen_at) VALUES ($1, $2)
       ON CONFLICT (user_id) DO UPDATE SET seen_at = greatest(p.seen_at, excluded.seen_at), gone = false`,
      [userId, at],
    )
  }

  seen(userIds: readonly string[]): Promise<{ user_id: string; seen_at: Date }[]> {
    return this.#db.query('SELECT user_id, seen_at FROM {presence} WHERE user_id = ANY($1::uuid[])', [userIds])
  }

  /** Marks people as gone who were last seen before, and says who they are; several processes share the work. */
  async markGone(tx: Transaction, before: Date): Promise<string[]> {
    const rows = await tx.query<{ user_id: string }>(
      `UPDATE {presence} SET gone = true WHERE user_id IN
         (SELECT user_id FROM {presence} WHERE NOT gone AND seen_at < $1 ORDER BY seen_at LIMIT 500 FOR UPDATE SKIP LOCKED)
       RETURNING user_id`,
      [before],
    )
    return rows.map(({ user_id }) => user_id)
  }
}
