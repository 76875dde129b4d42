import type { Knex } from 'knex'
import type { QueryResult } from 'pg'
import { onUse } from '../on-use.ts'
import type { Connections, Execution } from './connections.ts'
import type { OpenTransaction } from './open-transaction.ts'

/** `knex(…)` makes builders. */
export const knexPackage = onUse<typeof import('knex')>('knex')

type Callback = (error: unknown, result?: QueryResult) => void

/** What knex's PostgreSQL dialect asks of a connection, over something that runs our statements: counted, with our errors. */
const knexConnection = (run: (execution: Execution) => Promise<QueryResult>, release: () => void) => ({
  query({ text, values }: { text: string; values?: readonly unknown[] }, done: Callback): void {
    run({ text, values, prepare: false }).then((result) => done(undefined, result), done)
  },
  release,
})

/** The builders' connection inside a transaction. */
export const transactionConnection = (transaction: OpenTransaction): object =>
  knexConnection(
    (execution) => transaction.run(execution),
    () => {},
  )

/** Query builders over the one pool, made when they are asked for first; knex has no pool of its own. */
export const createBuilders = (connections: Connections): (() => Knex) => {
  let builders: Knex | undefined
  const connectionPool = {
    connect: async () => {
      const connection = await connections.take()
      return knexConnection(
        (execution) => connection.run(execution),
        () => connection.release(),
      )
    },
    end: async () => {},
    totalCount: 0,
    idleCount: 0,
    waitingCount: 0,
  }
  // What goes wrong reaches the caller as an error; knex would print it too.
  const log = { warn() {}, error() {}, debug() {}, deprecate() {} }
  // `version` spares the question for it on every first use; `compileSqlOnError` would put values into error messages.
  return () => (builders ??= knexPackage().knex({ client: 'pg', version: '15', connectionPool, compileSqlOnError: false, log }))
}
