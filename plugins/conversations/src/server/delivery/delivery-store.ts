import type { Batch, PluginDatabase } from '@parley/plugin-api'
import type { Author, MessageContent, Words } from '../../api/index.ts'
import { fewRows } from '../few-rows.ts'
import { authorOf } from '../messages/message-row.ts'
import type { Origin } from '../origin.ts'
import { markOf, markStatements, type Mark, type MessageState, type SettledRow } from './marks.ts'

/** One message on its way out. */
export interface DeliveryRow {
  readonly number: number
  readonly messageId: string
  readonly content: MessageContent
  readonly author: Author
  /** `sending`: somebody began to send it; if it was not this process, nobody knows whether it left. */
  readonly state: 'queued' | 'sending'
  /** Parts of it that are out already. */
  readonly part: number
  readonly attempts: number
  readonly firstTriedAt: Date | undefined
  readonly dueAt: Date
  /** In whose name it is sent; known only for rows that this process added. */
  readonly origin?: Origin | undefined
}

/** The outbox of a conversation, held by this process, with what waits in it. */
export interface OutboxLane {
  readonly id: string
  readonly accountId: string
  readonly botId: string
  readonly channel: string
  readonly chatId: string
  readonly token: string
  /** Of the moment when the rows were read. */
  readonly version: number
  readonly rows: readonly DeliveryRow[]
  readonly more: boolean
}

/** What one step of one outbox writes. */
export interface OutboxStep {
  readonly lane: OutboxLane
  readonly settled: readonly SettledRow[]
  /** Gives the outbox back, if nothing was added since the lane's version. */
  readonly release: boolean
  /** The row is tried again later, and the outbox stays closed until then. */
  readonly putOff?: {
    readonly row: DeliveryRow
    readonly part: number
    readonly attempts: number
    readonly firstTriedAt: Date | undefined
    readonly until: Date
    /** Why, for people to see. */
    readonly reason: Words | undefined
  }
  /** Closes the outbox until then, or lets it go at once. */
  readonly until?: Date
  /** From here on nobody knows whether this row left. */
  readonly begin?: { readonly number: number; readonly part: number; readonly at: Date }
  /** The channel reports later what became of a message. */
  readonly keepExternalIds: boolean
  /** A lost mark does no harm, because a repeated send is no second message. */
  readonly lossy: boolean
}

export interface StepResult {
  readonly held: boolean
  readonly released: boolean
}

const rowsAtOnce = 50
const laneColumns = 'c.id, c.account_id, c.bot_id, c.channel, c.chat_id'
const rowColumns =
  'd.number, d.message_id, d.state, d.part, d.attempts, d.first_tried_at, d.due_at, m.content, m.author_kind, m.author_id, m.author_name'
const waiting = `
  (SELECT * FROM {deliveries} w WHERE w.conversation_id = lane.id ORDER BY w.number LIMIT ${rowsAtOnce}) d ON true
  LEFT JOIN {messages} m ON m.id = d.message_id ORDER BY d.number`

// Only in the state that this statement's snapshot saw, for the reason given at the lanes.
const claimText = `
  WITH lane AS (
    UPDATE {conversations} AS c SET outbox_token = $2, outbox_until = $4
    FROM {conversations} s
    WHERE c.id = $1 AND s.id = $1 AND c.outbox_until <= $3
      AND c.outbox_until = s.outbox_until AND c.outbox_token IS NOT DISTINCT FROM s.outbox_token
    RETURNING ${laneColumns}, s.outbox_version AS version
  )
  SELECT lane.*, ${rowColumns} FROM lane LEFT JOIN LATERAL ${waiting}`

const loadText = `
  WITH lane AS (SELECT ${laneColumns}, c.outbox_version AS version FROM {conversations} c WHERE c.id = $1 AND c.outbox_token = $2 AND c.outbox_until IS NOT NULL)
  SELECT lane.*, ${rowColumns} FROM lane LEFT JOIN LATERAL ${waiting}`

