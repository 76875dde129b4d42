import type { PluginDatabase, Within } from '@parley/plugin-api'
import type { Command, Conversation, Message, Sender } from '../../api/index.ts'
import { fewRows } from '../few-rows.ts'
import { asMessage } from '../messages/message-row.ts'

export type LaneItem = { readonly id: string; readonly number: number; readonly attempts: number } & (
  | { readonly type: 'message'; readonly message: Message; readonly start?: string; readonly params?: Readonly<Record<string, unknown>> }
  | { readonly type: 'command'; readonly command: Command }
)

/** A conversation whose client may not be known yet. */
export type LaneConversation = Omit<Conversation, 'clientId' | 'identityId'> & {
  readonly clientId: string | undefined
  readonly identityId: string | undefined
  readonly sender: Sender | undefined
}

/** A lane that this process holds, with what is due in it. */
export interface Lane {
  readonly conversation: LaneConversation
  readonly token: string
  /** Of the moment when the items were read. */
  readonly version: number
  readonly items: readonly LaneItem[]
  /** There may be further items behind these. */
  readonly more: boolean
}

const itemsAtOnce = 20

const conversationColumns = `c.id, c.account_id, c.bot_id, c.channel, c.chat_id, c.client_id, c.identity_id, c.sender, c.holder, c.created_at`
const itemColumns = `i.number AS item_number, i.id AS item_id, i.type AS item_type, i.data AS item_data, i.attempts,
  m.direction, m.state, m.author_kind, m.author_id, m.author_name, m.content, m.created_at AS message_at, m.provider_at`
/*
 * A message is due as soon as it is there: what puts it off closes the lane. Its time must not be asked, because it was written by another process
 * with another clock, or after this one looked at its own; who does not see it gives the lane back as if it were empty.
 */
const isDue = (item: string, now: string): string => `(${item}.type = 'message' OR ${item}.due_at <= ${now}) IS TRUE`
const dueItems = (now: string): string => `
  CROSS JOIN LATERAL (SELECT * FROM {items} d WHERE d.conversation_id = lane.id AND ${isDue('d', now)} ORDER BY d.number LIMIT ${itemsAtOnce}) i
  LEFT JOIN {messages} m ON i.type = 'message' AND m.id = i.id`

/*
 * The lane is taken only in the state in which this statement's snapshot saw it (the same token, the same lease): who waited for a row lock
 * sees the row as it is now but the items as they were before, among them some that are done.
 * IS TRUE keeps the index of due times out of it: a lane's items are looked up by the lane.
 * Items are asked by the row and not by the list: PostgreSQL would expect the question ten times, and plan anew each time to be sure that it is not.
 * The commit need not be on disk: a claim that is lost in a crash is a lane that is free again, and the token fences its holder off.
 */
const claimText = `
  WITH lane AS (
    UPDATE {conversations} AS c SET lane_token = w.token, lane_until = $3
    FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS w(id, token, place) JOIN {conversations} s ON s.id = w.id
    WHERE c.id = w.id AND ${fewRows('w.place')} AND (c.lane_until IS NULL OR c.lane_until <= $4)
      AND c.lane_token IS NOT DISTINCT FROM s.lane_token AND c.lane_until IS NOT DISTINCT FROM s.lane_until
      AND (SELECT true FROM {items} i WHERE i.conversation_id = c.id AND ${isDue('i', '$4')} LIMIT 1)
    RETURNING ${conversationColumns}, w.token, s.lane_version AS version, set_config('synchronous_commit', 'off', true)
  )
  SELECT lane.*, ${itemColumns} FROM lane ${dueItems('$4')} ORDER BY lane.id, i.number`

const loadText = `
  WITH lane AS (
    SELECT ${conversationColumns}, c.lane_token AS token, c.lane_version AS version FROM {conversations} c
    WHERE c.id = $1 AND c.lane_token = $2 AND c.lane_until IS NOT NULL
  )
  SELECT lane.*, ${itemColumns} FROM lane ${dueItems('$3').replace('CROSS JOIN', 'LEFT JOIN').replace(') i', ') i ON true')} ORDER BY i.number`

