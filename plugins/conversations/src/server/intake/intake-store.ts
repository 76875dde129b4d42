import type { PluginDatabase } from '@parley/plugin-api'
import type { MessageContent, Sender } from '../../api/index.ts'
import { fewRows } from '../few-rows.ts'
import { asConversation, type LaneConversation } from '../lanes/lane-store.ts'
import type { LaneTake } from '../lanes/turns.ts'

/** One message event of a channel, ready to be stored. Its id is made of the account and the event's key. */
export interface IntakeMessage {
  readonly id: string
  readonly conversationId: string
  readonly accountId: string
  readonly botId: string
  readonly channel: string
  readonly chatId: string
  readonly sender: Sender
  readonly authorName: string | undefined
  readonly content: MessageContent
  readonly externalId: string | undefined
  readonly providerAt: Date | undefined
  /** What only the holder needs: the deep link's parameter and the values sent along. */
  readonly data: { readonly start?: string; readonly params?: Readonly<Record<string, unknown>> } | undefined
  readonly fetchMedia: boolean
  readonly payloadId: string | undefined
}

export interface IntakePayload {
  readonly id: string
  readonly accountId: string
  readonly payload: Uint8Array
  readonly events: number
}

export interface StoredEvent {
  readonly id: string
  readonly conversationId: string
  readonly number: number
  readonly duplicate: boolean
}

/** A conversation that something new was stored in. */
export interface TouchedLane {
  readonly conversation: LaneConversation
  readonly version: number
  /** The lane was free, and is now this process's until the given moment. */
  readonly taken: LaneTake | undefined
  /** Somebody works on the lane and sees what was added before letting go. */
  readonly busy: boolean
}

export interface StoreOptions {
  readonly holder: string
  readonly now: Date
  /** For each conversation; undefined where the lane is left to others. */
  readonly take: () => LaneTake | undefined
}

export interface Stored {
  readonly events: ReadonlyMap<string, StoredEvent>
  readonly lanes: readonly TouchedLane[]
}

const columns = `id, conversation_id, account_id, bot_id, channel, chat_id, sender, author_name, content, external_id, provider_at, data, fetch_media,
  payload_id, token, until`
const types = 'uuid uuid uuid uuid text text text text text text timestamptz text bool uuid uuid timestamptz'.split(' ')

// A lane is free when nobody holds it and everything that came into it was seen.
const upsertEnd = `
    ON CONFLICT (id) DO UPDATE SET last_number = c.last_number + EXCLUDED.last_number, lane_version = c.lane_version + 1,
      lane_token = CASE WHEN c.lane_until IS NULL AND c.lane_seen = c.lane_version THEN COALESCE(EXCLUDED.lane_token, c.lane_token) ELSE c.lane_token END,
      lane_until = CASE WHEN c.lane_until IS NULL AND c.lane_seen = c.lane_version THEN EXCLUDED.lane_until ELSE c.lane_until END
    RETURNING id, last_number, lane_version, lane_token, lane_until, holder, client_id, identity_id, CASE WHEN client_id IS NULL THEN sender END AS sender, created_at`
const conversationColumns =
  '(id, account_id, bot_id, channel, chat_id, sender, holder, last_number, lane_version, lane_token, lane_until, created_at)'
const messageColumns = '(id, conversation_id, number, direction, state, author_kind, author_name, content, external_id, created_at, provider_at)'
const laneResult = 'c.lane_version, c.lane_token, c.lane_until, c.holder, c.client_id, c.identity_id, c.sender, c.created_at'
const noLane = 'NULL::int, NULL::uuid, NULL::timestamptz, NULL, NULL::uuid, NULL::uuid, NULL::jsonb, NULL::timestamptz'

/*
 * The one commit before a channel is answered. Events that are known take no number; the rest take the conversation's next ones in their order.
 * $17 the first holder, $18 now, $19 to $22 the payloads.
 */
