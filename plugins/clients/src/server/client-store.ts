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

export type Identity = Parameters<Clients['identify']>[0]
export type Identified = Awaited<ReturnType<Clients['identify']>>

/** A chat, with the ids that its client and its identity get when it is new. */
interface Wanted {
  readonly chat: Identity
  readonly clientId: string
  readonly identityId: string
}

// The identity first: only who gets it gets a client. Its reference to the client is checked at the end of the statement.
const identifyText = `
  WITH wanted AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
      $12::text[], $13::text[])
      AS w(id, client_id, account_id, channel, chat_id, sender_id, username, first_name, last_name, phone, email, language, avatar_url)
  ), made AS (
    INSERT INTO {identities} (id, client_id, account_id, channel, chat_id, sender_id, username)
    SELECT id, client_id, account_id, channel, chat_id, sender_id, username FROM wanted
    ON CONFLICT (account_id, chat_id) DO NOTHING RETURNING id
  ), person AS (
    INSERT INTO {clients} (id, first_name, last_name, phone, email, language, avatar_url)
    SELECT client_id, first_name, last_name, phone, email, language, avatar_url FROM wanted JOIN made USING (id)
  )
  SELECT id FROM made`

/** In the order of the columns. */
const columnsOf = (wanted: readonly Wanted[]): unknown[] => {
  const column = (read: (each: Wanted) => string | undefined): (string | null)[] => wanted.map((each) => read(each) ?? null)
  return [
    column((w) => w.identityId),
    column((w) => w.clientId),
    column((w) => w.chat.accountId),
    column((w) => w.chat.channel),
    column((w) => w.chat.chatId),
    column((w) => w.chat.sender.id),
    column((w) => w.chat.sender.username),
    column((w) => w.chat.sender.firstName),
    column((w) => w.chat.sender.lastName),
    column((w) => w.chat.sender.phone),
    column((w) => w.chat.sender.email),
    column((w) => w.chat.sender.language),
    column((w) => w.chat.sender.avatarUrl),
  ]
}

const keyOf = ({ accountId, chatId }: Pick<Identity, 'accountId' | 'chatId'>): string => `${accountId} ${chatId}`

export interface ClientPage {
  readonly clients: Client[]
  readonly cursor?: string
}

export class ClientStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /**
   * The identities of chats, each made with its client when absent. Those that come at once meet in the unique key: the later one takes the earlier one's.
   * Answers in the order of the chats.
   */
  async identify(chats: readonly Identity[], within?: Transaction): Promise<Identified[]> {
    const db = within ?? this.#db
    const wanted: Wanted[] = chats.map((chat) => ({ chat, clientId: randomUUID(), identityId: randomUUID() }))
    // in one order, so that two statements never wait for each other crosswise
    const ordered = wanted.toSorted((a, b) => Number(keyOf(a.chat) > keyOf(b.chat)) - Number(keyOf(a.chat) < keyOf(b.chat)))
    const made = new Set((await db.query<{ id: string }>(identifyText, columnsOf(ordered))).map(({ id }) => id))
    const others = wanted.filter(({ identityId }) => !made.has(identityId))
    const known = others.length === 0 ? undefined : await this.#known(others, db)
    return await Promise.all(
      wanted.map(async ({ chat, clientId, identityId }) => {
        if (made.has(identityId)) return { clientId, identityId, created: true }
        // whose client was removed at this moment is new again
        return known?.get(keyOf(chat)) ?? (await this.identify([chat], within))[0]!
      }),
    )
  }

  /** Read after somebody else's identities were met, so they are committed. */
  async #known(wanted: readonly Wanted[], db: Pick<PluginDatabase, 'query'>): Promise<ReadonlyMap<string, Identified>> {
    // the condition on the place says nothing, but lets the planner expect one row and look it up
    const rows = await db.query<{ id: string; client_id: string; account_id: string; chat_id: string }>(
      `SELECT i.id, i.client_id, w.account_id, w.chat_id FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w(account_id, chat_id, place)
       JOIN {identities} i ON i.account_id = w.account_id::uuid AND i.chat_id = w.chat_id WHERE sign(w.place) = 1`,
      [wanted.map(({ chat }) => chat.accountId), wanted.map(({ chat }) => chat.chatId)],
    )
    return new Map(
      rows.map((row) => [keyOf({ accountId: row.account_id, chatId: row.chat_id }), { clientId: row.client_id, identityId: row.id, created: false }]),
    )
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
