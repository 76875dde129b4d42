import type { Migrations, PluginDatabase } from '@parley/plugin-api'

export const connectorsMigrations: Migrations = {
  '20261120T0023_connectors_leases': {
    async up(db) {
      await db.raw(`
        CREATE TABLE leases (
          name text COLLATE "C" PRIMARY KEY,
          owner text COLLATE "C" NOT NULL,
          fence bigint NOT NULL,
          expires_at timestamptz NOT NULL
        )`)
    },
  },
}

export interface Lease {
  readonly name: string
  /** Grows with every owner: a lease that was lost and taken again is another one. */
  readonly fence: string
}

/** Which process owns what, until when. Rows stay, so that fences only grow. */
export class LeaseStore {
  readonly #db: PluginDatabase

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  /** Those of the names that were free, had expired or belonged to a process that has ended. */
  async acquire(names: readonly string[], owner: string, now: Date, until: Date, gone: readonly string[] = []): Promise<readonly Lease[]> {
    const text = `
      INSERT INTO {leases} AS l (name, owner, fence, expires_at)
      SELECT w.name, $2, 1, $4 FROM unnest($1::text[]) AS w(name) ORDER BY w.name
      ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, fence = l.fence + 1, expires_at = excluded.expires_at
      WHERE l.expires_at <= $3 OR left(l.owner, 8) = ANY($5)
      RETURNING name, fence::text`
    return await this.#db.query<{ name: string; fence: string }>(text, [names, owner, now, until, gone])
  }

  /** Names of the leases that are still held. */
  async renew(leases: readonly Lease[], until: Date): Promise<readonly string[]> {
    const text = `
      UPDATE {leases} AS l SET expires_at = $3 FROM unnest($1::text[], $2::bigint[]) AS w(name, fence)
      WHERE l.name = w.name AND l.fence = w.fence RETURNING l.name`
    const rows = await this.#db.query<{ name: string }>(text, [leases.map(({ name }) => name), leases.map(({ fence }) => fence), until])
    return rows.map(({ name }) => name)
  }

  /** Lets another process have it at once. */
  async release({ name, fence }: Lease, now: Date): Promise<void> {
    await this.#db.query('UPDATE {leases} SET expires_at = $3 WHERE name = $1 AND fence = $2', [name, fence, now])
  }
}
