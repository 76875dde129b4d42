import type { PluginDatabase, Transaction, Within } from '@parley/plugin-api'

export interface StoredDraft {
  readonly scenarioId: string
  readonly botId: string
  /** The document as its canonical text. */
  readonly draft: string
  /** Grows with each change; a save names the one it started from. */
  readonly revision: number
  readonly draftAt: Date
  readonly publishedId: string | undefined
}

export interface StoredVersion {
  readonly id: string
  readonly botId: string
  readonly number: number
  readonly document: string
  readonly warnings: number
  readonly publishedAt: Date
  readonly publishedBy: string
  readonly archivedAt: Date | undefined
}

interface DraftRow {
  readonly id: string
  readonly bot_id: string
  readonly draft: string
  readonly revision: number
  readonly draft_at: Date
  readonly published_id: string | null
}

interface VersionRow {
  readonly id: string
  readonly bot_id: string
  readonly number: number
  readonly document: string
  readonly warnings: number
  readonly published_at: Date
  readonly published_by: string
  readonly archived_at: Date | null
}

const draftOf = (row: DraftRow): StoredDraft => ({
  scenarioId: row.id,
  botId: row.bot_id,
  draft: row.draft,
  revision: row.revision,
  draftAt: row.draft_at,
  publishedId: row.published_id ?? undefined,
})

const versionOf = (row: VersionRow): StoredVersion => ({
  id: row.id,
  botId: row.bot_id,
  number: row.number,
  document: row.document,
  warnings: row.warnings,
  publishedAt: row.published_at,
  publishedBy: row.published_by,
  archivedAt: row.archived_at ?? undefined,
})

const draftColumns = 'id, bot_id, draft, revision, draft_at, published_id'
const versionColumns = 'id, bot_id, number, document, warnings, published_at, published_by, archived_at'

