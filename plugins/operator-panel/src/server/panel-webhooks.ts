import { randomUUID } from 'node:crypto'
import type { Clock, HttpClient, Logger, PluginDatabase, Queue, Within } from '@parley/plugin-api'

/** Pauses in milliseconds before the next try; after the last the delivery is given up and stays in the table with its error. */
const pauses = [1_000, 5_000, 30_000, 300_000, 1_800_000]

interface DueRow {
  id: string
  url: string
  body: unknown
  attempts: number
}

/** The panel's events for outside systems (`event_webhook_url`): stored with the change, delivered in order for each request, at least once. */
export class PanelWebhooks {
  readonly #db: PluginDatabase
  readonly #queue: Queue
  readonly #http: HttpClient
  readonly #clock: Clock
  readonly #log: Logger

  constructor({ db, queue, http, clock, log }: { db: PluginDatabase; queue: Queue; http: HttpClient; clock: Clock; log: Logger }) {
    this.#db = db
    this.#queue = queue
    this.#http = http
    this.#clock = clock
    this.#log = log
  }

  /** Writes the event when the request has an address for it. `event_name` and `chat_id` are the documented names. */
  async notify(requestId: string, eventName: string, data: Readonly<Record<string, unknown>>, within: Within): Promise<void> {
    await this.#db.write(
      {
        text: `INSERT INTO {webhook_deliveries} (id, request_id, url, body, due_at, created_at)
          SELECT $1::uuid, id, event_webhook_url, jsonb_build_object('event_name', $3::text, 'event_id', $1::uuid::text, 'chat_id', id, 'request_number', number,
            'conversation_id', conversation_id, 'client_id', client_id, 'channel', channel, 'bot_id', bot_id) || $4::jsonb, $5::timestamptz, $5::timestamptz
          FROM {requests} WHERE id = $2 AND event_webhook_url IS NOT NULL`,
        values: [randomUUID(), requestId, eventName, JSON.stringify(data), this.#clock.now()],
      },
      within,
    )
    await this.#queue.add('webhook', { requestId }, { within })
  }

  /** The first event of a request that is written in the same batch, where its row cannot be read yet. */
  async notifyNew(requestId: string, url: string, body: Readonly<Record<string, unknown>>, within: Within): Promise<void> {
    const id = randomUUID()
    await this.#db.write(
      {
        text: 'INSERT INTO {webhook_deliveries} (id, request_id, url, body, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $5)',
        values: [id, requestId, url, JSON.stringify({ event_name: 'chat_created', event_id: id, chat_id: requestId, ...body }), this.#clock.now()],
      },
      within,
    )
    await this.#queue.add('webhook', { requestId }, { within })
  }

  async due(): Promise<{ requestId: string }[]> {
    const rows = await this.#db.query<{ request_id: string }>(
      `SELECT DISTINCT request_id FROM {webhook_deliveries} WHERE state = 'due' AND due_at <= $1 LIMIT 500`,
      [this.#clock.now()],
    )
    return rows.map((row) => ({ requestId: row.request_id }))
  }

  /** Delivers what a request has due, oldest first; stops at the first failure, so the order holds. */
  async deliver(requestId: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      // The claim moves `due_at`, so a process that dies while it sends is followed by another after a minute.
      const [next] = await this.#db.query<DueRow>(
        `UPDATE {webhook_deliveries} SET due_at = $2::timestamptz + interval '1 minute', attempts = attempts + 1
         WHERE id = (SELECT id FROM {webhook_deliveries} WHERE request_id = $1 AND state = 'due' ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
           AND due_at <= $2 RETURNING id, url, body, attempts`,
        [requestId, this.#clock.now()],
      )
      if (next === undefined || signal.aborted) return
      const problem = await this.#post(next, signal)
      if (problem === undefined) {
        await this.#db.query('DELETE FROM {webhook_deliveries} WHERE id = $1', [next.id])
        continue
      }
      const pause = pauses[next.attempts - 1]
      await this.#db.query('UPDATE {webhook_deliveries} SET state = $2, due_at = $3, last_error = $4 WHERE id = $1', [
        next.id,
        pause === undefined ? 'failed' : 'due',
        new Date(this.#clock.now().getTime() + (pause ?? 0)),
        problem,
      ])
      this.#log.warn('An event of the operator panel could not be delivered', { requestId, attempt: next.attempts, problem })
      if (pause !== undefined) return
    }
  }

  async #post(delivery: DueRow, signal: AbortSignal): Promise<string | undefined> {
    try {
      const response = await this.#http(delivery.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': delivery.id },
        body: JSON.stringify(delivery.body),
        signal,
      })
      return response.ok ? undefined : `HTTP ${response.status}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
}
