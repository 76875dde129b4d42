import type { PluginDatabase } from '@parley/plugin-api'
import type { MessageContent, Sender } from '../../api/index.ts'
import { fewRows } from '../few-rows.ts'

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

// The one commit before a channel is answered. Events that are known take no number; the rest take the conversation's next ones in their order.
const storeText = `
  WITH event AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
      $11::timestamptz[], $12::text[], $13::bool[], $14::uuid[])
      WITH ORDINALITY AS e(id, conversation_id, account_id, bot_id, channel, chat_id, sender, author_name, content, external_id,
        provider_at, data, fetch_media, payload_id, place)
    WHERE ${fewRows('place')}
  ), known AS (
    SELECT m.id, m.conversation_id, m.number FROM event e JOIN {messages} m ON m.id = e.id
  ), fresh AS (
    SELECT e.*, row_number() OVER lane AS position, count(*) OVER (PARTITION BY e.conversation_id) AS total
    FROM event e WHERE NOT EXISTS (SELECT FROM known k WHERE k.id = e.id)
    WINDOW lane AS (PARTITION BY e.conversation_id ORDER BY e.place)
  ), conversation AS (
    INSERT INTO {conversations} AS c (id, account_id, bot_id, channel, chat_id, sender, holder, last_number, lane_version, created_at)
    SELECT f.conversation_id, f.account_id, f.bot_id, f.channel, f.chat_id, f.sender::jsonb, $15, f.total, 1, $16
    FROM fresh f WHERE f.position = 1 ORDER BY f.conversation_id
    ON CONFLICT (id) DO UPDATE SET last_number = c.last_number + EXCLUDED.last_number, lane_version = c.lane_version + 1
    RETURNING id, last_number
  ), stored AS (
    INSERT INTO {messages} (id, conversation_id, number, direction, state, author_kind, author_name, content, external_id, created_at, provider_at)
    SELECT f.id, c.id, c.last_number - f.total + f.position, 'in', 'received', 'client', f.author_name, f.content::jsonb, f.external_id, $16, f.provider_at
    FROM fresh f JOIN conversation c ON c.id = f.conversation_id
    ON CONFLICT (id) DO NOTHING
    RETURNING id, conversation_id, number
  ), item AS (
    INSERT INTO {items} (conversation_id, number, id, type, data, due_at)
    SELECT s.conversation_id, s.number, s.id, 'message', f.data::jsonb, $16 FROM stored s JOIN fresh f ON f.id = s.id
  ), media AS (
    INSERT INTO {media_fetches} (message_id, account_id, due_at)
    SELECT s.id, f.account_id, $16 FROM stored s JOIN fresh f ON f.id = s.id WHERE f.fetch_media
  ), payload AS (
    INSERT INTO {intake} (account_id, id, payload, events)
    SELECT p.account_id, p.id, p.payload, p.events FROM unnest($17::uuid[], $18::uuid[], $19::bytea[], $20::int[]) AS p(account_id, id, payload, events)
    WHERE p.events = 0 OR EXISTS (SELECT FROM stored s JOIN event e ON e.id = s.id WHERE e.payload_id = p.id)
  )
  SELECT id, conversation_id, number, false AS duplicate FROM stored UNION ALL SELECT id, conversation_id, number, true FROM known`

interface StoredRow {
  readonly id: string
  readonly conversation_id: string
  readonly number: number
  readonly duplicate: boolean
}

export class IntakeStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /** Stores what is new, in one statement. The ids of the messages must differ. */
  async store(
    messages: readonly IntakeMessage[],
    payloads: readonly IntakePayload[],
    options: { readonly holder: string; readonly now: Date },
  ): Promise<ReadonlyMap<string, StoredEvent>> {
    const column = <T>(read: (message: IntakeMessage) => T): T[] => messages.map(read)
    const rows = await this.#db.query<StoredRow>(storeText, [
      column((m) => m.id),
      column((m) => m.conversationId),
      column((m) => m.accountId),
      column((m) => m.botId),
      column((m) => m.channel),
      column((m) => m.chatId),
      column((m) => JSON.stringify(m.sender)),
      column((m) => m.authorName ?? null),
      column((m) => JSON.stringify(m.content)),
      column((m) => m.externalId ?? null),
      column((m) => m.providerAt?.toISOString() ?? null),
      column((m) => (m.data === undefined ? null : JSON.stringify(m.data))),
      column((m) => m.fetchMedia),
      column((m) => m.payloadId ?? null),
      options.holder,
      options.now.toISOString(),
      payloads.map((p) => p.accountId),
      payloads.map((p) => p.id),
      payloads.map((p) => p.payload),
      payloads.map((p) => p.events),
    ])
    const stored = new Map(rows.map((row) => [row.id, asEvent(row)]))
    // Two copies at the same moment: the other one was not committed when this statement began, and was when it came to insert.
    const missing = messages.filter(({ id }) => !stored.has(id)).map(({ id }) => id)
    if (missing.length > 0) for (const row of await this.#find(missing)) stored.set(row.id, asEvent({ ...row, duplicate: true }))
    return stored
  }

  async keep({ accountId, id, payload, events }: IntakePayload, problem: string): Promise<void> {
    await this.#db.query('INSERT INTO {intake} (account_id, id, payload, events, problem) VALUES ($1, $2, $3, $4, $5)', [accountId, id, payload, events, problem])
  }

  async hasConversation(id: string): Promise<boolean> {
    return (await this.#db.query('SELECT 1 FROM {conversations} WHERE id = $1', [id])).length > 0
  }

  #find(ids: readonly string[]): Promise<StoredRow[]> {
    return this.#db.query<StoredRow>('SELECT id, conversation_id, number, true AS duplicate FROM {messages} WHERE id = ANY($1::uuid[])', [ids])
  }
}

const asEvent = (row: StoredRow): StoredEvent => ({
  id: row.id,
  conversationId: row.conversation_id,
  number: row.number,
  duplicate: row.duplicate,
})
