import { ParleyError, type PluginDatabase, type Transaction, type Within } from '@parley/plugin-api'
import type { OpenRequest } from '../api/index.ts'
import { requestColumns, requestJoins, toRecord, type BotStep, type RequestRecord, type RequestRow } from './request-row.ts'

/** Text of a list row; the dialog has the whole. */
const previewLength = 200

export class RequestStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /** Inserts unless the conversation already has an open request: then nothing is written. */
  async open(
    id: string,
    request: OpenRequest & { clientName: string; topicId: string | undefined; keepBot: boolean; lastText: string; botSteps: readonly BotStep[] },
    at: Date,
    within?: Within,
  ): Promise<void> {
    const assigned = request.assigneeId !== undefined
    const queued = !assigned && (request.queue || request.autoConnect)
    await this.#db.write(
      {
        text: `INSERT INTO {requests} (id, state, bot_id, conversation_id, channel, client_id, client_name, topic_id, weight, auto_connect, may_wait,
            keep_bot, wait_id, closed_alias, event_webhook_url, text_to_operator, created_at, last_at, queued_at, waiting_since, bot_steps, assignee_id, assigned_at,
            last_text, last_author)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18, $17, $19, $20, $21, $22, CASE WHEN $22 <> '' THEN 'client' END)
          ON CONFLICT (conversation_id) WHERE state <> 'closed' DO NOTHING`,
        values: [
          id,
          assigned ? 'open' : queued ? 'queued' : 'new',
          request.botId,
          request.conversationId,
          request.channel,
          request.clientId,
          request.clientName,
          request.topicId ?? null,
          request.weight ?? 0,
          request.autoConnect,
          request.queue,
          request.keepBot,
          request.waitId ?? null,
          request.closedAlias ?? null,
          request.eventWebhookUrl ?? null,
          request.textToOperator ?? null,
          at,
          queued ? at : null,
          JSON.stringify(request.botSteps),
          request.assigneeId ?? null,
          assigned ? at : null,
          request.lastText,
        ],
      },
      within,
    )
  }

  async get(id: string, tx?: Transaction): Promise<RequestRecord | undefined> {
    return this.#one('r.id = $1', [id], tx)
  }

  async openOf(conversationId: string): Promise<RequestRecord | undefined> {
    return this.#one(`r.conversation_id = $1 AND r.state <> 'closed'`, [conversationId])
  }

  /** Locks the row until the transaction ends, so that two operators cannot both take it. */
  async lock(id: string, tx: Transaction): Promise<RequestRecord> {
    await tx.query('SELECT 1 FROM {requests} WHERE id = $1 FOR UPDATE', [id])
    const record = await this.get(id, tx)
    if (record === undefined) throw new ParleyError('not_found', 'This request does not exist. It may have been removed; refresh the list.')
    return record
  }

  /** Gives the request to an operator. */
  async assign(id: string, userId: string, at: Date, tx: Transaction): Promise<void> {
    await tx.query(
      `UPDATE {requests} SET state = 'open', assignee_id = $2, assigned_at = $3, version = version + 1 WHERE id = $1 AND state <> 'closed'`,
      [id, userId, at],
    )
  }

  async putBack(id: string, state: 'new' | 'queued', topicId: string | undefined, at: Date, tx: Transaction): Promise<void> {
    await tx.query(
      `UPDATE {requests} SET state = $2, assignee_id = NULL, topic_id = coalesce($3, topic_id), auto_connect = ($2 = 'queued'), may_wait = true,
        queued_at = $4, version = version + 1 WHERE id = $1 AND state <> 'closed'`,
      [id, state, topicId ?? null, at],
    )
  }

  async setTopic(id: string, topicId: string | undefined, tx: Transaction): Promise<void> {
    await tx.query('UPDATE {requests} SET topic_id = $2, version = version + 1 WHERE id = $1', [id, topicId ?? null])
  }

  async close(id: string, closing: { by?: string; statusId?: string; comment?: string; at: Date }, tx: Transaction): Promise<void> {
    await tx.query(
      `UPDATE {requests} SET state = 'closed', closed_at = $2, closed_by = $3, close_status_id = $4, close_comment = $5, waiting_since = NULL, unread = 0,
        version = version + 1 WHERE id = $1 AND state <> 'closed'`,
      [id, closing.at, closing.by ?? null, closing.statusId ?? null, closing.comment ?? null],
    )
  }

  /** The client wrote. */
  async clientWrote(id: string, text: string, at: Date, within: Within): Promise<void> {
    await this.#db.write(
      {
        text: `UPDATE {requests} SET last_text = $2, last_author = 'client', last_at = $3, unread = unread + 1,
          waiting_since = coalesce(waiting_since, $3), version = version + 1 WHERE id = $1 AND state <> 'closed'`,
        values: [id, preview(text), at],
        expect: 1,
      },
      within,
    )
  }

  /** The operator answered: nobody waits any more. A note (`internal`) does not end the wait. */
  async operatorWrote(id: string, text: string, at: Date, internal: boolean, within: Within): Promise<void> {
    await this.#db.write(
      {
        text: internal
          ? `UPDATE {requests} SET last_at = $2, version = version + 1 WHERE id = $1 AND state <> 'closed'`
          : `UPDATE {requests} SET last_text = $3, last_author = 'operator', last_at = $2, unread = 0, waiting_since = NULL, version = version + 1
             WHERE id = $1 AND state <> 'closed'`,
        values: internal ? [id, at] : [id, at, preview(text)],
        expect: 1,
      },
      within,
    )
  }

  async markRead(id: string): Promise<void> {
    await this.#db.query('UPDATE {requests} SET unread = 0, version = version + 1 WHERE id = $1 AND unread > 0', [id])
  }

  async renameClient(clientId: string, name: string): Promise<string[]> {
    const rows = await this.#db.query<{ id: string }>(
      `UPDATE {requests} SET client_name = $2, version = version + 1 WHERE client_id = $1 AND state <> 'closed' AND client_name <> $2 RETURNING id`,
      [clientId, name],
    )
    return rows.map((row) => row.id)
  }

  /** Earlier and present requests of a client, newest first. */
  async ofClient(clientId: string, limit: number): Promise<RequestRecord[]> {
    const rows = await this.#db.query<RequestRow>(
      `SELECT ${requestColumns} FROM {requests} r ${requestJoins} WHERE r.client_id = $1 ORDER BY r.created_at DESC LIMIT $2`,
      [clientId, limit],
    )
    return rows.map(toRecord)
  }

  async openOfOperator(userId: string): Promise<string[]> {
    const rows = await this.#db.query<{ id: string }>(`SELECT id FROM {requests} WHERE assignee_id = $1 AND state = 'open'`, [userId])
    return rows.map((row) => row.id)
  }

  async #one(where: string, values: unknown[], tx?: Transaction): Promise<RequestRecord | undefined> {
    const rows = await (tx ?? this.#db).query<RequestRow>(`SELECT ${requestColumns} FROM {requests} r ${requestJoins} WHERE ${where}`, values)
    return rows[0] === undefined ? undefined : toRecord(rows[0])
  }
}

const preview = (text: string): string => (text.length > previewLength ? `${text.slice(0, previewLength - 1)}…` : text)
