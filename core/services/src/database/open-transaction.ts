import { currentContext, runInContext, type WorkContext } from '@parley/kernel'
import { ParleyError, type Logger } from '@parley/plugin-api'
import type { QueryResult } from 'pg'
import type { Connection, Connections, Execution } from './connections.ts'
import { UnitOfWork } from './unit-of-work.ts'

/** A transaction on one connection, shared by the views that several plugins have of it. */
export class OpenTransaction extends UnitOfWork {
  readonly #connection: Connection
  #open = true
  #last: Promise<unknown> = Promise.resolve()

  constructor(connection: Connection, log: Logger) {
    super(log)
    this.#connection = connection
  }

  get open(): boolean {
    return this.#open
  }

  run(execution: Execution): Promise<QueryResult> {
    if (!this.#open) return Promise.reject(closed())
    // One after another, also when they are given at once: a connection takes one statement at a time.
    const result = this.#last.then(() => this.#connection.run(execution))
    this.#last = result.catch(() => undefined)
    return result
  }

  /** What was started and not awaited still belongs to the transaction; nothing new does. */
  async close(): Promise<void> {
    this.#open = false
    await this.#last
  }
}

const closed = (): ParleyError =>
  new ParleyError('internal', 'The transaction has ended. Await everything that uses it inside the function given to db.transaction().')

const begin: Execution = { text: 'BEGIN', prepare: false }
const commit: Execution = { text: 'COMMIT', prepare: false }
const rollback: Execution = { text: 'ROLLBACK', prepare: false }

type Marked = WorkContext & Readonly<Record<symbol, OpenTransaction | undefined>>

/** Runs work in transactions of their own connection; refuses one inside another. */
export class TransactionRunner {
  readonly #connections: Connections
  readonly #log: Logger
  // In the context of the work: a second store of the kind would cost every promise of the process.
  readonly #mark = Symbol('transaction')

  constructor({ connections, log }: { connections: Connections; log: Logger }) {
    this.#connections = connections
    this.#log = log
  }

  async run<T>(work: (transaction: OpenTransaction) => Promise<T>): Promise<T> {
    const context = currentContext() as Marked | undefined
    if (context?.[this.#mark]?.open === true) throw nested()
    const connection = await this.#connections.take()
    const transaction = new OpenTransaction(connection, this.#log)
    let result: T
    try {
      await connection.run(begin)
      try {
        const inside: Marked = { plugin: 'host', requestId: 'none', ...context, [this.#mark]: transaction }
        result = await runInContext(inside, () => work(transaction))
        await runInContext(inside, () => transaction.runBefore())
      } finally {
        await transaction.close()
      }
      await this.#commit(connection)
    } catch (error) {
      await connection.run(rollback).catch(() => connection.discard())
      throw error
    } finally {
      connection.release()
    }
    transaction.runAfter()
    return result
  }

  async #commit(connection: Connection): Promise<void> {
    const { command } = await connection.run(commit)
    // PostgreSQL answers COMMIT of a failed transaction with a roll-back and no error.
    if (command !== 'COMMIT') {
      throw new ParleyError(
        'internal',
        'The transaction was rolled back, because a statement in it failed and its error was caught. Let the error through.',
      )
    }
  }
}

export const nested = (): ParleyError =>
  new ParleyError('internal', 'A transaction cannot start inside another. Pass the outer one on and use db.within(transaction).')
