import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ParleyError } from '@parley/plugin-api'
import type { Client } from 'pg'
import { lockClass } from '../claims/instance-store.ts'
import { inBackupSession } from './backup-session.ts'
import { CopyIn } from './copy-streams.ts'
import { describeSchemas, type SchemaDescription } from './describe-schemas.ts'
import { serverVersion, type DatabaseDump } from './dump-database.ts'
import { isExtension, ourSchemas } from './schema-statements.ts'

export interface LoadOptions {
  /** Of PostgreSQL itself, not of a pooler. */
  readonly url: string
  readonly dump: DatabaseDump
  /** Drops what is there instead of refusing it. */
  readonly replace: boolean
  /** Called when nothing is in the way and before anything is changed; what it throws ends the restore. */
  prepare?(): Promise<void>
  /** The rows of one table, as `dumpDatabase` gave them. */
  table(table: { readonly schema: string; readonly name: string }): Readable
}

/**
 * Everything or nothing: it is one transaction, and until its end all others see what was there before. Answers the extensions that this server
 * does not have; what needs one of them could not be made, so nothing but the text of a function may miss it.
 */
export const loadDatabase = ({ url, dump, replace, prepare, table }: LoadOptions): Promise<readonly string[]> =>
  inBackupSession(url, 'BEGIN', async (client) => {
    await refuseWhileUsed(client)
    const present = (await client.query<{ name: string }>(ourSchemas)).rows.map(({ name }) => name)
    if (present.length > 0 && !replace) {
      throw new ParleyError('conflict', 'The database is not empty. Name an empty one, or say "--replace" to give up what is in it.')
    }
    await prepare?.()
    for (const schema of present) await client.query(`DROP SCHEMA "${schema}" CASCADE`)
    const absent: string[] = []
    for (const statement of dump.before) {
      if (!isExtension(statement)) await make(client, statement)
      else if (!(await succeeds(client, statement))) absent.push(statement.split(' ')[5]!)
    }
    for (const { schema, name, qualified, columns } of dump.tables) {
      const copy = client.query(new CopyIn(`COPY ${qualified} (${columns}) FROM STDIN`))
      await pipeline(table({ schema, name }), copy)
      if (copy.rows === dump.rows[qualified]) continue
      throw new ParleyError(
        'invalid_input',
        `The backup has ${copy.rows} rows of ${qualified}, and ${dump.rows[qualified]} were written. It is damaged.`,
      )
    }
    for (const statement of [...dump.after, ...dump.sequences]) await make(client, statement)
    await refuseOther(client, dump)
    for (const { qualified } of dump.tables) await client.query(`ANALYZE ${qualified}`)
    return absent
  })

/** The locks that living processes hold: see `InstanceStore`. */
async function refuseWhileUsed(client: Client): Promise<void> {
  const { rows } = await client.query<{ living: number }>(
    `SELECT count(*)::int AS living FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = $1
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [lockClass],
  )
  const living = rows[0]!.living
  if (living === 0) return
  throw new ParleyError('conflict', `${living} ${living === 1 ? 'process' : 'processes'} of Parley work on this database. Stop all of them first.`)
}

async function succeeds(client: Client, statement: string): Promise<boolean> {
  await client.query('SAVEPOINT attempt')
  const done = await client.query(statement).then(
    () => true,
    () => false,
  )
  await client.query(done ? 'RELEASE attempt' : 'ROLLBACK TO attempt')
  return done
}

async function make(client: Client, statement: string): Promise<void> {
  try {
    await client.query(statement)
  } catch (error) {
    const problem = `PostgreSQL did not accept a part of the backup, and nothing was changed: ${(error as Error).message}. It was: ${statement.slice(0, 200)}`
    throw new ParleyError('invalid_input', problem, { cause: error })
  }
}

/** What was made must read as what was kept. Between major versions PostgreSQL writes some of it in another way. */
async function refuseOther(client: Client, dump: DatabaseDump): Promise<void> {
  if (Math.floor((await serverVersion(client)) / 10_000) !== Math.floor(dump.serverVersion / 10_000)) return
  const made = await describeSchemas(client, dump.schemas)
  const parts = (one: SchemaDescription): readonly string[] => [...one.before, ...one.after].filter((text) => !isExtension(text))
  const [wanted, found] = [new Set(parts(dump)), new Set(parts(made))]
  const other = [...found].find((text) => !wanted.has(text)) ?? [...wanted].find((text) => !found.has(text))
  if (other === undefined) return
  throw new ParleyError('internal', `The database did not become as the backup says, and nothing was changed. It differs in: ${other}`)
}