const lanesText = `
  UPDATE {conversations} AS c SET outbox_until = CASE WHEN c.outbox_version = w.version THEN NULL ELSE COALESCE(w.until, c.outbox_until) END
  FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[]) WITH ORDINALITY AS w(id, token, version, until, place)
  WHERE c.id = w.id AND ${fewRows('w.place')} AND c.outbox_token = w.token AND c.outbox_until IS NOT NULL
  RETURNING c.id, c.outbox_until IS NULL AS released`

const rowsText = `
  UPDATE {deliveries} AS d SET state = r.state, part = r.part, attempts = r.attempts, first_tried_at = r.first_tried_at, due_at = r.due_at
  FROM unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::int[], $6::timestamptz[], $7::timestamptz[]) WITH ORDINALITY
    AS r(conversation_id, number, state, part, attempts, first_tried_at, due_at, place) JOIN lanes l ON l.id = r.conversation_id
  WHERE d.conversation_id = r.conversation_id AND d.number = r.number AND ${fewRows('r.place')}`

export class DeliveryStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /** Takes an outbox that nobody works on; undefined when it is busy, closed for a time or empty. */
  async claim(id: string, token: string, now: Date, until: Date): Promise<OutboxLane | undefined> {
    return asLane(await this.#db.query(claimText, [id, token, now, until]), token)
  }

  /** What waits in an outbox that is held; undefined when it was lost. */
  async load(id: string, token: string): Promise<OutboxLane | undefined> {
    return asLane(await this.#db.query(loadText, [id, token]), token)
  }

  /** Answers the tokens of those that are still held. Rows are locked in one order, or processes that renew at once would stop each other. */
  async renew(outboxes: readonly { readonly id: string; readonly token: string }[], until: Date): Promise<ReadonlySet<string>> {
    const rows = await this.#db.query<{ token: string }>(
      `WITH held AS (
         SELECT c.id FROM {conversations} c JOIN unnest($1::uuid[], $2::uuid[]) AS w(id, token) ON c.id = w.id
         WHERE c.outbox_token = w.token AND c.outbox_until IS NOT NULL ORDER BY c.id FOR UPDATE OF c
       )
       UPDATE {conversations} AS c SET outbox_until = $3 FROM held
       WHERE c.id = held.id RETURNING c.outbox_token AS token, set_config('synchronous_commit', 'off', true)`,
      [outboxes.map(({ id }) => id), outboxes.map(({ token }) => token), until],
    )
    return new Set(rows.map(({ token }) => token))
  }

  /** The writes of steps of several outboxes as parts of one batch. A step of an outbox that was lost writes nothing; `strict` fails the batch then. */
  async write(
    steps: readonly OutboxStep[],
    { now, strict }: { readonly now: Date; readonly strict: boolean },
    batch: Batch,
    told: (id: string, result: StepResult) => void,
  ): Promise<void> {
    if (steps.every(({ lossy }) => lossy)) await this.#db.write({ text: `SELECT set_config('synchronous_commit', 'off', true)`, values: [] }, batch)
    await this.#db.write(
      {
        text: lanesText,
        values: [
          steps.map(({ lane }) => lane.id),
          steps.map(({ lane }) => lane.token),
          steps.map(({ release, lane }) => (release ? lane.version : null)),
          steps.map(({ putOff, until }) => putOff?.until ?? until ?? null),
        ],
        as: 'lanes',
        ...(strict ? { expect: steps.length } : {}),
        rows: (rows) => {
          for (const row of rows) told(row['id'], { held: true, released: row['released'] })
        },
      },
      batch,
    )
    const marks = steps.flatMap((step) => marksOf(step))
    await this.#db.write(markStatements(marks, now, 'held'), batch)
    await this.#writeRows(steps, now, batch)
  }

  /** Frees the outboxes with something in them that belong to processes that have ended. */
  async free(marks: readonly string[], now: Date): Promise<void> {
    await this.#db.query(
      `WITH theirs AS (
         SELECT c.id FROM {conversations} c WHERE c.id IN (SELECT conversation_id FROM {deliveries})
           AND c.outbox_until > $2 AND left(c.outbox_token::text, 8) = ANY($1) ORDER BY c.id FOR UPDATE SKIP LOCKED
       )
       UPDATE {conversations} AS c SET outbox_until = $2 FROM theirs WHERE c.id = theirs.id`,
      [marks, now],
    )
  }

  /** Conversations whose outbox has something due while nobody works on it. */
  async overdue(since: Date, now: Date, limit: number): Promise<string[]> {
    const rows = await this.#db.query<{ id: string }>(
      `SELECT d.conversation_id AS id FROM {deliveries} d
       WHERE d.due_at <= $1 AND (SELECT c.outbox_until IS NULL OR c.outbox_until <= $2 FROM {conversations} c WHERE c.id = d.conversation_id)
       ORDER BY d.due_at LIMIT $3`,
      [since, now, limit],
    )
    return [...new Set(rows.map(({ id }) => id))]
  }

  async #writeRows(steps: readonly OutboxStep[], now: Date, batch: Batch): Promise<void> {
    const rows = steps.flatMap(({ lane, putOff, begin }) => [
      ...(putOff === undefined
        ? []
        : [
            {
              id: lane.id,
              number: putOff.row.number,
              state: 'queued',
              part: putOff.part,
              attempts: putOff.attempts,
              first: putOff.firstTriedAt,
              due: putOff.until,
            },
          ]),
      ...(begin === undefined
        ? []
        : [{ id: lane.id, number: begin.number, state: 'sending', part: begin.part, ...this.#tries(lane, begin.number, now) }]),
    ])
    if (rows.length === 0) return
    const column = <T>(read: (row: (typeof rows)[number]) => T): T[] => rows.map(read)
    await this.#db.write(
      {
        text: rowsText,
        values: [
          column((row) => row.id),
          column((row) => row.number),
          column((row) => row.state),
          column((row) => row.part),
          column((row) => row.attempts),
          column((row) => row.first ?? null),
          column((row) => row.due),
        ],
      },
      batch,
    )
  }

  #tries(lane: OutboxLane, number: number, now: Date): { attempts: number; first: Date; due: Date } {
    const row = lane.rows.find((one) => one.number === number)
    return { attempts: row?.attempts ?? 0, first: row?.firstTriedAt ?? now, due: row?.dueAt ?? now }
  }
}

