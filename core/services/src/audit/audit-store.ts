import type { Migrations, PluginDatabase, Within } from '@parley/plugin-api'

export const auditMigrations: Migrations = {
  '20261120T0010_audit_log': {
    async up(db) {
      await db.raw(`
        CREATE TABLE audit_log (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          at timestamptz NOT NULL,
          plugin text COLLATE "C" NOT NULL,
          action text COLLATE "C" NOT NULL,
          object_type text COLLATE "C" NOT NULL,
          object_id text COLLATE "C" NOT NULL,
          object_title text COLLATE "und-x-icu",
          actor_kind text COLLATE "C" NOT NULL,
          actor_id text COLLATE "C" NOT NULL,
          actor_name text COLLATE "und-x-icu" NOT NULL,
          address text COLLATE "C",
          request_id text COLLATE "C",
          before jsonb,
          after jsonb
        )`)
      await db.raw('CREATE INDEX audit_log_object ON audit_log (object_type, object_id, id DESC)')
      await db.raw('CREATE INDEX audit_log_actor ON audit_log (actor_id, id DESC)')
      await db.raw('CREATE INDEX audit_log_at ON audit_log (at)')
    },
  },
}

export interface NewAuditRow {
  readonly at: Date
  readonly plugin: string
  readonly action: string
  readonly object: { readonly type: string; readonly id: string; readonly title?: string }
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string }
  readonly address: string | undefined
  readonly requestId: string | undefined
  /** JSON. */
  readonly before: string | undefined
  readonly after: string | undefined
}

export interface AuditRecord {
  readonly id: string
  readonly at: string
  readonly plugin: string
  readonly action: string
  readonly object: { readonly type: string; readonly id: string; readonly title?: string }
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string }
  readonly address?: string
  readonly requestId?: string
  readonly before?: unknown
  readonly after?: unknown
}

export interface AuditFilter {
  readonly objectType?: string | undefined
  readonly objectId?: string | undefined
  readonly actorId?: string | undefined
  readonly action?: string | undefined
  readonly from?: Date | undefined
  readonly until?: Date | undefined
  /** Entries older than this id. */
  readonly before?: string | undefined
  readonly limit: number
}

/** Seconds. Who changes something and looks at once asks for the newest entries, those of the object or their own, which an index answers (ADR 86). */
const acceptableLag = 5

const looksThrough = ({ objectType, objectId, actorId, action, from, until }: AuditFilter): boolean =>
  objectId === undefined && actorId === undefined && [objectType, action, from, until].some((one) => one !== undefined)

export class AuditStore {
  readonly #db: PluginDatabase

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  async insert(row: NewAuditRow, within: Within | undefined): Promise<void> {
    await this.#db.write(
      {
        text: `INSERT INTO {audit_log} (at, plugin, action, object_type, object_id, object_title, actor_kind, actor_id, actor_name, address, request_id,
            before, after)
          VALUES ($1::timestamptz, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13::jsonb)`,
        values: [
          row.at,
          row.plugin,
          row.action,
          row.object.type,
          row.object.id,
          row.object.title ?? null,
          row.actor.kind,
          row.actor.id,
          row.actor.name,
          row.address ?? null,
          row.requestId ?? null,
          row.before ?? null,
          row.after ?? null,
        ],
      },
      within,
    )
  }

  /** Newest first. */
  async list(filter: AuditFilter): Promise<AuditRecord[]> {
    const conditions: string[] = []
    const values: unknown[] = []
    const add = (condition: string, value: unknown): void => {
      if (value === undefined) return
      values.push(value)
      conditions.push(condition.replace('?', `$${values.length}`))
    }
    add('object_type = ?', filter.objectType)
    add('object_id = ?', filter.objectId)
    add('actor_id = ?', filter.actorId)
    add('action = ?', filter.action)
    add('at >= ?', filter.from)
    add('at < ?', filter.until)
    add('id < ?::bigint', filter.before)
    values.push(filter.limit)
    const text = `SELECT id::text, at, plugin, action, object_type, object_id, object_title, actor_kind, actor_id, actor_name, address, request_id, before, after
       FROM {audit_log} ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
       ORDER BY audit_log.id DESC LIMIT $${values.length}`
    const rows = await (looksThrough(filter)
      ? this.#db.report<AuditRow>(text, values, { lag: acceptableLag })
      : this.#db.query<AuditRow>(text, values))
    return rows.map(toRecord)
  }
}

interface AuditRow {
  readonly id: string
  readonly at: Date
  readonly plugin: string
  readonly action: string
  readonly object_type: string
  readonly object_id: string
  readonly object_title: string | null
  readonly actor_kind: string
  readonly actor_id: string
  readonly actor_name: string
  readonly address: string | null
  readonly request_id: string | null
  readonly before: unknown
  readonly after: unknown
}

const toRecord = (row: AuditRow): AuditRecord => ({
  id: row.id,
  at: row.at.toISOString(),
  plugin: row.plugin,
  action: row.action,
  object: { type: row.object_type, id: row.object_id, ...(row.object_title === null ? {} : { title: row.object_title }) },
  actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
  ...(row.address === null ? {} : { address: row.address }),
  ...(row.request_id === null ? {} : { requestId: row.request_id }),
  ...(row.before === null ? {} : { before: row.before }),
  ...(row.after === null ? {} : { after: row.after }),
})
