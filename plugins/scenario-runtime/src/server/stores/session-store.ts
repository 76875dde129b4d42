import { Gatherer, isParleyError, type Batch, type PluginDatabase } from '@parley/plugin-api'
import type { HistoryChange } from '../run/run-history.ts'
import type { Session, SessionState } from '../run/session.ts'

interface SessionKey {
  readonly botId: string
  readonly conversationId: string
}

interface Loaded {
  /** Id of the bot's published version. */
  readonly newest: string | undefined
  readonly session: Session | undefined
}

/** `state` is the session's, as text. */
export interface SessionRow {
  readonly conversationId: string
  readonly botId: string
  readonly session: Session
  readonly state: string
  readonly history: HistoryChange
  readonly at: Date
}

// the condition on the place says nothing, but lets the planner expect one row and look it up
const loadText = `
  SELECT c.published_id, s.version_id, s.node, s.state, s.history, s.version
  FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (bot_id, conversation_id, place)
  LEFT JOIN {scenarios} c ON c.bot_id = k.bot_id
  LEFT JOIN {sessions} s ON s.conversation_id = k.conversation_id
  WHERE sign(k.place) = 1 ORDER BY k.place`

const columns = 'conversation_id, bot_id, version_id, node, waiting, state, history, updated_at, version'
const insert = (rows: string): string => `INSERT INTO {sessions} (${columns}) ${rows} ON CONFLICT (conversation_id) DO NOTHING`
const insertTexts = {
  text: insert('VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)'),
  many: insert(`SELECT conversation_id, bot_id, version_id, node, waiting, state::json, history, updated_at, 1
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
      AS r(conversation_id, bot_id, version_id, node, waiting, state, history, updated_at)`),
}
const update = (from: string): string => `
  UPDATE {sessions} AS s SET version_id = r.version_id, node = r.node, waiting = r.waiting, state = r.state::json,
    history = substr(s.history, r.dropped + 1) || r.added, updated_at = r.updated_at, version = s.version + 1
  FROM ${from} AS r(conversation_id, version_id, node, waiting, state, dropped, added, updated_at, version, place)
  WHERE s.conversation_id = r.conversation_id AND s.version = r.version AND sign(r.place) = 1`
const updateTexts = {
  text: update('(VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6::int, $7, $8::timestamptz, $9::int, 1))'),
  many: update(
    'unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::timestamptz[], $9::int[]) WITH ORDINALITY',
  ),
}

/** A session is one row: one round trip reads it together with what the bot runs now, one part of the turn's commit writes it. */
export class SessionStore {
  readonly #db: PluginDatabase
  readonly #loads: Gatherer<SessionKey, Loaded>

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
    this.#loads = new Gatherer({
      run: (keys) => this.#load(keys),
      parallel: 2,
      limit: 50,
      together: true,
      repeats: (error) => !isParleyError(error, 'database_unavailable'),
    })
  }

  /** Those that are asked for at once are read together: many dialogs that begin or come to another process do so at the same time. */
  load(botId: string, conversationId: string): Promise<Loaded> {
    return this.#loads.add({ botId, conversationId })
  }

  async #load(keys: readonly SessionKey[]): Promise<Loaded[]> {
    const rows = await this.#db.query<{
      published_id: string | null
      version_id: string | null
      node: string | null
      state: SessionState
      history: string
      version: number
    }>(loadText, [keys.map(({ botId }) => botId), keys.map(({ conversationId }) => conversationId)])
    return rows.map((row) => ({
      newest: row.published_id ?? undefined,
      session:
        row.version_id === null
          ? undefined
          : { versionId: row.version_id, node: row.node ?? undefined, state: row.state, history: row.history, version: row.version },
    }))
  }

  /** What the bot runs now. */
  async published(botId: string): Promise<string | undefined> {
    const [row] = await this.#db.query<{ published_id: string | null }>('SELECT published_id FROM {scenarios} WHERE bot_id = $1', [botId])
    return row?.published_id ?? undefined
  }

  /** Refused as `stale_write` at the commit when the session was stored by somebody else since it was read. */
  save({ conversationId, botId, session, state, history, at }: SessionRow, within: Batch): Promise<void> {
    const { versionId, node, version } = session
    const position = [versionId, node ?? null, session.state.waiting?.for ?? null, state]
    const now = at.toISOString()
    const [{ text, many }, values] =
      version === 0
        ? [insertTexts, [conversationId, botId, ...position, session.history, now]]
        : [updateTexts, [conversationId, ...position, history.dropped, history.added, now, version]]
    return this.#db.write({ text, many, values, expect: 1 }, within)
  }

  async find(conversationId: string): Promise<(Omit<Session, 'version'> & { botId: string; at: Date }) | undefined> {
    const [row] = await this.#db.query<{
      bot_id: string
      version_id: string
      node: string | null
      state: SessionState
      history: string
      updated_at: Date
    }>('SELECT bot_id, version_id, node, state, history, updated_at FROM {sessions} WHERE conversation_id = $1', [conversationId])
    if (row === undefined) return undefined
    return { botId: row.bot_id, versionId: row.version_id, node: row.node ?? undefined, state: row.state, history: row.history, at: row.updated_at }
  }

  /** Conversations that stand in a version now, node by node. */
  async standing(versionId: string): Promise<{ node: string; count: number }[]> {
    return await this.#db.query<{ node: string; count: number }>(
      'SELECT node, count(*)::int AS count FROM {sessions} WHERE version_id = $1 AND waiting IS NOT NULL AND node IS NOT NULL GROUP BY node ORDER BY count DESC, node LIMIT 200',
      [versionId],
    )
  }

  async removeOfBot(botId: string, within: Batch): Promise<void> {
    await this.#db.write({ text: 'DELETE FROM {sessions} WHERE bot_id = $1', values: [botId] }, within)
  }
}
