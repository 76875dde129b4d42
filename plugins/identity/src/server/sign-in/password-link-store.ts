import type { PluginDatabase, Transaction } from '@parley/plugin-api'

export class PasswordLinkStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async insert(tx: Transaction, link: { hash: string; userId: string; expiresAt: Date }): Promise<void> {
    await tx.query('INSERT INTO {password_links} (hash, user_id, expires_at) VALUES ($1, $2, $3)', [link.hash, link.userId, link.expiresAt])
  }

  /** The person of a link that can still be used, locked together with the link. */
  async lock(tx: Transaction, hash: string, now: Date): Promise<{ userId: string; email: string } | undefined> {
    const [row] = await tx.query<{ user_id: string; email: string }>(
      `SELECT l.user_id, u.email FROM {password_links} l JOIN {users} u ON u.id = l.user_id
       WHERE l.hash = $1 AND l.expires_at > $2 AND u.active AND u.deleted_at IS NULL FOR UPDATE OF l`,
      [hash, now],
    )
    return row && { userId: row.user_id, email: row.email }
  }

  /** All links of a person: the first that is used ends the others. */
  async removeAll(tx: Transaction, userId: string): Promise<void> {
    await tx.query('DELETE FROM {password_links} WHERE user_id = $1', [userId])
  }

  async purge(before: Date): Promise<void> {
    await this.#db.query('DELETE FROM {password_links} WHERE expires_at < $1', [before])
  }
}
