import { randomUUID } from 'node:crypto'
import { ParleyError, type PluginDatabase, type Transaction, type Within } from '@parley/plugin-api'
import { z } from 'zod'
import type { Client, ClientIdentity, Clients } from '../api/index.ts'
import type { FieldChanges } from './field-changes.ts'

interface ClientRow {
  id: string
  first_name: string | null
  last_name: string | null
  patronymic: string | null
  phone: string | null
  email: string | null
  language: string | null
  avatar_url: string | null
  tags: string[]
  extra: Record<string, unknown>
  created_at: Date
  version: number
}

interface IdentityRow {
  id: string
  client_id: string
  account_id: string
  channel: string
  chat_id: string
  username: string | null
  blocked: boolean
}

type Identity = Parameters<Clients['identify']>[0]

export interface ClientPage {
  readonly clients: Client[]
  readonly cursor?: string
}

export class ClientStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /** The identity of a chat, made with its client when absent. Two that come at once meet in the unique key: the later one takes the earlier one's. */
  async identify(identity: Identity, tx: Transaction): Promise<{ clientId: string; identityId: string; created: boolean }> {
    const found = await this.#identity(identity, tx)
    if (found !== undefined) return { ...found, created: false }
    const { accountId, channel, chatId, sender } = identity
    const [clientId, identityId] = [randomUUID(), randomUUID()]
    await tx.query('INSERT INTO {clients} (id, first_name, last_name, phone, email, language, avatar_url) VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      clientId,
      sender.firstName ?? null,
      sender.lastName ?? null,
      sender.phone ?? null,
      sender.email ?? null,
      sender.language ?? null,
      sender.avatarUrl ?? null,
    ])
    const inserted = await tx.query(
      `INSERT INTO {identities} (id, client_id, account_id, channel, chat_id, sender_id, username) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (account_id, chat_id) DO NOTHING RETURNING id`,
      [identityId, clientId, accountId, channel, chatId, sender.id, sender.username ?? null],
    )
    if (inserted.length > 0) return { clientId, identityId, created: true }
    await tx.query('DELETE FROM {clients} WHERE id = $1', [clientId])
    return { ...(await this.#identity(identity, tx))!, created: false }
  }

  async get(id: string, within?: Transaction): Promise<Client | undefined> {
    const [row] = await (within ?? this.#db).query<ClientRow>('SELECT * FROM {clients} WHERE id = $1', [id])
    return row && toClient(row)
  }

  async identities(clientId: string): Promise<ClientIdentity[]> {
    const rows = await this.#db.query<IdentityRow>('SELECT * FROM {identities} WHERE client_id = $1 ORDER BY created_at, id', [clientId])
    return rows.map((row) => ({
      id: row.id,
      channel: row.channel,
      accountId: row.account_id,
      chatId: row.chat_id,
      blocked: row.blocked,
      ...(row.username === null ? {} : { username: row.username }),
    }))
  }

  /** With the history of what changed. `version`: the one the change started from. */
  async change(
    id: string,
    changes: FieldChanges,
    options: { within?: Within; version?: number; actor?: string; tags?: readonly string[] },
  ): Promise<void> {
    const values: unknown[] = [id, JSON.stringify(changes.extra), changes.cleared]
    const columns = [...changes.standard].map(([column, value]) => {
      values.push(value ?? null)
      return `${column} = $${values.length}`
    })
    if (options.tags !== undefined) {
      values.push(options.tags)
      columns.push(`tags = $${values.length}::text[]`)
    }
    if (options.version !== undefined) values.push(options.version)
    const where = options.version === undefined ? '' : ` AND version = $${values.length}`
    const within = options.within ?? this.#db.batch()
    await this.#db.write(
      {
        text: `UPDATE {clients} SET ${[...columns, 'extra = (extra || $2::jsonb) - $3::text[]', 'version = version + 1', 'updated_at = now()'].join(', ')}
          WHERE id = $1${where}`,
        values,
        expect: 1,
      },
      within,
    )
    const changed = { ...Object.fromEntries([...changes.standard].map(([key, value]) => [key, value ?? ''])), ...changes.extra }
    await this.#db.write(
      {
        text: 'INSERT INTO {client_history} (client_id, actor, changes) VALUES ($1, $2, $3)',
        values: [id, options.actor ?? null, JSON.stringify(changed)],
      },
      within,
    )
    if (options.within === undefined && within.kind === 'batch') await within.commit()
  }

  async setBlocked(identityId: string, blocked: boolean, within?: Within): Promise<void> {
    await this.#db.write({ text: 'UPDATE {identities} SET blocked = $2 WHERE id = $1', values: [identityId, blocked] }, within)
  }

  async history(clientId: string): Promise<{ at: string; actor: string | undefined; changes: Record<string, unknown> }[]> {
    const rows = await this.#db.query<{ at: Date; actor: string | null; changes: Record<string, unknown> }>(
      'SELECT at, actor, changes FROM {client_history} WHERE client_id = $1 ORDER BY id DESC LIMIT 100',
      [clientId],
    )
    return rows.map((row) => ({ at: row.at.toISOString(), actor: row.actor ?? undefined, changes: row.changes }))
  }

  async page(query: { search?: string; cursor?: string; limit: number }): Promise<ClientPage> {
    const values: unknown[] = [query.limit + 1]
    const where = ['true']
    if (query.search !== undefined && query.search.trim() !== '') {
      values.push(`%${query.search.trim().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`)
      where.push(`(concat_ws(' ', first_name, last_name) ILIKE $2 OR phone ILIKE $2 OR email ILIKE $2)`)
    }
    if (query.cursor !== undefined) {
      const [at, id] = readCursor(query.cursor)
      values.push(at, id)
      where.push(`(created_at, id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`)
    }
    const rows = await this.#db.query<ClientRow & { at: string }>(
      `SELECT *, to_json(created_at) #>> '{}' AS at FROM {clients} WHERE ${where.join(' AND ')} ORDER BY created_at DESC, id DESC LIMIT $1`,
      values,
    )
    const last = rows[query.limit - 1]
    return {
      clients: rows.slice(0, query.limit).map(toClient),
      ...(rows.length > query.limit && last !== undefined ? { cursor: Buffer.from(JSON.stringify([last.at, last.id])).toString('base64url') } : {}),
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#db.query('DELETE FROM {clients} WHERE id = ANY($1::uuid[])', [ids])
  }

  async #identity({ accountId, chatId }: Identity, tx: Transaction): Promise<{ clientId: string; identityId: string } | undefined> {
    const [row] = await tx.query<IdentityRow>('SELECT * FROM {identities} WHERE account_id = $1 AND chat_id = $2', [accountId, chatId])
    return row && { clientId: row.client_id, identityId: row.id }
  }
}

const toClient = (row: ClientRow): Client => ({
  id: row.id,
  tags: row.tags,
  extra: row.extra,
  createdAt: row.created_at.toISOString(),
  version: row.version,
  ...given({
    firstName: row.first_name,
    lastName: row.last_name,
    patronymic: row.patronymic,
    phone: row.phone,
    email: row.email,
    language: row.language,
    avatarUrl: row.avatar_url,
  }),
})

const given = <T extends Record<string, string | null>>(fields: T): { [K in keyof T]?: string } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as { [K in keyof T]?: string }

const cursorKeys = z.tuple([z.iso.datetime({ offset: true }), z.uuid()])

const readCursor = (cursor: string): [string, string] => {
  try {
    return cursorKeys.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (cause) {
    throw new ParleyError('invalid_input', 'The cursor is not one that this list gave. Load the first page again.', { cause })
  }
}
