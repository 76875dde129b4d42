import type { PluginDatabase, Transaction } from '@parley/plugin-api'
import type { ActionDocument } from '../api/index.ts'

export interface StoredAction extends ActionDocument {
  readonly id: string
  readonly version: number
  readonly updatedAt: Date
  readonly updatedBy: string
  readonly deletedAt: Date | undefined
}

export type ActionSummary = Omit<StoredAction, 'code' | 'config' | 'documentation' | 'deletedAt'>

export interface StoredVersion {
  readonly version: number
  readonly savedAt: Date
  readonly savedBy: string
}

interface ActionRow {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly group: string
  readonly code: string
  readonly config: string
  readonly documentation: string
  readonly version: number
  readonly updated_at: Date
  readonly updated_by: string
  readonly deleted_at: Date | null
}

const columns = 'id, name, description, "group", code, config, documentation, version, updated_at, updated_by, deleted_at'

const actionOf = ({ updated_at, updated_by, deleted_at, config, ...row }: ActionRow): StoredAction => ({
  ...row,
  config: JSON.parse(config) as Record<string, unknown>,
  updatedAt: updated_at,
  updatedBy: updated_by,
  deletedAt: deleted_at ?? undefined,
})

/** Older versions of one action that are kept. */
const maxVersions = 100

export class ActionStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  /** Grows with every committed change. */
  async revision(): Promise<string> {
    const [row] = await this.#db.query<{ revision: string }>('SELECT revision FROM {library}')
    return row?.revision ?? '0'
  }

  /** Says that there is something new; until the transaction ends nobody else can. */
  async changing(tx: Transaction): Promise<void> {
    await tx.query('UPDATE {library} SET revision = revision + 1')
  }

  async list(): Promise<ActionSummary[]> {
    const rows = await this.#db.query<Pick<ActionRow, 'id' | 'name' | 'description' | 'group' | 'version' | 'updated_at' | 'updated_by'>>(
      'SELECT id, name, description, "group", version, updated_at, updated_by FROM {actions} WHERE deleted_at IS NULL ORDER BY name, id',
    )
    return rows.map(({ updated_at, updated_by, ...row }) => ({ ...row, updatedAt: updated_at, updatedBy: updated_by }))
  }

  /** Those that are not deleted; of one that is among `known` (id → version) nothing but these two. */
  async changed(known: ReadonlyMap<string, number>): Promise<{ id: string; version: number; action?: StoredAction }[]> {
    const rows = await this.#db.query<{ id: string; version: number }>('SELECT id, version FROM {actions} WHERE deleted_at IS NULL ORDER BY id')
    const wanted = rows.filter(({ id, version }) => known.get(id) !== version).map(({ id }) => id)
    const found = wanted.length === 0 ? [] : await this.#db.query<ActionRow>(`SELECT ${columns} FROM {actions} WHERE id = ANY($1::text[])`, [wanted])
    const byId = new Map(found.map((row) => [row.id, actionOf(row)]))
    return rows.map((row) => {
      const action = byId.get(row.id)
      return action === undefined ? row : { id: row.id, version: action.version, action }
    })
  }

  async all(): Promise<StoredAction[]> {
    return (await this.#db.query<ActionRow>(`SELECT ${columns} FROM {actions} WHERE deleted_at IS NULL ORDER BY id`)).map(actionOf)
  }

  /** Deleted ones too. */
  async find(id: string): Promise<StoredAction | undefined> {
    const [row] = await this.#db.query<ActionRow>(`SELECT ${columns} FROM {actions} WHERE id = $1`, [id])
    return row && actionOf(row)
  }

  /** With its version; an older one is kept for a while. */
  async save(action: Omit<StoredAction, 'deletedAt'>, document: string, tx: Transaction): Promise<void> {
    const { id, name, description, group, code, config, documentation, version, updatedAt, updatedBy } = action
    await tx.query(
      `INSERT INTO {actions} (id, name, description, "group", code, config, documentation, version, updated_at, updated_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, "group" = excluded."group", code = excluded.code,
         config = excluded.config, documentation = excluded.documentation, version = excluded.version, updated_at = excluded.updated_at,
         updated_by = excluded.updated_by, deleted_at = NULL`,
      [id, name, description, group, code, JSON.stringify(config), documentation, version, updatedAt, updatedBy],
    )
    await tx.query('INSERT INTO {versions} (action_id, version, document, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5)', [
      ...[id, version, document, updatedAt, updatedBy],
    ])
    await tx.query('DELETE FROM {versions} WHERE action_id = $1 AND version <= $2', [id, version - maxVersions])
  }

  async setDeleted(id: string, at: Date | undefined, tx: Transaction): Promise<void> {
    await tx.query('UPDATE {actions} SET deleted_at = $2 WHERE id = $1', [id, at ?? null])
  }

  /** What was deleted before this moment is gone for good, with its versions. */
  async forgetDeleted(before: Date): Promise<void> {
    await this.#db.write({ text: 'DELETE FROM {actions} WHERE deleted_at < $1', values: [before] })
  }

  /** Newest first. */
  async versions(id: string): Promise<StoredVersion[]> {
    const rows = await this.#db.query<{ version: number; saved_at: Date; saved_by: string }>(
      'SELECT version, saved_at, saved_by FROM {versions} WHERE action_id = $1 ORDER BY version DESC',
      [id],
    )
    return rows.map((row) => ({ version: row.version, savedAt: row.saved_at, savedBy: row.saved_by }))
  }

  async version(id: string, version: number): Promise<ActionDocument | undefined> {
    const [row] = await this.#db.query<{ document: string }>('SELECT document FROM {versions} WHERE action_id = $1 AND version = $2', [id, version])
    return row && (JSON.parse(row.document) as ActionDocument)
  }
}
