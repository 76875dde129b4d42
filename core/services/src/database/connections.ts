import type { Logger } from '@parley/plugin-api'
import type { Pool, PoolClient, QueryResult } from 'pg'
import { arrayLiteral } from './array-literal.ts'
import { isStalePlan, translateError } from './database-errors.ts'
import type { StatementNames } from './statement-names.ts'

/** A statement ready to be sent: names are expanded; `prepare: false` for a text that is not worth a server-side plan. */
export interface Execution {
  readonly text: string
  readonly values?: readonly unknown[] | undefined
  readonly prepare?: boolean
}

/** One connection taken from the pool; one statement at a time. */
export class Connection {
  readonly #client: PoolClient
  readonly #names: StatementNames
  readonly #counted: () => void
  #broken = false

  constructor(client: PoolClient, names: StatementNames, counted: () => void) {
    this.#client = client
    this.#names = names
    this.#counted = counted
  }

  async run({ text, values, prepare = true }: Execution): Promise<QueryResult> {
    this.#counted()
    const name = prepare ? this.#names.of(text) : undefined
    try {
      return await this.#client.query({
        text,
        ...(values === undefined ? {} : { values: values.map((value) => (Array.isArray(value) ? (arrayLiteral(value) ?? value) : value)) }),
        ...(name === undefined ? {} : { name }),
      })
    } catch (error) {
      const translated = translateError(error)
      // pg keeps the name of a plan that went stale, so such a connection would fail for ever
      if (translated !== error || isStalePlan(error)) this.#broken = true
      throw translated
    }
  }

  /** After a failure that leaves the connection in an unknown state. */
  discard(): void {
    this.#broken = true
  }

  release(): void {
    this.#client.release(this.#broken)
  }
}

/** The one pool of a process, counted. */
export class Connections {
  readonly #pool: Pool
  readonly #names: StatementNames
  #queries = 0
  #closing = false

  constructor({ pool, names, log }: { pool: Pool; names: StatementNames; log: Logger }) {
    this.#pool = pool
    this.#names = names
    // Without listeners a connection that breaks ends the process: the pool's are for idle ones, the client's for those in use.
    pool.on('error', (error) => this.#closing || log.warn('a database connection was lost', { reason: error.message }))
    pool.on('connect', (client) => void client.on('error', () => {}))
  }

  get queries(): number {
    return this.#queries
  }

  /** pg does not wait for its sockets to close, so what the server says to them now is no news. */
  close(): Promise<void> {
    this.#closing = true
    return this.#pool.end()
  }

  async take(): Promise<Connection> {
    try {
      return new Connection(await this.#pool.connect(), this.#names, () => void this.#queries++)
    } catch (error) {
      throw translateError(error)
    }
  }

  async run(execution: Execution): Promise<QueryResult> {
    try {
      return await this.#runOnce(execution)
    } catch (error) {
      if (!isStalePlan((error as Error).cause)) throw error
      return await this.#runOnce({ ...execution, prepare: false })
    }
  }

  async #runOnce(execution: Execution): Promise<QueryResult> {
    const connection = await this.take()
    try {
      return await connection.run(execution)
    } finally {
      connection.release()
    }
  }
}
