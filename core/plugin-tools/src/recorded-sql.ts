import type { Migration } from '@parley/plugin-api'
import createKnex, { type Knex } from 'knex'

interface Query {
  readonly text: string
}

/** @internal The SQL that a migration would send. It is run without a database: every question is answered with no rows. */
export async function recordedSql(migration: Migration): Promise<string[]> {
  const texts: string[] = []
  const connection = {
    query({ text }: Query, done: (error: undefined, result: object) => void): void {
      texts.push(text)
      done(undefined, { command: '', rows: [], rowCount: 0, fields: [] })
    },
    release() {},
  }
  const connectionPool = { connect: async () => connection, end: async () => {}, totalCount: 0, idleCount: 0, waitingCount: 0 }
  const knex: Knex = createKnex({ client: 'pg', version: '15', connectionPool })
  await knex.transaction((transaction) => migration.up(transaction))
  return texts.filter((text) => !/^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i.test(text))
}