export class ScenarioStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async draft(botId: string): Promise<StoredDraft | undefined> {
    const [row] = await this.#db.query<DraftRow>(`SELECT ${draftColumns} FROM {scenarios} WHERE bot_id = $1`, [botId])
    return row && draftOf(row)
  }

  /** The draft, locked until the transaction ends: publishing is one at a time. */
  async lockedDraft(botId: string, within: Transaction): Promise<StoredDraft | undefined> {
    const [row] = await within.query<DraftRow>(`SELECT ${draftColumns} FROM {scenarios} WHERE bot_id = $1 FOR UPDATE`, [botId])
    return row && draftOf(row)
  }

  /** Without the documents: what a list needs. */
  async summaries(): Promise<
    {
      botId: string
      revision: number
      draftAt: Date
      changed: boolean
      number: number | undefined
      publishedAt: Date | undefined
      publishedBy: string | undefined
    }[]
  > {
    const rows = await this.#db.query<{
      bot_id: string
      revision: number
      draft_at: Date
      changed: boolean
      number: number | null
      published_at: Date | null
      published_by: string | null
    }>(
      `SELECT s.bot_id, s.revision, s.draft_at, s.draft IS DISTINCT FROM v.document AS changed, v.number, v.published_at, v.published_by
       FROM {scenarios} s LEFT JOIN {versions} v ON v.id = s.published_id ORDER BY s.bot_id`,
    )
    return rows.map((row) => ({
      botId: row.bot_id,
      revision: row.revision,
      draftAt: row.draft_at,
      changed: row.changed,
      number: row.number ?? undefined,
      publishedAt: row.published_at ?? undefined,
      publishedBy: row.published_by ?? undefined,
    }))
  }

  async create(draft: { scenarioId: string; botId: string; draft: string; at: Date }, within: Within): Promise<void> {
    await this.#db.write(
      {
        text: 'INSERT INTO {scenarios} (id, bot_id, draft, draft_at) VALUES ($1, $2, $3, $4) ON CONFLICT (bot_id) DO NOTHING',
        values: [draft.scenarioId, draft.botId, draft.draft, draft.at],
        expect: 1,
      },
      within,
    )
  }

  /** Throws `stale_write` when the draft has moved on from `revision`. */
  async saveDraft(change: { botId: string; draft: string; revision: number; at: Date }, within: Within): Promise<void> {
    await this.#db.write(
      {
        text: 'UPDATE {scenarios} SET draft = $2, revision = revision + 1, draft_at = $4 WHERE bot_id = $1 AND revision = $3',
        values: [change.botId, change.draft, change.revision, change.at],
        expect: 1,
      },
      within,
    )
  }

  async publish(version: Omit<StoredVersion, 'archivedAt'>, within: Transaction): Promise<void> {
    const { id, botId, number, document, warnings, publishedAt, publishedBy } = version
    await within.query('UPDATE {versions} SET archived_at = $2 WHERE bot_id = $1 AND archived_at IS NULL', [botId, publishedAt])
    await within.query(
      'INSERT INTO {versions} (id, bot_id, number, document, warnings, published_at, published_by) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [id, botId, number, document, warnings, publishedAt, publishedBy],
    )
    await within.query('UPDATE {scenarios} SET published_id = $2 WHERE bot_id = $1', [botId, id])
  }

  async lastNumber(botId: string, within: Transaction): Promise<number> {
    const [row] = await within.query<{ number: number }>('SELECT coalesce(max(number), 0)::int AS number FROM {versions} WHERE bot_id = $1', [botId])
    return row?.number ?? 0
  }

  async version(id: string, within: PluginDatabase = this.#db): Promise<StoredVersion | undefined> {
    const [row] = await within.query<VersionRow>(`SELECT ${versionColumns} FROM {versions} WHERE id = $1`, [id])
    return row && versionOf(row)
  }

  async numbered(botId: string, number: number): Promise<StoredVersion | undefined> {
    const [row] = await this.#db.query<VersionRow>(`SELECT ${versionColumns} FROM {versions} WHERE bot_id = $1 AND number = $2`, [botId, number])
    return row && versionOf(row)
  }

  /** Newest first; `before` is the number of the last one seen. */
  async versions(botId: string, before = 2 ** 31 - 1, limit = 50): Promise<Omit<StoredVersion, 'document'>[]> {
    const rows = await this.#db.query<VersionRow>(
      `SELECT id, bot_id, number, '' AS document, warnings, published_at, published_by, archived_at
       FROM {versions} WHERE bot_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3`,
      [botId, before, limit],
    )
    return rows.map(versionOf)
  }

  async publishedId(botId: string): Promise<string | undefined> {
    const [row] = await this.#db.query<{ published_id: string | null }>('SELECT published_id FROM {scenarios} WHERE bot_id = $1', [botId])
    return row?.published_id ?? undefined
  }

  /** Every bot with something published, for triggers. */
  async published(): Promise<{ botId: string; versionId: string }[]> {
    const rows = await this.#db.query<{ bot_id: string; published_id: string }>(
      'SELECT bot_id, published_id FROM {scenarios} WHERE published_id IS NOT NULL',
    )
    return rows.map((row) => ({ botId: row.bot_id, versionId: row.published_id }))
  }

  /** How many nodes of each draft and live version have one of these names, as their type or as that of their action. */
  async uses(names: readonly string[]): Promise<{ botId: string; name: string; draft: number; live: number }[]> {
    const rows = await this.#db.query<{ bot_id: string; name: string; draft: number; live: number }>(
      `SELECT bot_id, name, count(*) FILTER (WHERE NOT live)::int AS draft, count(*) FILTER (WHERE live)::int AS live
       FROM (
         SELECT s.bot_id, d.live, CASE WHEN node->>'type' = 'action' THEN node->'parameters'->>'templateId' ELSE node->>'type' END AS name
         FROM {scenarios} s LEFT JOIN {versions} v ON v.id = s.published_id
           CROSS JOIN LATERAL (VALUES (s.draft::json, false), (v.document::json, true)) AS d (document, live)
           CROSS JOIN LATERAL json_array_elements(d.document->'sections') AS section
           CROSS JOIN LATERAL json_array_elements(section->'nodes') AS node
       ) AS nodes
       WHERE name = ANY($1::text[]) GROUP BY bot_id, name ORDER BY bot_id, name`,
      [names],
    )
    return rows.map(({ bot_id, ...row }) => ({ botId: bot_id, ...row }))
  }

  async remove(botId: string, within: Within): Promise<void> {
    await this.#db.write({ text: 'DELETE FROM {scenarios} WHERE bot_id = $1', values: [botId] }, within)
  }
}
