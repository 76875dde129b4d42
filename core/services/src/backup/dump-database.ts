import type { Readable } from 'node:stream'
import { ParleyError } from '@parley/plugin-api'
import type { Client } from 'pg'
import { inBackupSession } from './backup-session.ts'
import { CopyOut } from './copy-streams.ts'
import { describeSchemas, type SchemaDescription } from './describe-schemas.ts'
import { ourSchemas, sequenceReaders } from './schema-statements.ts'

/** What a database is made again from, beside the rows. */
export interface DatabaseDump extends SchemaDescription {
  /** Of the server, such as 180001. */
  readonly serverVersion: number
  /** Schema -> migrations that were applied, in order. */
  readonly migrations: Readonly<Record<string, readonly string[]>>
  /** Table, as written in a statement -> rows. */
  readonly rows: Readonly<Record<string, number>>
  readonly sequences: readonly string[]
  /** A text that only the key of the installation opens; absent where nothing was started yet. */
  readonly keyCheck?: string
}

export interface KeptFile {
  readonly id: string
  readonly size: number
  readonly sha256: string
}

export interface DumpOptions {
  /** Of PostgreSQL itself, not of a pooler. */
  readonly url: string
  /** Takes the rows of one table, as COPY writes them. */
  table(table: { readonly schema: string; readonly name: string }, rows: Readable): Promise<void>
}

/** All of Parley's schemas as they were in one moment, while everything goes on. Answers also the files that there were. */
export const dumpDatabase = ({ url, table }: DumpOptions): Promise<{ dump: DatabaseDump; files: readonly KeptFile[] }> =>
  inBackupSession(url, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', async (client) => {
    const schemas = (await client.query<{ name: string }>(ourSchemas)).rows.map(({ name }) => name)
    if (!schemas.includes('host')) throw new ParleyError('not_found', 'There is no Parley in this database: it has no tables of the host.')
    const description = await describeSchemas(client, schemas)
    const names = description.tables.map(({ qualified }) => qualified)
    // the description was read without them; from now on nothing can be changed under the copy
    await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`)
    const rows: Record<string, number> = {}
    for (const { schema, name, qualified, columns } of description.tables) {
      const copy = client.query(new CopyOut(`COPY ${qualified} (${columns}) TO STDOUT`))
      await table({ schema, name }, copy)
      rows[qualified] = copy.rows
    }
    const sequences = await sequenceValues(client, schemas)
    const { rows: files } = await client.query<{ id: string; size: string; sha256: string }>('SELECT id, size, sha256 FROM host.files ORDER BY id')
    const keyCheck = await sealedByKey(client)
    const dump: DatabaseDump = {
      serverVersion: await serverVersion(client),
      migrations: await appliedMigrations(client, schemas),
      ...description,
      rows,
      sequences,
      ...(keyCheck === undefined ? {} : { keyCheck }),
    }
    return { dump, files: files.map(({ id, size, sha256 }) => ({ id, size: Number(size), sha256 })) }
  })

async function sequenceValues(client: Client, schemas: readonly string[]): Promise<readonly string[]> {
  const values: string[] = []
  const { rows: readers } = await client.query<{ sql: string }>(sequenceReaders, [schemas])
  for (const { sql } of readers) values.push((await client.query<{ sql: string }>(sql)).rows[0]!.sql)
  return values
}

const sealedByKey = async (client: Client): Promise<string | undefined> =>
  (await client.query<{ sealed: string }>('SELECT sealed FROM host.key_check')).rows[0]?.sealed

export const serverVersion = async (client: Client): Promise<number> =>
  (await client.query<{ version: number }>("SELECT current_setting('server_version_num')::int AS version")).rows[0]!.version

async function appliedMigrations(client: Client, schemas: readonly string[]): Promise<Record<string, readonly string[]>> {
  const applied: Record<string, readonly string[]> = {}
  for (const schema of schemas) {
    const { rows } = await client.query<{ name: string }>(`SELECT name FROM "${schema}".migrations ORDER BY name COLLATE "C"`)
    applied[schema] = rows.map(({ name }) => name)
  }
  return applied
}
