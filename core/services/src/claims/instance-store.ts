import type { Migrations } from '@parley/plugin-api'

export const claimsMigrations: Migrations = {
  '20261121T0700_claims_instances': {
    async up(db) {
      await db.raw(`
        CREATE TABLE instances (
          mark text COLLATE "C" PRIMARY KEY,
          roles text[] NOT NULL,
          version text COLLATE "C" NOT NULL,
          machine text NOT NULL,
          pid integer NOT NULL,
          watched boolean NOT NULL DEFAULT true,
          started_at timestamptz NOT NULL DEFAULT now(),
          gone_at timestamptz
        )`)
    },
  },
  '20261121T0720_claims_plugin_sets': {
    async up(db) {
      await db.raw('ALTER TABLE instances ADD COLUMN plugin_set text COLLATE "C", ADD COLUMN plugins jsonb')
      await db.raw(`
        CREATE TABLE announced_plugin_set (
          singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
          plugin_set text COLLATE "C" NOT NULL,
          announced_at timestamptz NOT NULL
        )`)
    },
  },
  '20261121T0730_claims_cores': {
    async up(db) {
      await db.raw('ALTER TABLE instances ADD COLUMN cores integer')
    },
  },
}

/** What a process says of itself. */
export interface InstanceFacts {
  readonly roles: readonly string[]
  readonly version: string
  readonly machine: Machine
  readonly pid: number
  /** Absent where nobody compares the plugins of processes. */
  readonly plugins?: PluginSet
}

/** What a process runs on. */
export interface Machine {
  readonly name: string
  readonly cores: number
}

/** The plugins that a process would import, and one hash of them. */
export interface PluginSet {
  readonly hash: string
  /** Id -> version, and the integrity of what is not released with Parley. */
  readonly plugins: Readonly<Record<string, string>>
}

/** A process of the last minutes; `cores` are unknown of one of an earlier version. */
export interface KnownProcess {
  readonly mark: string
  readonly gone: boolean
  readonly works: boolean
  readonly machine: string
  readonly cores: number | undefined
}

/** One look at all processes. */
export interface Look {
  /** The server process behind this session; another one each time means that there is no session. */
  readonly backend: number
  /** Watched processes of the last minutes, oldest first. */
  readonly known: readonly KnownProcess[]
  /** Marks whose lock is held. */
  readonly present: ReadonlySet<string>
}

/** One statement on the session; what a table is called is the session's matter. */
export type Ask = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>

// "pins": the first of the two numbers of our locks; the second is the process's mark
export const lockClass = 0x70696e73
const remembered = `interval '10 minutes'`

const lockOf = (mark: string): number => parseInt(mark, 16) | 0

/** The list of processes, over the one connection whose end tells the others that a process has died. */
export class InstanceStore {
  readonly #ask: Ask

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** False when another process has this mark. The lock comes first: a row without its lock is a process that has died. */
  async join(mark: string, { roles, version, machine, pid, plugins }: InstanceFacts): Promise<boolean> {
    const [lock] = await this.#ask<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', [lockClass, lockOf(mark)])
    if (lock?.taken !== true) return false
    const rows = await this.#ask(
      `INSERT INTO host.instances (mark, roles, version, machine, cores, pid, plugin_set, plugins) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (mark) DO UPDATE SET roles = excluded.roles
       WHERE instances.gone_at IS NULL AND instances.machine = excluded.machine AND instances.pid = excluded.pid RETURNING mark`,
      [mark, roles, version, machine.name, machine.cores, pid, plugins?.hash ?? null, plugins === undefined ? null : JSON.stringify(plugins.plugins)],
    )
    if (rows.length > 0) return true
    await this.#ask('SELECT pg_advisory_unlock($1, $2)', [lockClass, lockOf(mark)])
    return false
  }

  async look(): Promise<Look> {
    const [row] = await this.#ask<{ backend: number; known: [string, boolean, boolean, string, number | null][] | null; locks: string[] | null }>(
      `SELECT pg_backend_pid() AS backend,
         (SELECT jsonb_agg(jsonb_build_array(mark, gone_at IS NOT NULL, 'worker' = ANY(roles), machine, cores) ORDER BY started_at, mark) FROM host.instances
          WHERE watched AND (gone_at IS NULL OR gone_at > now() - ${remembered})) AS known,
         (SELECT array_agg(lpad(to_hex(objid::bigint), 8, '0')) FROM pg_locks
          WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = $1
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks`,
      [lockClass],
    )
    return {
      backend: row?.backend ?? 0,
      known: (row?.known ?? []).map(([mark, gone, works, machine, cores]) => ({ mark, gone, works, machine, cores: cores ?? undefined })),
      present: new Set(row?.locks ?? []),
    }
  }

  async bury(marks: readonly string[]): Promise<void> {
    await this.#ask('UPDATE host.instances SET gone_at = now() WHERE mark = ANY($1) AND gone_at IS NULL', [marks])
  }

  /** From now on nobody judges this process by its lock. */
  async unwatch(mark: string): Promise<void> {
    await this.#ask('UPDATE host.instances SET watched = false WHERE mark = $1', [mark])
  }

  async forgetOld(): Promise<void> {
    await this.#ask(`DELETE FROM host.instances WHERE gone_at < now() - ${remembered} OR NOT watched AND started_at < now() - interval '7 days'`)
  }
}