const manyText = `
  WITH event AS (
    SELECT * FROM unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')}) WITH ORDINALITY AS e(${columns}, place) WHERE ${fewRows('place')}
  ), known AS (
    SELECT m.id, m.conversation_id, m.number FROM event e JOIN {messages} m ON m.id = e.id
  ), fresh AS (
    SELECT e.*, row_number() OVER lane AS position, count(*) OVER (PARTITION BY e.conversation_id) AS total
    FROM event e WHERE NOT EXISTS (SELECT FROM known k WHERE k.id = e.id)
    WINDOW lane AS (PARTITION BY e.conversation_id ORDER BY e.place)
  ), conversation AS (
    INSERT INTO {conversations} AS c ${conversationColumns}
    SELECT f.conversation_id, f.account_id, f.bot_id, f.channel, f.chat_id, f.sender::jsonb, $17, f.total, 1, f.token, f.until, $18
    FROM fresh f WHERE f.position = 1 ORDER BY f.conversation_id
    ${upsertEnd}
  ), stored AS (
    INSERT INTO {messages} ${messageColumns}
    SELECT f.id, c.id, c.last_number - f.total + f.position, 'in', 'received', 'client', f.author_name, f.content::jsonb, f.external_id, $18, f.provider_at
    FROM fresh f JOIN conversation c ON c.id = f.conversation_id
    ON CONFLICT (id) DO NOTHING
    RETURNING id, conversation_id, number
  ), item AS (
    INSERT INTO {items} (conversation_id, number, id, type, data, due_at)
    SELECT s.conversation_id, s.number, s.id, 'message', f.data::jsonb, $18 FROM stored s JOIN fresh f ON f.id = s.id
  ), media AS (
    INSERT INTO {media_fetches} (message_id, account_id, due_at)
    SELECT s.id, f.account_id, $18 FROM stored s JOIN fresh f ON f.id = s.id WHERE f.fetch_media
  ), payload AS (
    INSERT INTO {intake} (account_id, id, payload, events)
    SELECT p.account_id, p.id, p.payload, p.events FROM unnest($19::uuid[], $20::uuid[], $21::bytea[], $22::int[]) AS p(account_id, id, payload, events)
    WHERE p.events = 0 OR EXISTS (SELECT FROM stored s JOIN event e ON e.id = s.id WHERE e.payload_id = p.id)
  )
  SELECT s.id, c.id AS conversation_id, s.number, false AS duplicate, ${laneResult} FROM conversation c LEFT JOIN stored s ON s.conversation_id = c.id
  UNION ALL SELECT id, conversation_id, number, true, ${noLane} FROM known`

// The same for one text message, which most are: a third of the time in PostgreSQL.
const oneText = `
  WITH known AS (
    SELECT id, conversation_id, number FROM {messages} WHERE id = $1
  ), conversation AS (
    INSERT INTO {conversations} AS c ${conversationColumns}
    SELECT $2::uuid, $3::uuid, $4::uuid, $5, $6, $7::jsonb, $13, 1, 1, $15::uuid, $16::timestamptz, $14 WHERE NOT EXISTS (SELECT FROM known)
    ${upsertEnd}
  ), stored AS (
    INSERT INTO {messages} ${messageColumns}
    SELECT $1::uuid, c.id, c.last_number, 'in', 'received', 'client', $8, $9::jsonb, $10, $14::timestamptz, $11::timestamptz FROM conversation c
    ON CONFLICT (id) DO NOTHING
    RETURNING id, conversation_id, number
  ), item AS (
    INSERT INTO {items} (conversation_id, number, id, type, data, due_at) SELECT conversation_id, number, id, 'message', $12::jsonb, $14::timestamptz FROM stored
  ), payload AS (
    INSERT INTO {intake} (account_id, id, payload, events) SELECT $3::uuid, $17::uuid, $18::bytea, $19::int FROM stored WHERE $17::uuid IS NOT NULL
  )
  SELECT s.id, c.id AS conversation_id, s.number, false AS duplicate, ${laneResult} FROM conversation c LEFT JOIN stored s ON true
  UNION ALL SELECT id, conversation_id, number, true, ${noLane} FROM known`

