import { ParleyError, type PluginDatabase, type Within } from '@parley/plugin-api'
import type { AccountHealth } from '../../api/index.ts'
import { languagesFor, languagesOf, textOf } from '../words.ts'

export interface AccountRow {
  readonly id: string
  readonly botId: string
  readonly channel: string
  readonly title: string
  /** Secrets sealed. */
  readonly config: Readonly<Record<string, unknown>>
  /** Sealed. */
  readonly secret: string
  readonly active: boolean
  readonly botActive: boolean
  readonly health: AccountHealth
  readonly version: number
  readonly createdAt: Date
}

export type AccountChange = Partial<Pick<AccountRow, 'title' | 'config' | 'active'>>

const select = `
  SELECT a.*, b.active AS bot_active FROM {accounts} a JOIN {bots} b ON b.id = a.bot_id`

export class AccountStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async get(id: string): Promise<AccountRow | undefined> {
    const [row] = await this.#db.query(`${select} WHERE a.id = $1`, [id])
    return row && asAccount(row)
  }

  async list(filter: { readonly botId?: string | undefined; readonly channel?: string | undefined } = {}): Promise<AccountRow[]> {
    const rows = await this.#db.query(
      `${select} WHERE ($1::uuid IS NULL OR a.bot_id = $1) AND ($2::text IS NULL OR a.channel = $2) ORDER BY a.created_at, a.id`,
      [filter.botId ?? null, filter.channel ?? null],
    )
    return rows.map(asAccount)
  }

  async insert(account: Omit<AccountRow, 'botActive' | 'health' | 'version'>, within?: Within): Promise<void> {
    await this.#db.write(
      {
        text: `INSERT INTO {accounts} (id, bot_id, channel, title, config, secret, active, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
        values: [
          account.id,
          account.botId,
          account.channel,
          account.title,
          JSON.stringify(account.config),
          account.secret,
          account.active,
          account.createdAt,
        ],
      },
      within,
    )
  }

  /** Throws `stale_write` when the account is no longer of the version that was read. */
  async update(id: string, version: number, change: AccountChange, now: Date, within?: Within): Promise<void> {
    await this.#db.write(
      {
        text: `
          UPDATE {accounts} SET title = COALESCE($3, title), config = COALESCE($4::jsonb, config), active = COALESCE($5, active),
            credentials_end_at = CASE WHEN $4::jsonb IS NULL THEN credentials_end_at END, version = version + 1, updated_at = $6
          WHERE id = $1 AND version = $2`,
        values: [id, version, change.title ?? null, change.config === undefined ? null : JSON.stringify(change.config), change.active ?? null, now],
        expect: 1,
      },
      within,
    )
  }

  /** Refused with `conflict` while there are conversations: their history would lose its channel. */
  async remove(id: string, within?: Within): Promise<void> {
    const [used] = await this.#db.query('SELECT 1 FROM {conversations} WHERE account_id = $1 LIMIT 1', [id])
    if (used !== undefined) {
      throw new ParleyError('conflict', 'The channel has conversations, so it cannot be deleted. Switch it off instead; its history stays.')
    }
    await this.#db.write({ text: 'DELETE FROM {accounts} WHERE id = $1', values: [id], expect: 1 }, within)
  }

  /** Accounts that work and whose credentials are known to end. */
  async ends(): Promise<{ readonly id: string; readonly channel: string; readonly title: string; readonly endAt: Date }[]> {
    const rows = await this.#db.query<{ id: string; channel: string; title: string; credentials_end_at: Date }>(
      `SELECT a.id, a.channel, a.title, a.credentials_end_at FROM {accounts} a JOIN {bots} b ON b.id = a.bot_id
       WHERE a.credentials_end_at IS NOT NULL AND a.active AND b.active`,
    )
    return rows.map(({ credentials_end_at: endAt, ...row }) => ({ ...row, endAt }))
  }

  /** How many accounts of these channels work. */
  async working(channels: readonly string[]): Promise<number> {
    const [row] = await this.#db.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM {accounts} a JOIN {bots} b ON b.id = a.bot_id WHERE a.active AND b.active AND a.channel = ANY($1)',
      [channels],
    )
    return row!.n
  }

  /** The working account that was not seen for the longest time, and not since the given moment of its state. */
  async longestUnseen(channels: readonly string[], before: { readonly ok: Date; readonly other: Date }): Promise<string | undefined> {
    const [row] = await this.#db.query<{ id: string }>(
      `SELECT a.id FROM {accounts} a JOIN {bots} b ON b.id = a.bot_id
       WHERE a.active AND b.active AND a.channel = ANY($1)
         AND COALESCE(a.health_at, a.created_at) <= CASE WHEN a.health_state IN ('broken', 'warning') THEN $3::timestamptz ELSE $2::timestamptz END
       ORDER BY COALESCE(a.health_at, a.created_at), a.id LIMIT 1`,
      [channels, before.ok, before.other],
    )
    return row?.id
  }

  /** The channel of the account, when its health is not what it was. What was seen of another `version` says nothing of this one. */
  async setHealth(id: string, health: AccountHealth, now: Date, version?: number): Promise<string | undefined> {
    const languages = languagesOf(health.text)
    const [row] = await this.#db.query<{ changed: boolean; channel: string }>(
      `UPDATE {accounts} AS a SET health_state = $2, health_text = $3, health_identity = COALESCE($4::jsonb, a.health_identity), health_at = $5,
         credentials_end_at = COALESCE($6::timestamptz, a.credentials_end_at), health_words = $8::jsonb
       FROM {accounts} AS b
       WHERE a.id = $1 AND b.id = a.id AND a.version = COALESCE($7, a.version) AND (a.health_state <> $2 OR a.health_text <> $3
         OR a.health_words IS DISTINCT FROM $8::jsonb OR a.health_at IS NULL OR a.health_at < $5::timestamptz - interval '1 minute'
         OR a.credentials_end_at IS DISTINCT FROM COALESCE($6::timestamptz, a.credentials_end_at))
       RETURNING b.health_state <> $2 AS changed, b.channel`,
      [
        id,
        health.state,
        textOf(health.text),
        health.identity === undefined ? null : JSON.stringify(health.identity),
        now,
        health.credentialsEndAt ?? null,
        version ?? null,
        languages === undefined ? null : JSON.stringify(languages),
      ],
    )
    return row?.changed === true ? row.channel : undefined
  }
}

const asAccount = (row: Record<string, any>): AccountRow => ({
  id: row.id,
  botId: row.bot_id,
  channel: row.channel,
  title: row.title,
  config: row.config,
  secret: row.secret,
  active: row.active,
  botActive: row.bot_active,
  health: {
    state: row.health_state,
    text: languagesFor(row.health_text, row.health_words) ?? row.health_text,
    ...(row.health_identity === null ? {} : { identity: row.health_identity }),
    ...(row.credentials_end_at === null ? {} : { credentialsEndAt: row.credentials_end_at.toISOString() }),
    ...(row.health_at === null ? {} : { at: row.health_at.toISOString() }),
  },
  version: row.version,
  createdAt: row.created_at,
})
