import type { PluginDatabase, Transaction } from '@parley/plugin-api'
import type { Waiting } from './choose-operator.ts'

export interface WaitingRequest extends Waiting {
  readonly conversationId: string
  readonly weight: number
  readonly createdAt: string
  readonly mayWait: boolean
  readonly keepBot: boolean
  readonly waitId: string | undefined
  readonly explained: boolean
}

interface WaitingRow {
  id: string
  conversation_id: string
  channel: string
  topic_id: string | null
  weight: number
  created_text: string
  may_wait: boolean
  keep_bot: boolean
  wait_id: string | null
  explained: boolean
}

const columns = `id, conversation_id, channel, topic_id, weight, created_at::text AS created_text, may_wait, keep_bot, wait_id,
  explained_at IS NOT NULL AND explained_at > queued_at - interval '1 second' AS explained`

/** Requests that wait for distribution, in the order of the queue. Rows somebody is taking by hand at this moment are left out. */
export class WaitingStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async anyWaiting(): Promise<boolean> {
    return (await this.#db.query(`SELECT 1 AS one FROM {requests} WHERE state = 'queued' AND auto_connect LIMIT 1`)).length > 0
  }

  async page(after: WaitingRequest | undefined, limit: number, tx: Transaction): Promise<WaitingRequest[]> {
    const position = after === undefined ? 'true' : '(weight < $2 OR (weight = $2 AND (created_at, id) > ($3::timestamptz, $4::uuid)))'
    const rows = await tx.query<WaitingRow>(
      `SELECT ${columns} FROM {requests} WHERE state = 'queued' AND auto_connect AND ${position}
       ORDER BY weight DESC, created_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      after === undefined ? [limit] : [limit, after.weight, after.createdAt, after.id],
    )
    return rows.map(toWaiting)
  }

  /** Those that cannot wait: without a free operator they leave by `limit`. */
  async impatient(limit: number, tx: Transaction): Promise<WaitingRequest[]> {
    const rows = await tx.query<WaitingRow>(
      `SELECT ${columns} FROM {requests} WHERE state = 'queued' AND auto_connect AND NOT may_wait ORDER BY created_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit],
    )
    return rows.map(toWaiting)
  }

  async assign(assignments: readonly { requestId: string; userId: string }[], at: Date, tx: Transaction): Promise<void> {
    await tx.query(
      `UPDATE {requests} r SET state = 'open', assignee_id = a.user_id, assigned_at = $3, version = version + 1
       FROM unnest($1::uuid[], $2::uuid[]) AS a (request_id, user_id) WHERE r.id = a.request_id`,
      [assignments.map((a) => a.requestId), assignments.map((a) => a.userId), at],
    )
  }

  async turnAway(requestIds: readonly string[], at: Date, tx: Transaction): Promise<void> {
    await tx.query(`UPDATE {requests} SET state = 'closed', closed_at = $2, waiting_since = NULL, version = version + 1 WHERE id = ANY($1::uuid[])`, [
      requestIds,
      at,
    ])
  }

  async explained(requestIds: readonly string[], at: Date, tx: Transaction): Promise<void> {
    await tx.query('UPDATE {requests} SET explained_at = $2 WHERE id = ANY($1::uuid[])', [requestIds, at])
  }
}

const toWaiting = (row: WaitingRow): WaitingRequest => ({
  id: row.id,
  conversationId: row.conversation_id,
  channel: row.channel,
  topicId: row.topic_id ?? undefined,
  weight: row.weight,
  createdAt: row.created_text,
  mayWait: row.may_wait,
  keepBot: row.keep_bot,
  waitId: row.wait_id ?? undefined,
  explained: row.explained,
})
