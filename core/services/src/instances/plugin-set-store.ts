import type { PluginDatabase } from '@parley/plugin-api'
import type { PluginSet } from '../claims/index.ts'
import { lockClass } from '../claims/instance-store.ts'

/** A process that lives: it holds its lock, or goes through a pooler and is believed. */
export interface Instance {
  readonly mark: string
  readonly machine: string
  readonly pid: number
  readonly roles: readonly string[]
  readonly version: string
  readonly set: PluginSet
  readonly startedAt: Date
}

interface Row {
  mark: string
  machine: string
  pid: number
  roles: string[]
  version: string
  hash: string
  plugins: Record<string, string>
  started_at: Date
}

/** The plugins of processes, beside the list that the claims keep of who lives. */
export class PluginSetStore {
  readonly #db: PluginDatabase

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  /** Oldest first, by the clock of the database. */
  async live(): Promise<readonly Instance[]> {
    const rows = await this.#db.query<Row>(
      `SELECT mark, machine, pid, roles, version, plugin_set AS hash, plugins, started_at
       FROM {instances} WHERE gone_at IS NULL AND plugin_set IS NOT NULL AND (NOT watched OR mark IN (
         SELECT lpad(to_hex(objid::bigint), 8, '0') FROM pg_locks
         WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = $1
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))
       ORDER BY started_at, mark`,
      [lockClass],
    )
    return rows.map(({ hash, plugins, started_at: startedAt, ...row }) => ({ ...row, startedAt, set: { hash, plugins } }))
  }

  async announce({ hash }: PluginSet, now: Date): Promise<void> {
    await this.#db.query(
      `INSERT INTO {announced_plugin_set} (plugin_set, announced_at) VALUES ($1, $2)
       ON CONFLICT (singleton) DO UPDATE SET plugin_set = excluded.plugin_set, announced_at = excluded.announced_at`,
      [hash, now],
    )
  }

  /** Hash of the set that the last rollout announced. */
  async announced(): Promise<string | undefined> {
    const [row] = await this.#db.query<{ hash: string }>('SELECT plugin_set AS hash FROM {announced_plugin_set}')
    return row?.hash
  }
}