export class IntakeStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /** Stores what is new, in one statement. The ids of the messages must differ. */
  async store(messages: readonly IntakeMessage[], payloads: readonly IntakePayload[], options: StoreOptions): Promise<Stored> {
    const takes = new Map<string, LaneTake | undefined>()
    for (const { conversationId } of messages) if (!takes.has(conversationId)) takes.set(conversationId, options.take())
    const rows = await this.#write(messages, payloads, options, takes)
    const events = new Map(rows.flatMap((row) => (row['id'] === null ? [] : [[row['id'] as string, asEvent(row)] as const])))
    // Two copies at the same moment: the other one was not committed when this statement began, and was when it came to insert.
    const missing = messages.filter(({ id }) => !events.has(id)).map(({ id }) => id)
    if (missing.length > 0) for (const row of await this.#find(missing)) events.set(row['id'], asEvent({ ...row, duplicate: true }))
    return { events, lanes: lanesOf(rows, messages, takes, options.now) }
  }

  async #write(
    messages: readonly IntakeMessage[],
    payloads: readonly IntakePayload[],
    { holder, now }: StoreOptions,
    takes: ReadonlyMap<string, LaneTake | undefined>,
  ): Promise<Record<string, any>[]> {
    const at = now.toISOString()
    const [one, ...others] = messages.map((message) => rowOf(message, takes.get(message.conversationId)))
    const [payload, ...furtherPayloads] = payloads
    if (one !== undefined && others.length === 0 && furtherPayloads.length === 0 && !messages[0]!.fetchMedia) {
      const [token, until] = one.slice(-2)
      const kept = payload === undefined ? [null, null, null] : [payload.id, payload.payload, payload.events]
      return await this.#db.query(oneText, [...one.slice(0, 12), holder, at, token, until, ...kept])
    }
    const all = one === undefined ? [] : [one, ...others]
    return await this.#db.query(manyText, [
      ...types.map((_, index) => all.map((row) => row[index])),
      holder,
      at,
      payloads.map((p) => p.accountId),
      payloads.map((p) => p.id),
      payloads.map((p) => p.payload),
      payloads.map((p) => p.events),
    ])
  }

  async keep({ accountId, id, payload, events }: IntakePayload, problem: string): Promise<void> {
    await this.#db.query('INSERT INTO {intake} (account_id, id, payload, events, problem) VALUES ($1, $2, $3, $4, $5)', [
      accountId,
      id,
      payload,
      events,
      problem,
    ])
  }

  async hasConversation(id: string): Promise<boolean> {
    return (await this.#db.query('SELECT 1 FROM {conversations} WHERE id = $1', [id])).length > 0
  }

  #find(ids: readonly string[]): Promise<Record<string, any>[]> {
    return this.#db.query('SELECT id, conversation_id, number FROM {messages} WHERE id = ANY($1::uuid[])', [ids])
  }
}

/** In the order of the columns. */
const rowOf = (m: IntakeMessage, take: LaneTake | undefined): unknown[] => [
  m.id,
  m.conversationId,
  m.accountId,
  m.botId,
  m.channel,
  m.chatId,
  JSON.stringify(m.sender),
  m.authorName ?? null,
  JSON.stringify(m.content),
  m.externalId ?? null,
  m.providerAt?.toISOString() ?? null,
  m.data === undefined ? null : JSON.stringify(m.data),
  m.fetchMedia,
  m.payloadId ?? null,
  take?.token ?? null,
  take?.until.toISOString() ?? null,
]

const asEvent = (row: Record<string, any>): StoredEvent => ({
  id: row['id'],
  conversationId: row['conversation_id'],
  number: row['number'],
  duplicate: row['duplicate'],
})

const lanesOf = (
  rows: readonly Record<string, any>[],
  messages: readonly IntakeMessage[],
  takes: ReadonlyMap<string, LaneTake | undefined>,
  now: Date,
): TouchedLane[] => {
  const lanes = new Map<string, TouchedLane>()
  for (const row of rows) {
    const id: string = row['conversation_id']
    if (row['duplicate'] === true || lanes.has(id)) continue
    const { accountId, botId, channel, chatId } = messages.find((message) => message.conversationId === id)!
    const take = takes.get(id)
    const taken = take !== undefined && row['lane_token'] === take.token ? take : undefined
    lanes.set(id, {
      conversation: asConversation({ ...row, id, account_id: accountId, bot_id: botId, channel, chat_id: chatId }),
      version: row['lane_version'],
      taken,
      busy: taken === undefined && row['lane_until'] !== null && row['lane_until'] > now,
    })
  }
  return [...lanes.values()]
}
