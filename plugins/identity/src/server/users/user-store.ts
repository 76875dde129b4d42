import type { PluginDatabase, Transaction } from '@parley/plugin-api'
import type { User } from '../../api/index.ts'
import { rootRole } from '../roles/role-grants.ts'

/** A user as this plugin knows it; others see `User`. */
export interface UserRow extends User {
  /** The only bots this person works with; absent: all. */
  readonly botIds?: readonly string[]
}

export interface UserFields {
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly roles: readonly string[]
  readonly botIds: readonly string[] | undefined
  readonly active: boolean
  readonly avatarUrl: string | undefined
}

export interface UserFilter {
  readonly search?: string | undefined
  readonly role?: string | undefined
  readonly active?: boolean | undefined
}

/** Where a page of the list starts: behind this person. */
export interface UserCursor {
  readonly lastName: string
  readonly firstName: string
  readonly id: string
}

interface Row {
  readonly id: string
  readonly email: string
  readonly first_name: string
  readonly last_name: string
  readonly roles: string[]
  readonly bot_ids: string[] | null
  readonly active: boolean
  readonly avatar_url: string | null
  readonly created_at: Date
}

const countLock = 7_215_502

const columns = 'id, email, first_name, last_name, roles, bot_ids, active, avatar_url, created_at'

export const toUser = (row: Row): UserRow => ({
  id: row.id,
  email: row.email,
  firstName: row.first_name,
  lastName: row.last_name,
  roles: row.roles,
  active: row.active,
  createdAt: row.created_at.toISOString(),
  ...(row.bot_ids === null ? {} : { botIds: row.bot_ids }),
  ...(row.avatar_url === null ? {} : { avatarUrl: row.avatar_url }),
})

export class UserStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async find(id: string): Promise<UserRow | undefined> {
    const [row] = await this.#db.query<Row>(`SELECT ${columns} FROM {users} WHERE id = $1 AND deleted_at IS NULL`, [id])
    return row && toUser(row)
  }

  /** Deleted people too: dialogs name them. */
  async byIds(ids: readonly string[]): Promise<UserRow[]> {
    if (ids.length === 0) return []
    return (await this.#db.query<Row>(`SELECT ${columns} FROM {users} WHERE id = ANY($1::uuid[])`, [ids])).map(toUser)
  }

  async findForSignIn(email: string): Promise<(UserRow & { readonly passwordHash: string | undefined }) | undefined> {
    const [row] = await this.#db.query<Row & { password_hash: string | null }>(
      `SELECT ${columns}, password_hash FROM {users} WHERE lower(email) = $1 AND deleted_at IS NULL`,
      [email],
    )
    return row && { ...toUser(row), passwordHash: row.password_hash ?? undefined }
  }

  async passwordHash(id: string): Promise<string | undefined> {
    const [row] = await this.#db.query<{ password_hash: string | null }>('SELECT password_hash FROM {users} WHERE id = $1 AND deleted_at IS NULL', [
      id,
    ])
    return row?.password_hash ?? undefined
  }

  async any(db: PluginDatabase = this.#db): Promise<boolean> {
    return (await db.query('SELECT 1 AS one FROM {users} LIMIT 1')).length > 0
  }

  async list(filter: UserFilter, page: { after?: UserCursor | undefined; limit: number }): Promise<UserRow[]> {
    const values: unknown[] = [page.limit]
    const conditions = ['deleted_at IS NULL']
    const value = (next: unknown): string => `$${values.push(next)}`
    if (filter.active !== undefined) conditions.push(`active = ${value(filter.active)}`)
    if (filter.role !== undefined) conditions.push(`roles @> ARRAY[${value(filter.role)}::text]`)
    for (const word of (filter.search ?? '').split(/\s+/).filter((part) => part !== '')) {
      const pattern = value(`%${word.replace(/[\\%_]/g, '\\$&')}%`)
      conditions.push(`(first_name ILIKE ${pattern} OR last_name ILIKE ${pattern} OR email ILIKE ${pattern})`)
    }
    if (page.after !== undefined) {
      const { lastName, firstName, id } = page.after
      conditions.push(`(last_name, first_name, id) > (${value(lastName)}, ${value(firstName)}, ${value(id)}::uuid)`)
    }
    const rows = await this.#db.query<Row>(
      `SELECT ${columns} FROM {users} WHERE ${conditions.join(' AND ')} ORDER BY last_name, first_name, id LIMIT $1`,
      values,
    )
    return rows.map(toUser)
  }

  /** The row, locked until the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<UserRow | undefined> {
    const [row] = await tx.query<Row>(`SELECT ${columns} FROM {users} WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`, [id])
    return row && toUser(row)
  }

  async countActive(db: PluginDatabase = this.#db): Promise<number> {
    const [row] = await db.query<{ count: number }>('SELECT count(*)::int AS count FROM {users} WHERE active AND deleted_at IS NULL')
    return row!.count
  }

  /** The same, and until the transaction ends nobody else counts: two who add the last one wait for one another. */
  async lockActiveCount(tx: Transaction): Promise<number> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [countLock])
    return this.countActive(tx)
  }

  /** Active people with the role Root, locked, so that two who remove each other's role wait for one another. */
  async lockRoots(tx: Transaction): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      'SELECT id FROM {users} WHERE active AND deleted_at IS NULL AND roles @> ARRAY[$1::text] ORDER BY id FOR UPDATE',
      [rootRole],
    )
    return rows.map(({ id }) => id)
  }

  /** False when somebody has the address already. */
  async insert(tx: Transaction, user: UserFields & { id: string; passwordHash: string | undefined; at: Date }): Promise<boolean> {
    const rows = await tx.query(
      `INSERT INTO {users} (id, email, first_name, last_name, roles, bot_ids, active, avatar_url, password_hash, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
       ON CONFLICT (lower(email)) WHERE deleted_at IS NULL DO NOTHING RETURNING id`,
      [
        user.id,
        user.email,
        user.firstName,
        user.lastName,
        user.roles,
        user.botIds ?? null,
        user.active,
        user.avatarUrl ?? null,
        user.passwordHash ?? null,
        user.at,
      ],
    )
    return rows.length === 1
  }

  async emailTaken(tx: Transaction, email: string, by: string): Promise<boolean> {
    return (await tx.query('SELECT 1 AS one FROM {users} WHERE lower(email) = $1 AND id <> $2 AND deleted_at IS NULL', [email, by])).length > 0
  }

  async save(tx: Transaction, id: string, user: UserFields, at: Date): Promise<void> {
    await tx.query(
      `UPDATE {users} SET email = $2, first_name = $3, last_name = $4, roles = $5, bot_ids = $6, active = $7, avatar_url = $8, updated_at = $9
       WHERE id = $1`,
      [id, user.email, user.firstName, user.lastName, user.roles, user.botIds ?? null, user.active, user.avatarUrl ?? null, at],
    )
  }

  async setPassword(tx: Transaction, id: string, passwordHash: string, at: Date): Promise<void> {
    await tx.query('UPDATE {users} SET password_hash = $2, updated_at = $3 WHERE id = $1', [id, passwordHash, at])
  }

  async markDeleted(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.query('UPDATE {users} SET active = false, deleted_at = $2, password_hash = NULL, roles = $3 WHERE id = $1', [id, at, []])
  }

  /** For demonstration data only: the row itself goes. */
  async erase(tx: Transaction, ids: readonly string[]): Promise<void> {
    await tx.query('DELETE FROM {users} WHERE id = ANY($1::uuid[])', [ids])
  }
}
