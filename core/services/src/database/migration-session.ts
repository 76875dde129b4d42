import { setTimeout } from 'node:timers/promises'
import { ParleyError } from '@parley/plugin-api'
import type { Knex } from 'knex'
import type pg from 'pg'
import { knexPackage } from './knex-connection.ts'
import { connectToPrimary } from './servers.ts'

// Two numbers of our own ("parl", "ey"): advisory locks are one space for all that use the database.
const lockKeys = [0x7061726c, 0x6579]

/** One connection of its own, outside the pool: it waits for a lock, changes the search path and may run for minutes. `knex` makes builders over it. */
export const withMigrationSession = async <T>(url: string, work: (knex: () => Knex, client: pg.Client) => Promise<T>): Promise<T> => {
  const client = await connectToPrimary(url, { application_name: 'parley migrate', keepAlive: true })
  const connectionPool = { connect: async () => client, end: async () => {}, totalCount: 1, idleCount: 0, waitingCount: 0 }
  try {
    await refusePooler(client)
    return await work(() => knexPackage().knex({ client: 'pg', version: '15', connectionPool, compileSqlOnError: false }), client)
  } finally {
    await client.end()
  }
}

/** A pooler may give each statement another session: the lock would stay behind in one of them and the search path leak to strangers. */
export const refusePooler = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ backend: number }>('SELECT pg_backend_pid() AS backend')
  // what a pooler says of itself when a connection is made is no server process
  if (rows[0]?.backend === (client as pg.Client & { processID?: number }).processID) return
  throw new ParleyError(
    'invalid_config',
    'There is a pooler between Parley and PostgreSQL, and migrations and backups need a session of their own. Set DATABASE_DIRECT_URL to PostgreSQL itself.',
  )
}

/**
 * Of several processes that migrate at once one works and the others wait; the lock goes with the connection. They ask again and again: one that waited
 * inside a statement would hold a snapshot, for which CREATE INDEX CONCURRENTLY of the one that works waits in turn.
 */
export const takeMigrationLock = async (client: pg.Client): Promise<void> => {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', lockKeys)
    if (rows[0]?.taken) return
    await setTimeout(100)
  }
}