export class LaneStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /** Takes free lanes that have something due. One that is busy has no answer: its holder will see what came. */
  async claim(wanted: readonly { readonly id: string; readonly token: string }[], now: Date, until: Date): Promise<ReadonlyMap<string, Lane>> {
    const rows = await this.#db.query(claimText, [
      wanted.map(({ id }) => id),
      wanted.map(({ token }) => token),
      until.toISOString(),
      now.toISOString(),
    ])
    return asLanes(rows)
  }

  /** What is due in a lane that is held; undefined when it was lost. */
  async load(id: string, token: string, now: Date): Promise<Lane | undefined> {
    return asLanes(await this.#db.query(loadText, [id, token, now])).get(id)
  }

  /** Answers the tokens of those that are still held. Rows are locked in one order, or processes that renew at once would stop each other. */
  async renew(lanes: readonly { readonly id: string; readonly token: string }[], until: Date): Promise<ReadonlySet<string>> {
    const rows = await this.#db.query<{ token: string }>(
      `WITH held AS (
         SELECT c.id FROM {conversations} c JOIN unnest($1::uuid[], $2::uuid[]) AS w(id, token) ON c.id = w.id
         WHERE c.lane_token = w.token AND c.lane_until IS NOT NULL ORDER BY c.id FOR UPDATE OF c
       )
       UPDATE {conversations} AS c SET lane_until = $3 FROM held
       WHERE c.id = held.id RETURNING c.lane_token AS token, set_config('synchronous_commit', 'off', true)`,
      [lanes.map(({ id }) => id), lanes.map(({ token }) => token), until],
    )
    return new Set(rows.map(({ token }) => token))
  }

  /** Gives the lane back unless something came in after the version; `until` keeps it closed for a time. True when it was given back. */
  async release(id: string, token: string, options: { readonly version?: number; readonly until?: Date }): Promise<boolean> {
    const rows = await this.#db.query(
      `UPDATE {conversations} SET lane_until = $4, lane_seen = CASE WHEN lane_version = $3 THEN lane_version ELSE lane_seen END
       WHERE id = $1 AND lane_token = $2 AND lane_until IS NOT NULL AND ($3::int IS NULL OR lane_version = $3) RETURNING id`,
      [id, token, options.version ?? null, options.until ?? null],
    )
    return rows.length > 0
  }

  /** The item is tried again later, and those behind it wait: the lane stays closed until then. */
  async putOff(lane: Pick<Lane, 'conversation' | 'token'>, item: LaneItem, until: Date, within: Within): Promise<void> {
    const { id } = lane.conversation
    await this.#db.write(
      { text: 'UPDATE {conversations} SET lane_until = $3 WHERE id = $1 AND lane_token = $2', values: [id, lane.token, until], expect: 1 },
      within,
    )
    await this.#db.write(
      {
        text: 'UPDATE {items} SET attempts = attempts + 1, due_at = $3 WHERE conversation_id = $1 AND number = $2',
        values: [id, item.number, until],
        expect: 1,
      },
      within,
    )
  }

  /** Frees the lanes with something in them that belong to processes that have ended. */
  async free(marks: readonly string[], now: Date): Promise<void> {
    await this.#db.query(
      `WITH theirs AS (
         SELECT c.id FROM {conversations} c WHERE c.id IN (SELECT conversation_id FROM {items})
           AND c.lane_until > $2 AND left(c.lane_token::text, 8) = ANY($1) ORDER BY c.id FOR UPDATE SKIP LOCKED
       )
       UPDATE {conversations} AS c SET lane_until = $2 FROM theirs WHERE c.id = theirs.id`,
      [marks, now],
    )
  }

  /** Conversations with something that has been due for long while nobody works on them. */
  async overdue(since: Date, now: Date, limit: number): Promise<string[]> {
    const rows = await this.#db.query<{ id: string }>(
      `SELECT i.conversation_id AS id FROM {items} i
       WHERE i.due_at <= $1 AND (SELECT c.lane_until IS NULL OR c.lane_until <= $2 FROM {conversations} c WHERE c.id = i.conversation_id)
       ORDER BY i.due_at LIMIT $3`,
      [since, now, limit],
    )
    return [...new Set(rows.map(({ id }) => id))]
  }
}

const asLanes = (rows: readonly Record<string, any>[]): Map<string, Lane> => {
  const lanes = new Map<string, Lane & { items: LaneItem[] }>()
  for (const row of rows) {
    let lane = lanes.get(row.id)
    if (lane === undefined) {
      lane = { conversation: asConversation(row), token: row.token, version: row.version, items: [], more: false }
      lanes.set(row.id, lane)
    }
    if (row.item_id !== null) lane.items.push(asItem(row))
  }
  for (const [id, lane] of lanes) if (lane.items.length === itemsAtOnce) lanes.set(id, { ...lane, more: true })
  return lanes
}

export const asConversation = (row: Record<string, any>): LaneConversation => ({
  id: row.id,
  botId: row.bot_id,
  accountId: row.account_id,
  channel: row.channel,
  chatId: row.chat_id,
  clientId: row.client_id ?? undefined,
  identityId: row.identity_id ?? undefined,
  sender: row.sender ?? undefined,
  holder: row.holder,
  createdAt: row.created_at,
})

const asItem = (row: Record<string, any>): LaneItem => {
  const common = { id: row.item_id, number: row.item_number, attempts: row.attempts }
  if (row.item_type === 'command') return { ...common, type: 'command', command: row.item_data }
  const message = asMessage({ ...row, id: row.item_id, conversation_id: row.id, number: row.item_number, created_at: row.message_at })
  return { ...common, type: 'message', message, ...row.item_data }
}
