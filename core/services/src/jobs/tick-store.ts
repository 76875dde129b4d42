import type { Migrations, PluginDatabase } from '@parley/plugin-api'

export const jobsMigrations: Migrations = {
  '20261120T0020_jobs_ticks': {
    async up(db) {
      await db.raw(`
        CREATE TABLE ticks (
          name text COLLATE "C" PRIMARY KEY,
          rhythm text COLLATE "C" NOT NULL,
          next_at timestamptz NOT NULL
        )`)
    },
  },
}

export interface Tick {
  readonly name: string
  readonly nextAt: Date
}

// A row that another process is claiming is its tick, so there is nothing to wait for.
const claimText = `
  WITH due AS (
    SELECT name FROM {ticks} WHERE name = ANY($1) AND (next_at <= $3 OR $4) ORDER BY name FOR UPDATE SKIP LOCKED
  )
  UPDATE {ticks} AS t SET next_at = w.next_at
  FROM unnest($1::text[], $2::timestamptz[]) AS w(name, next_at)
  WHERE t.name = w.name AND t.name IN (SELECT name FROM due)
  RETURNING t.name`

const enrolText = `
  INSERT INTO {ticks} AS t (name, rhythm, next_at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS w(name, rhythm, next_at) ORDER BY 1
  ON CONFLICT (name) DO UPDATE SET rhythm = excluded.rhythm, next_at = excluded.next_at WHERE t.rhythm <> excluded.rhythm`

/** What happens once per tick for any number of processes: the process whose update moves the row on does it. */
export class TickStore {
  readonly #db: PluginDatabase

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  /** Makes the rows known; one whose rhythm has changed starts anew. */
  async enrol(ticks: readonly (Tick & { readonly rhythm: string })[]): Promise<void> {
    await this.#db.query(enrolText, [ticks.map((tick) => tick.name), ticks.map((tick) => tick.rhythm), ticks.map((tick) => tick.nextAt)])
  }

  /** Does the work of a tick that is due, and moves it on in the transaction that holds it: work that was not ended leaves the tick as it was. */
  async take({ name, nextAt }: Tick, now: Date, work: () => Promise<void>): Promise<'done' | 'done elsewhere' | 'begun elsewhere'> {
    const done = await this.#db.transaction(async (tx) => {
      const held = await tx.query('SELECT name FROM {ticks} WHERE name = $1 AND next_at <= $2 FOR UPDATE SKIP LOCKED', [name, now])
      if (held.length === 0) return false
      await work()
      await tx.query('UPDATE {ticks} SET next_at = $2 WHERE name = $1', [name, nextAt])
      return true
    })
    if (done) return 'done'
    const waiting = await this.#db.query('SELECT name FROM {ticks} WHERE name = $1 AND next_at <= $2', [name, now])
    return waiting.length > 0 ? 'begun elsewhere' : 'done elsewhere'
  }

  /** Names of the ticks that are this process's to do. `force` takes them before their time. */
  async claim(ticks: readonly Tick[], now: Date, force = false): Promise<readonly string[]> {
    const rows = await this.#db.query<{ name: string }>(claimText, [ticks.map((tick) => tick.name), ticks.map((tick) => tick.nextAt), now, force])
    return rows.map((row) => row.name)
  }
}
