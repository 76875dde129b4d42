import type { Migrations, PluginDatabase } from '@parley/plugin-api'

export const pluginStatesMigrations: Migrations = {
  '20261121T0900_plugin_states': {
    async up(db) {
      await db.raw(`
        CREATE TABLE plugin_state (
          plugin text COLLATE "C" PRIMARY KEY,
          state text NOT NULL CHECK (state IN ('disabled', 'quarantined')),
          reason text,
          decided_by text,
          decided_at timestamptz NOT NULL,
          crashes timestamptz[] NOT NULL DEFAULT '{}'
        )`)
      await db.raw(`
        CREATE TABLE plugin_crashes (
          id uuid PRIMARY KEY,
          plugin text COLLATE "C" NOT NULL,
          at timestamptz NOT NULL,
          process text NOT NULL,
          message text NOT NULL
        )`)
      await db.raw('CREATE INDEX plugin_crashes_plugin ON plugin_crashes (plugin, at)')
    },
  },
}

/** What was decided of a plugin outside the configuration. */
export interface PluginDecision {
  readonly plugin: string
  readonly state: 'disabled' | 'quarantined'
  /** In the words of who decided, or the message of the last crash. */
  readonly reason: string | undefined
  /** Name of a person; `undefined` when the host did it after crashes. */
  readonly by: string | undefined
  readonly at: Date
  readonly crashes: readonly Date[]
}

/** A process that ended because of a plugin. */
export interface PluginCrash {
  /** Noted twice, in a file and in the database, it counts once. */
  readonly id: string
  readonly plugin: string
  readonly at: Date
  /** Machine and number. */
  readonly process: string
  readonly message: string
}

interface Row {
  plugin: string
  state: PluginDecision['state']
  reason: string | null
  decided_by: string | null
  decided_at: Date
  crashes: Date[]
}

const keptFor = 24 * 60 * 60_000

/** Plugins that an administrator disabled or that crashed too often, and the crashes of the last day. */
export class PluginStateStore {
  readonly #db: PluginDatabase
  #ready = false

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  /** False before the first migration: decisions are asked for when plugins are chosen, which is earlier. */
  async ready(): Promise<boolean> {
    if (this.#ready) return true
    const [row] = await this.#db.query<{ there: boolean }>("SELECT to_regclass('host.plugin_crashes') IS NOT NULL AS there")
    return (this.#ready = row?.there === true)
  }

  async decisions(): Promise<readonly PluginDecision[]> {
    const rows = await this.#db.query<Row>('SELECT plugin, state, reason, decided_by, decided_at, crashes FROM {plugin_state} ORDER BY plugin')
    return rows.map(({ plugin, state, reason, decided_by: by, decided_at: at, crashes }) => ({
      plugin,
      state,
      reason: reason ?? undefined,
      by: by ?? undefined,
      at,
      crashes,
    }))
  }

  async decide({ plugin, state, reason, by, at, crashes }: PluginDecision): Promise<void> {
    await this.#db.query(
      `INSERT INTO {plugin_state} (plugin, state, reason, decided_by, decided_at, crashes) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (plugin) DO UPDATE SET state = excluded.state, reason = excluded.reason, decided_by = excluded.decided_by,
         decided_at = excluded.decided_at, crashes = excluded.crashes`,
      [plugin, state, reason ?? null, by ?? null, at, crashes],
    )
  }

  /** Its crashes are forgotten too, so that it may crash as often again before it is stopped. */
  async forget(plugin: string): Promise<void> {
    await this.#db.query('DELETE FROM {plugin_crashes} WHERE plugin = $1', [plugin])
    await this.#db.query('DELETE FROM {plugin_state} WHERE plugin = $1', [plugin])
  }

  /** Notes a crash; answers the times of those of the last day, of all processes, oldest first. */
  async crashed({ id, plugin, at, process, message }: PluginCrash): Promise<readonly Date[]> {
    await this.#db.query('DELETE FROM {plugin_crashes} WHERE at < $1', [new Date(at.getTime() - keptFor)])
    await this.#db.query('INSERT INTO {plugin_crashes} (id, plugin, at, process, message) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING', [
      id,
      plugin,
      at,
      process,
      message,
    ])
    // after the row above is there for everybody, so of processes that crash at the same time at least the last one sees all
    const rows = await this.#db.query<{ at: Date }>('SELECT at FROM {plugin_crashes} WHERE plugin = $1 ORDER BY at', [plugin])
    return rows.map((row) => row.at)
  }
}
