import type { PluginDatabase, Transaction } from '@parley/plugin-api'

export interface ApiKey {
  readonly id: string
  readonly userId: string
  readonly name: string
  readonly prefix: string
  readonly permissions: readonly string[]
  readonly createdAt: string
  readonly expiresAt?: string
  readonly lastUsedAt?: string
  readonly owner: { readonly name: string; readonly active: boolean }
}

export interface LiveApiKey {
  readonly id: string
  readonly name: string
  readonly permissions: readonly string[]
  readonly owner: { readonly roles: readonly string[]; readonly botIds?: readonly string[] | undefined }
}

interface Row {
  readonly id: string
  readonly user_id: string
  readonly name: string
  readonly prefix: string
  readonly permissions: string[]
  readonly created_at: Date
  readonly expires_at: Date | null
  readonly last_used_at: Date | null
  readonly owner_name: string
  readonly owner_active: boolean
}

const columns = `k.id, k.user_id, k.name, k.prefix, k.permissions, k.created_at, k.expires_at, k.last_used_at,
  trim(u.first_name || ' ' || u.last_name) AS owner_name, u.active AS owner_active`

const toKey = (row: Row): ApiKey => ({
  id: row.id,
  userId: row.user_id,
  name: row.name,
  prefix: row.prefix,
  permissions: row.permissions,
  createdAt: row.created_at.toISOString(),
  ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.toISOString() }),
  ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at.toISOString() }),
  owner: { name: row.owner_name, active: row.owner_active },
})

export class ApiKeyStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /** The key and its owner's roles; notes the use at most once a minute, so that reading stays reading. */
  async findLive(hash: string, now: Date): Promise<LiveApiKey | undefined> {
    const [row] = await this.#db.query<{
      id: string
      name: string
      permissions: string[]
      roles: string[]
      bot_ids: string[] | null
      note_use: boolean
    }>(
      `SELECT k.id, k.name, k.permissions, u.roles, u.bot_ids,
         k.last_used_at IS NULL OR k.last_used_at < $2::timestamptz - interval '1 minute' AS note_use
       FROM {api_keys} k JOIN {users} u ON u.id = k.user_id
       WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) AND u.active AND u.deleted_at IS NULL`,
      [hash, now],
    )
    if (row === undefined) return undefined
    if (row.note_use) await this.#db.query('UPDATE {api_keys} SET last_used_at = $2 WHERE id = $1', [row.id, now])
    return { id: row.id, name: row.name, permissions: row.permissions, owner: { roles: row.roles, botIds: row.bot_ids ?? undefined } }
  }

  async insert(
    tx: Transaction,
    key: {
      id: string
      userId: string
      name: string
      hash: string
      prefix: string
      permissions: readonly string[]
      at: Date
      expiresAt: Date | undefined
    },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO {api_keys} (id, user_id, name, hash, prefix, permissions, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [key.id, key.userId, key.name, key.hash, key.prefix, key.permissions, key.at, key.expiresAt ?? null],
    )
  }

  /** Newest first; `ownerId` absent: everybody's. */
  async list(filter: { ownerId?: string | undefined; before?: { createdAt: Date; id: string } | undefined; limit: number }): Promise<ApiKey[]> {
    const rows = await this.#db.query<Row>(
      `SELECT ${columns} FROM {api_keys} k JOIN {users} u ON u.id = k.user_id
       WHERE k.revoked_at IS NULL AND ($1::uuid IS NULL OR k.user_id = $1) AND ($2::timestamptz IS NULL OR (k.created_at, k.id) < ($2, $3::uuid))
       ORDER BY k.created_at DESC, k.id DESC LIMIT $4`,
      [filter.ownerId ?? null, filter.before?.createdAt ?? null, filter.before?.id ?? null, filter.limit],
    )
    return rows.map(toKey)
  }

  async find(id: string): Promise<ApiKey | undefined> {
    const [row] = await this.#db.query<Row>(
      `SELECT ${columns} FROM {api_keys} k JOIN {users} u ON u.id = k.user_id WHERE k.id = $1 AND k.revoked_at IS NULL`,
      [id],
    )
    return row && toKey(row)
  }

  async revoke(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.query('UPDATE {api_keys} SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL', [id, at])
  }
}
