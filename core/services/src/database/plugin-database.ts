import type { Logger, PluginDatabase, Statement, Transaction, Within } from '@parley/plugin-api'
import type { Knex } from 'knex'
import type { QueryResult } from 'pg'
import type { BatchGroups } from './batch-groups.ts'
import type { BatchComposer, BatchPart } from './batch-statement.ts'
import type { Connections, Execution } from './connections.ts'
import { transactionConnection } from './knex-connection.ts'
import { nested, type OpenTransaction, type TransactionRunner } from './open-transaction.ts'
import { Places } from './places.ts'
import { PluginSchema, publishedViewName, schemaNameOf } from './plugin-schema.ts'
import { refuseChanges, type Reports } from './reports.ts'
import { usualLag } from './standby.ts'
import { runExpecting, StatementBatch, type BatchTarget } from './statement-batch.ts'

/** What all views of the one database share. */
export interface DatabaseParts {
  readonly connections: Connections
  readonly reports: Reports
  readonly transactions: TransactionRunner
  readonly composer: BatchComposer
  readonly groups: BatchGroups
  readonly knex: () => Knex
  readonly log: Logger
  /** Transactions that one plugin may have open. */
  readonly mostTransactions: number
}

/** The transaction behind a plugin's view of it; hidden from plugins. */
const open: unique symbol = Symbol('open transaction')
type Opened = Transaction & { readonly [open]: OpenTransaction }

const added = Promise.resolve()

/** A plugin's view of the database, or of one transaction when it is given. */
class PluginView {
  readonly #parts: DatabaseParts
  readonly #schema: PluginSchema
  readonly #transaction: OpenTransaction | undefined
  readonly #places: Places | undefined
  readonly #knexConnection: object | undefined

  constructor(parts: DatabaseParts, schema: PluginSchema, { transaction, places }: { transaction?: OpenTransaction; places?: Places }) {
    this.#parts = parts
    this.#schema = schema
    this.#transaction = transaction
    this.#places = places
    this.#knexConnection = transaction && transactionConnection(transaction)
  }

  table = (table: string): Knex.QueryBuilder => this.#bind(this.#parts.knex().withSchema(this.#schema.name).from(table))

  raw = (sql: string, bindings?: Knex.RawBinding[]): Knex.Raw =>
    this.#bind(bindings === undefined ? this.#parts.knex().raw(this.#schema.expand(sql)) : this.#parts.knex().raw(this.#schema.expand(sql), bindings))

  published = (plugin: string, view: string): Knex.Raw => this.#parts.knex().raw('??.?? as ??', [schemaNameOf(plugin), publishedViewName(view), view])

  query = async (text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> =>
    (await this.#run({ text: this.#schema.expand(text), values })).rows

  report = async (text: string, values?: readonly unknown[], { lag = usualLag } = {}): Promise<Record<string, unknown>[]> => {
    refuseChanges(text)
    const execution = { text: this.#schema.expand(text), values }
    return (await (this.#transaction === undefined ? this.#parts.reports.run(execution, lag) : this.#transaction.run(execution))).rows
  }

  write = (statements: Statement | readonly Statement[], within?: Within): Promise<void> => {
    // most writes only join a batch, so they get by without a promise of their own
    try {
      const list: readonly Statement[] = 'text' in statements ? [statements] : statements
      const parts = list.map((statement) => this.#partOf(statement))
      if (within?.kind !== 'batch') return this.#write(parts, within)
      ;(within as StatementBatch).add(...parts)
      return added
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  async #write(parts: readonly BatchPart[], within: Within | undefined): Promise<void> {
    const transaction = within === undefined ? this.#transaction : (within as Opened)[open]
    if (transaction !== undefined) {
      for (const part of parts) await runExpecting((execution) => transaction.run(execution), part)
      return
    }
    const batch = this.batch()
    batch.add(...parts)
    await batch.commit()
  }

  batch = (): StatementBatch => {
    const { composer, log } = this.#parts
    return new StatementBatch({ composer, log, target: this.#transaction === undefined ? this.#poolTarget() : transactionTarget(this.#transaction) })
  }

  transaction = async <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => {
    if (this.#transaction !== undefined) throw nested()
    const run = (): Promise<T> => this.#parts.transactions.run((transaction) => work(this.#on(transaction)))
    return await (this.#places === undefined ? run() : this.#places.with(run))
  }

  within = (transaction: Transaction): Transaction => this.#on((transaction as Opened)[open])

  /** The face that plugins see: a function with these methods. */
  get face(): PluginDatabase {
    const { raw, published, query, report, write, batch, transaction, within } = this
    const kind = this.#transaction === undefined ? 'pool' : 'transaction'
    const face = Object.assign((table: string) => this.table(table), { kind, raw, published, query, report, write, batch, transaction, within })
    return face as unknown as PluginDatabase
  }

  #on(transaction: OpenTransaction): Transaction {
    const hooks = {
      [open]: transaction,
      beforeCommit: (work: () => void | Promise<void>) => transaction.beforeCommit(work),
      afterCommit: (work: () => void) => transaction.afterCommit(work),
    }
    return Object.assign(new PluginView(this.#parts, this.#schema, { transaction }).face, hooks) as unknown as Transaction
  }

  #partOf({ text, many, values, order, expect, as, rows }: Statement): BatchPart {
    return { text: this.#schema.expand(text), many: many && this.#schema.expand(many), source: text, values, order, expect, as, rows }
  }

  #run(execution: Execution): Promise<QueryResult> {
    return this.#transaction === undefined ? this.#parts.connections.run(execution) : this.#transaction.run(execution)
  }

  #bind<B extends Knex.ChainableInterface>(builder: B): B {
    return this.#knexConnection === undefined ? builder : (builder.connection(this.#knexConnection) as unknown as B)
  }

  #poolTarget(): BatchTarget {
    const { connections, transactions, groups } = this.#parts
    return {
      repeatable: true,
      groups,
      run: (execution) => connections.run(execution),
      transaction: (work) => transactions.run((transaction) => work((execution) => transaction.run(execution))),
      written: (unit) => unit.runAfter(),
    }
  }
}

const transactionTarget = (transaction: OpenTransaction): BatchTarget => {
  const run: BatchTarget['run'] = (execution) => transaction.run(execution)
  return { repeatable: false, run, transaction: (work) => work(run), written: (unit) => transaction.afterCommit(() => unit.runAfter()) }
}

export const createPluginDatabase = (parts: DatabaseParts, pluginId: string): PluginDatabase => {
  const places = pluginId === 'host' ? {} : { places: new Places(pluginId, parts.mostTransactions) }
  return new PluginView(parts, new PluginSchema(pluginId), places).face
}
