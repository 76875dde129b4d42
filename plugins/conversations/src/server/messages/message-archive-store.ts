import type { Audit, PluginDatabase } from '@parley/plugin-api'
import { monthStart, type Month } from './months.ts'

/** Of the table of messages, read in one step: two megabytes, some thousands of messages. */
const pagesAtOnce = 256

const columns = `id, conversation_id, number, direction, state, author_kind, author_id, author_name, content, reason, client_key, external_id,
  created_at, provider_at, reason_words`
const monthOfRow = (row: string): string => `to_char(${row}.created_at AT TIME ZONE 'UTC', 'YYYY-MM')`
// by where they lie: the table is read once from its beginning to its end, without an index that every message would have to keep up
const old = 'm.ctid >= $1::tid AND m.ctid < $2::tid AND m.created_at < $3'

/** What waits is worked off before its dialog is archived, and a dialog is not torn apart. */
const move = `
  WITH moved AS (
    DELETE FROM {messages} m WHERE ${old}
      AND NOT EXISTS (SELECT FROM {items} i WHERE i.conversation_id = m.conversation_id)
      AND NOT EXISTS (SELECT FROM {deliveries} d WHERE d.conversation_id = m.conversation_id)
      AND NOT EXISTS (SELECT FROM {media_fetches} f WHERE f.message_id = m.id)
    RETURNING ${columns.replaceAll(/\w+/g, 'm.$&')}
  ), kept AS (
    INSERT INTO {message_archive} (${columns}) SELECT ${columns} FROM moved RETURNING created_at
  ), counted AS (
    UPDATE {archived_months} a SET messages = a.messages + n.messages
    FROM (SELECT ${monthOfRow('k')} AS month, count(*) AS messages FROM kept k GROUP BY 1) n WHERE a.month = n.month
  )
  SELECT count(*)::int AS moved FROM kept`

const partitionOf = (month: Month): string => `{message_archive_${month.replace('-', '_')}}`
/** Whoever waits for a lock on the archive makes its readers wait too. */
const briefly = `SET LOCAL lock_timeout = '5s'`

/** Past months of messages, a partition each: what is older is moved there, and goes as a whole. */
export class MessageArchiveStore {
  readonly #db: PluginDatabase
  readonly #audit: Audit

  constructor({ db, audit }: { db: PluginDatabase; audit: Audit }) {
    this.#db = db
    this.#audit = audit
  }

  /** Moves messages of the months before this one; answers how many. */
  async moveBefore(month: Month, signal: AbortSignal): Promise<number> {
    const [size] = await this.#db.query<{ pages: number }>(
      "SELECT (pg_relation_size(tableoid::regclass) / current_setting('block_size')::int)::int AS pages FROM {messages} LIMIT 1",
    )
    let moved = 0
    for (let page = 0; page < (size?.pages ?? 0) && !signal.aborted; page += pagesAtOnce) {
      const values = [`(${page},0)`, `(${page + pagesAtOnce},0)`, monthStart(month)]
      const found = await this.#db.query<{ month: Month }>(`SELECT DISTINCT ${monthOfRow('m')} AS month FROM {messages} m WHERE ${old}`, values)
      if (found.length === 0) continue
      await this.#open(found.map((row) => row.month))
      moved += (await this.#db.query<{ moved: number }>(move, values))[0]!.moved
    }
    return moved
  }

  /** Deletes the archived months before this one. */
  async dropBefore(month: Month): Promise<readonly Month[]> {
    const rows = await this.#db.query<{ month: Month; messages: string }>(
      'SELECT month, messages FROM {archived_months} WHERE month < $1 ORDER BY month',
      [month],
    )
    for (const one of rows) {
      await this.#db.transaction(async (tx) => {
        await tx.query(briefly)
        await tx.query(`DROP TABLE IF EXISTS ${partitionOf(one.month)}`)
        await tx.query('DELETE FROM {archived_months} WHERE month = $1', [one.month])
        const before = { messages: Number(one.messages) }
        await this.#audit.record({ action: 'message-archive.delete', object: { type: 'message-archive', id: one.month }, before }, { within: tx })
      })
    }
    return rows.map((row) => row.month)
  }

  async #open(months: readonly Month[]): Promise<void> {
    const known = await this.#db.query<{ month: Month }>('SELECT month FROM {archived_months} WHERE month = ANY($1::text[])', [months])
    for (const month of months.filter((one) => !known.some((row) => row.month === one))) {
      await this.#db.transaction(async (tx) => {
        await tx.query(briefly)
        const [from, to] = [monthStart(month), monthStart(month, 1)].map((moment) => `'${moment.toISOString()}'`)
        await tx.query(`CREATE TABLE ${partitionOf(month)} PARTITION OF {message_archive} FOR VALUES FROM (${from}) TO (${to})`)
        await tx.query('INSERT INTO {archived_months} (month) VALUES ($1)', [month])
      })
    }
  }
}
