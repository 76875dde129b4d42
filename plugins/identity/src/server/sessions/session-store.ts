import type { PluginDatabase, Transaction } from '@parley/plugin-api'

export interface Session {
  readonly id: string
  readonly createdAt: string
  readonly lastSeenAt: string
  readonly expiresAt: string
  readonly address: string
  readonly userAgent: string
}

/** Whom a live session belongs to. */
export interface SessionUser {
  readonly id: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly roles: readonly string[]
  readonly botIds: readonly string[] | undefined
}

export interface SessionState {
  readonly userId: string
  readonly generation: number
  readonly rotatedAt: Date
  readonly userAgent: string
  readonly live: boolean
}

export class SessionStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async liveUser(sessionId: string, now: Date): Promise<SessionUser | undefined> {
    const [row] = await this.#db.query<{
      id: string
      email: string
      first_name: string
      last_name: string
      roles: string[]
      bot_ids: string[] | null
    }>(
      `SELECT u.id, u.email, u.first_name, u.last_name, u.roles, u.bot_ids FROM {sessions} s JOIN {users} u ON u.id = s.user_id
       WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND u.active AND u.deleted_at IS NULL`,
      [sessionId, now],
    )
    return (
      row && { id: row.id, email: row.email, firstName: row.first_name, lastName: row.last_name, roles: row.roles, botIds: row.bot_ids ?? undefined }
    )
  }

  async insert(
    tx: Transaction,
    session: { id: string; userId: string; address: string; userAgent: string; at: Date; expiresAt: Date },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO {sessions} (id, user_id, rotated_at, created_at, expires_at, address, user_agent) VALUES ($1, $2, $3, $3, $4, $5, $6)`,
      [session.id, session.userId, session.at, session.expiresAt, session.address, session.userAgent],
    )
  }

  /** Takes the session from one generation to the next; the user's id when it was at that generation and alive. */
  async rotate(id: string, generation: number, seen: { at: Date; expiresAt: Date; address: string; userAgent: string }): Promise<string | undefined> {
    const [row] = await this.#db.query<{ user_id: string }>(
      `UPDATE {sessions} s SET generation = generation + 1, rotated_at = $3, expires_at = $4, address = $5, user_agent = $6
       FROM {users} u
       WHERE s.id = $1 AND s.generation = $2 AND s.revoked_at IS NULL AND s.expires_at > $3 AND u.id = s.user_id AND u.active AND u.deleted_at IS NULL
       RETURNING s.user_id`,
      [id, generation, seen.at, seen.expiresAt, seen.address, seen.userAgent],
    )
    return row?.user_id
  }

  async state(id: string, now: Date): Promise<SessionState | undefined> {
    const [row] = await this.#db.query<{ user_id: string; generation: number; rotated_at: Date; user_agent: string; live: boolean }>(
      `SELECT s.user_id, s.generation, s.rotated_at, s.user_agent, s.revoked_at IS NULL AND s.expires_at > $2 AND u.active AS live
       FROM {sessions} s JOIN {users} u ON u.id = s.user_id WHERE s.id = $1`,
      [id, now],
    )
    return row && { userId: row.user_id, generation: row.generation, rotatedAt: row.rotated_at, userAgent: row.user_agent, live: row.live }
  }

  /** Live ones, the latest used first. */
  async list(userId: string, now: Date, page: { before?: { lastSeenAt: Date; id: string } | undefined; limit: number }): Promise<Session[]> {
    const rows = await this.#db.query<{ id: string; created_at: Date; rotated_at: Date; expires_at: Date; address: string; user_agent: string }>(
      `SELECT id, created_at, rotated_at, expires_at, address, user_agent FROM {sessions}
       WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 AND ($3::timestamptz IS NULL OR (rotated_at, id) < ($3, $4::uuid))
       ORDER BY rotated_at DESC, id DESC LIMIT $5`,
      [userId, now, page.before?.lastSeenAt ?? null, page.before?.id ?? null, page.limit],
    )
    return rows.map((row) => ({
      id: row.id,
      createdAt: row.created_at.toISOString(),
      lastSeenAt: row.rotated_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      address: row.address,
      userAgent: row.user_agent,
    }))
  }

  /** False when the session is not this person's or is over already. */
  async revoke(tx: Transaction, userId: string, id: string, because: string, at: Date): Promise<boolean> {
    const rows = await tx.query(
      'UPDATE {sessions} SET revoked_at = $4, revoked_because = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL RETURNING id',
      [id, userId, because, at],
    )
    return rows.length === 1
  }

  /** The number of sessions ended; `exceptId` goes on. */
  async revokeAll(tx: Transaction, userId: string, because: string, at: Date, exceptId?: string): Promise<number> {
    const rows = await tx.query(
      `UPDATE {sessions} SET revoked_at = $3, revoked_because = $2
       WHERE user_id = $1 AND revoked_at IS NULL AND ($4::uuid IS NULL OR id <> $4) RETURNING id`,
      [userId, because, at, exceptId ?? null],
    )
    return rows.length
  }

  /** Sessions that ended long ago, in portions. */
  async purge(before: Date): Promise<void> {
    await this.#db.query(`DELETE FROM {sessions} WHERE id IN (SELECT id FROM {sessions} WHERE expires_at < $1 OR revoked_at < $1 LIMIT 5000)`, [
      before,
    ])
  }
}
