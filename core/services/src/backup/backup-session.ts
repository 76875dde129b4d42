import type pg from 'pg'
import { translateError } from '../database/database-errors.ts'
import { refusePooler, takeMigrationLock } from '../database/migration-session.ts'
import { connectToPrimary } from '../database/servers.ts'

/** Rows are text: what a server, a database or a role has set must not decide how it is written here and read elsewhere. */
const sameEverywhere = Object.entries({
  search_path: 'pg_catalog',
  check_function_bodies: 'off',
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: "'UTC'",
  extra_float_digits: '3',
  bytea_output: 'hex',
  lc_monetary: "'C'",
  xmloption: 'content',
  standard_conforming_strings: 'on',
  quote_all_identifiers: 'off',
  row_security: 'off',
})
  .map(([name, value]) => `SET LOCAL ${name} TO ${value}`)
  .join('; ')

/**
 * One connection of its own, with the lock of migrations, inside one transaction: nobody changes tables meanwhile, and what fails has changed
 * nothing. Names are written in full, and nothing is too slow.
 */
export async function inBackupSession<T>(url: string, begin: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connectToPrimary(url, { application_name: 'parley backup', keepAlive: true })
  try {
    await client.query('SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = 0')
    await refusePooler(client)
    await takeMigrationLock(client)
    await client.query(begin)
    await client.query(sameEverywhere)
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    throw translateError(error)
  } finally {
    // a stream that was cut off has destroyed its connection, and a transaction that did not commit ends with it
    await client.end().catch(() => undefined)
  }
}