const marksOf = (step: OutboxStep): Mark[] => {
  const { lane, settled, keepExternalIds } = step
  return statesOf(step).map((state) => {
    const row = settled.find(({ messageId }) => messageId === state.messageId)
    if (row !== undefined) return markOf(lane, row, keepExternalIds)
    return { ...state, conversationId: lane.id, accountId: lane.accountId, number: undefined, settled: false, keepExternalId: false }
  })
}

/** How the messages of a step stand after it. */
export const statesOf = ({ lane, settled, putOff, begin }: OutboxStep): MessageState[] => {
  const begun = begin === undefined ? undefined : lane.rows.find(({ number }) => number === begin.number)
  return [
    ...settled,
    ...(putOff === undefined || putOff.reason === undefined
      ? []
      : [{ messageId: putOff.row.messageId, state: 'queued' as const, reason: putOff.reason }]),
    ...(begun === undefined || begun.state === 'sending' ? [] : [{ messageId: begun.messageId, state: 'sending' as const }]),
  ]
}

const asLane = (rows: readonly Record<string, any>[], token: string): OutboxLane | undefined => {
  const [first] = rows
  if (first === undefined) return undefined
  const found = rows.flatMap((row): DeliveryRow[] =>
    row['number'] === null
      ? []
      : [
          {
            number: row['number'],
            messageId: row['message_id'],
            content: row['content'],
            author: authorOf(row),
            state: row['state'],
            part: row['part'],
            attempts: row['attempts'],
            firstTriedAt: row['first_tried_at'] ?? undefined,
            dueAt: row['due_at'],
          },
        ],
  )
  return {
    id: first['id'],
    accountId: first['account_id'],
    botId: first['bot_id'],
    channel: first['channel'],
    chatId: first['chat_id'],
    token,
    version: first['version'],
    rows: found,
    more: found.length === rowsAtOnce,
  }
}
