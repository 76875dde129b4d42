import { setTimeout } from 'node:timers/promises'
import createKnex, { type Knex } from 'knex'
import pg from 'pg'
import { translateError } from './database-errors.ts'

// Two numbers of our own ("parl", "ey"): advisory locks are one space for all that use the database.
const lockKeys = [0x7061726c, 0x6579]

/** One connection of its own, outside the pool: it waits for a lock, changes the search path and may run for minutes. */
export const withMigrationSession = async <T>(url: string, work: (knex: Knex, client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url, application_name: 'parley migrate', keepAlive: true })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw translateError(error)
  }
  const connectionPool = { connect: async () => client, end: async () => {}, totalCount: 1, idleCount: 0, waitingCount: 0 }
  try {
    return await work(createKnex({ client: 'pg', version: '15', connectionPool, compileSqlOnError: false }), client)
  } finally {
    await client.end()
  }
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
