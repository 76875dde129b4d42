import type { Claims, Migrations, PluginDatabase, Within } from '@parley/plugin-api'

export const eventsMigrations: Migrations = {
  '20261120T0021_events_deliveries': {
    async up(db) {
      await db.raw(`
        CREATE TABLE event_deliveries (
          event_id uuid NOT NULL,
          subscriber text COLLATE "C" NOT NULL,
          type text COLLATE "C" NOT NULL,
          payload jsonb NOT NULL,
          published_at timestamptz NOT NULL,
          state text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'dead')),
          attempts integer NOT NULL DEFAULT 0,
          due_at timestamptz NOT NULL,
          reason text,
          PRIMARY KEY (event_id, subscriber)
        )`)
      await db.raw(`CREATE INDEX event_deliveries_due ON event_deliveries (subscriber, due_at) WHERE state = 'waiting'`)
      await db.raw(`CREATE INDEX event_deliveries_dead ON event_deliveries (subscriber, published_at) WHERE state = 'dead'`)
    },
  },
  '20261121T0710_events_claims': {
    async up(db) {
      await db.raw('ALTER TABLE event_deliveries ADD COLUMN claimed_by text COLLATE "C"')
    },
  },
}

export interface NewEvent {
  readonly id: string
  readonly type: string
  readonly payload: unknown
  readonly at: Date
  readonly subscribers: readonly string[]
}

export interface DeliveryKey {
  readonly event: string
  readonly subscriber: string
}

export interface Delivery extends DeliveryKey {
  readonly payload: unknown
  readonly at: Date
  /** This one included; also the fence: a delivery that was claimed again has another number. */
  readonly attempts: number
}

export interface DeliveryBacklog {
  readonly waiting: number
  readonly dead: number
  /** Since when the oldest could have been delivered; `undefined` when none is late. */
  readonly dueSince: Date | undefined
}

interface Row {
  payload: unknown
  published_at: Date
  attempts: number
}

/** Clocks of processes differ a little, and a job that comes too early would be in vain. */
const clockDifference = `interval '1 second'`

/** The outbox: a row for each subscriber of an event, which disappears when the subscriber has handled it. */
export class DeliveryStore {
  readonly #db: PluginDatabase

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  async insert({ id, type, payload, at, subscribers }: NewEvent, within?: Within): Promise<void> {
    const text = `
      INSERT INTO {event_deliveries} (event_id, subscriber, type, payload, published_at, due_at)
      SELECT $1::uuid, s.subscriber, $2::text, $3::jsonb, $4::timestamptz, $4::timestamptz FROM unnest($5::text[]) AS s(subscriber)`
    await this.#db.write({ text, values: [id, type, JSON.stringify(payload), at, subscribers] }, within)
  }

  /** Takes the delivery until `until`; `undefined` when another living process has it or it is done. */
  async claim({ event, subscriber }: DeliveryKey, now: Date, until: Date, claims: Claims): Promise<Delivery | undefined> {
    const [row] = await this.#db.query<Row>(
      `UPDATE {event_deliveries} SET attempts = attempts + 1, due_at = $4, claimed_by = $5
       WHERE event_id = $1 AND subscriber = $2 AND state = 'waiting' AND (attempts = 0 OR due_at <= $3::timestamptz + ${clockDifference} OR left(claimed_by, 8) = ANY($6))
       RETURNING payload, published_at, attempts`,
      [event, subscriber, now, until, claims.token(), claims.gone()],
    )
    return row && { event, subscriber, payload: row.payload, at: row.published_at, attempts: row.attempts }
  }

  async remove({ event, subscriber, attempts }: Delivery): Promise<void> {
    await this.#db.query('DELETE FROM {event_deliveries} WHERE event_id = $1 AND subscriber = $2 AND attempts = $3', [event, subscriber, attempts])
  }

  async postpone({ event, subscriber, attempts }: Delivery, dueAt: Date, reason: string): Promise<void> {
    await this.#db.query(
      'UPDATE {event_deliveries} SET due_at = $4, reason = $5, claimed_by = NULL WHERE event_id = $1 AND subscriber = $2 AND attempts = $3',
      [event, subscriber, attempts, dueAt, reason],
    )
  }

  async bury({ event, subscriber, attempts }: Delivery, reason: string): Promise<void> {
    await this.#db.query(`UPDATE {event_deliveries} SET state = 'dead', reason = $4 WHERE event_id = $1 AND subscriber = $2 AND attempts = $3`, [
      event,
      subscriber,
      attempts,
      reason,
    ])
  }

  /** Long due, or in the hands of a process that has ended. */
  async overdue(subscribers: readonly string[], before: Date, gone: readonly string[], limit: number): Promise<readonly DeliveryKey[]> {
    return await this.#db.query<{ event: string; subscriber: string }>(
      `SELECT event_id AS event, subscriber FROM {event_deliveries}
       WHERE state = 'waiting' AND subscriber = ANY($1) AND (due_at <= $2 OR left(claimed_by, 8) = ANY($3)) ORDER BY due_at LIMIT $4`,
      [subscribers, before, gone, limit],
    )
  }

  /** Deliveries to some subscribers, of all processes. */
  async backlog(subscribers: readonly string[], now: Date): Promise<DeliveryBacklog> {
    const [row] = await this.#db.query<{ waiting: number; dead: number; since: Date | null }>(
      `SELECT count(*) FILTER (WHERE state = 'waiting')::int AS waiting, count(*) FILTER (WHERE state = 'dead')::int AS dead,
         min(due_at) FILTER (WHERE state = 'waiting' AND due_at <= $2) AS since
       FROM {event_deliveries} WHERE subscriber = ANY($1) AND state IN ('waiting', 'dead')`,
      [subscribers, now],
    )
    return { waiting: row?.waiting ?? 0, dead: row?.dead ?? 0, dueSince: row?.since ?? undefined }
  }

  async countDead(): Promise<number> {
    const [row] = await this.#db.query<{ dead: number }>(`SELECT count(*)::int AS dead FROM {event_deliveries} WHERE state = 'dead'`)
    return row?.dead ?? 0
  }
}
