import type { Logger } from '@parley/plugin-api'
import type { Pool, PoolClient, QueryResult } from 'pg'
import { arrayLiteral } from './array-literal.ts'
import { isForeignPlan, isPoolFull, isReadOnly, isStalePlan, translateError } from './database-errors.ts'
import type { Servers } from './servers.ts'
import type { StatementNames } from './statement-names.ts'

/** A statement ready to be sent: names are expanded; `prepare: false` for a text that is not worth a server-side plan. */
export interface Execution {
  readonly text: string
  readonly values?: readonly unknown[] | undefined
  readonly prepare?: boolean
}

/** What connections tell their pool, and ask of it. */
interface Told {
  readonly lost: (client: PoolClient) => boolean
  readonly counted: () => void
  readonly pooled: () => void
  readonly readOnly: () => void
}

/** One connection taken from the pool; one statement at a time. */
export class Connection {
  readonly #client: PoolClient
  readonly #names: StatementNames
  readonly #told: Told
  #broken = false

  constructor(client: PoolClient, names: StatementNames, told: Told) {
    this.#client = client
    this.#names = names
    this.#told = told
  }

  async run({ text, values, prepare = true }: Execution): Promise<QueryResult> {
    this.#told.counted()
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
      if (isForeignPlan(error) && this.#names.disable()) this.#told.pooled()
      if (isReadOnly(error)) this.#told.readOnly()
      throw translated
    }
  }

  /** It cannot be used again: a failure has left it in an unknown state, or its server has gone. */
  get broken(): boolean {
    return this.#broken || this.#told.lost(this.#client)
  }

  /** After a failure that leaves the connection in an unknown state. */
  discard(): void {
    this.#broken = true
  }

  release(): void {
    this.#client.release(this.broken)
  }
}

/** A pool, counted. */
export class Connections {
  readonly #pool: Pool
  readonly #names: StatementNames
  readonly #servers: Servers
  readonly #told: Told
  readonly #lost = new WeakSet<PoolClient>()
  #queries = 0
  #closing = false
  /** Has run its statement in this turn of the event loop; whoever wants one next need not wait for the pool. */
  #kept: Connection | undefined

  constructor({ pool, servers, names, log }: { pool: Pool; servers: Servers; names: StatementNames; log: Logger }) {
    this.#pool = pool
    this.#servers = servers
    this.#names = names
    this.#told = {
      lost: (client) => this.#lost.has(client),
      counted: () => void this.#queries++,
      pooled: () =>
        log.warn('the database connection goes through a pooler; nothing is prepared from now on. Set database.preparedStatements: false.'),
      readOnly: () => servers.leave(servers.current),
    }
    // Without listeners a connection that breaks ends the process: the pool's are for idle ones, the client's for those in use.
    pool.on('error', (error) => this.#closing || log.warn('a database connection was lost', { reason: error.message }))
    pool.on('connect', (client) => void client.on('error', () => void this.#lost.add(client)))
  }

  get queries(): number {
    return this.#queries
  }

  /** pg does not wait for its sockets to close, so what the server says to them now is no news. */
  close(): Promise<void> {
    this.#closing = true
    this.#takeKept()?.release()
    return this.#pool.end()
  }

  async take(): Promise<Connection> {
    return this.#takeKept() ?? (await this.#connect())
  }

  async run(execution: Execution): Promise<QueryResult> {
    try {
      return await this.#runOnce(execution)
    } catch (error) {
      const { cause } = error as Error
      // neither was executed
      if (!isStalePlan(cause) && !isForeignPlan(cause)) throw error
      return await this.#runOnce({ ...execution, prepare: false })
    }
  }

  async #runOnce(execution: Execution): Promise<QueryResult> {
    // not by `take`: the statement is on its way before this function waits for anything
    const connection = this.#takeKept() ?? (await this.#connect())
    try {
      return await connection.run(execution)
    } finally {
      this.#keep(connection)
    }
  }

  /** To the server that takes writes: where one cannot be reached or is a standby, the next is asked, each of them once. */
  async #connect(): Promise<Connection> {
    for (let left = this.#servers.count; ; left--) {
      const asked = this.#servers.current
      try {
        return new Connection(await this.#pool.connect(), this.#names, this.#told)
      } catch (error) {
        if (!isPoolFull(error)) this.#servers.leave(asked)
        if (left === 1 || isPoolFull(error)) throw translateError(error)
      }
    }
  }

  #takeKept(): Connection | undefined {
    const kept = this.#kept
    this.#kept = undefined
    if (kept?.broken !== true) return kept
    kept.release()
    return undefined
  }

  #keep(connection: Connection): void {
    if (connection.broken || this.#closing || this.#kept !== undefined || this.#pool.waitingCount > 0) return connection.release()
    this.#kept = connection
    setImmediate(() => {
      if (this.#kept === connection) this.#takeKept()?.release()
    })
  }
}
