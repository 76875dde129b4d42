import type { Knex } from 'knex'

/** One parameterised statement; `{name}` in the text is the plugin's own table, `{plugin-id.view}` another's published view. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
  /**
   * The same write for several, so that commits of the same shape that come at once become one statement: each parameter of `text` is an array here,
   * with the value of every commit (parameters that are arrays already are joined). It must not depend on the order, and what `expect` and `rows` speak
   * of is the whole: `rows` may be given rows of others.
   */
  readonly many?: string
  /**
   * Commits that become one statement stand in it in the order of these texts, such as the id of the row that the statement updates: commits that
   * update the same rows by different statements must not wait for each other crosswise.
   */
  readonly order?: string
  /** The number of rows the statement must touch; any other number rolls the whole unit back with `stale_write`. */
  readonly expect?: number
  /**
   * A name for what the statement returns: later statements of the same batch may read it as a table. For batches only; unique in its batch.
   */
  readonly as?: string
  /**
   * Given the returned rows as JSON (dates are texts) as soon as they are written: in a transaction that is before its commit, always before
   * `afterCommit`. For what the caller only wants to remember; must not throw.
   */
  readonly rows?: (rows: readonly Record<string, any>[]) => void
}

/** Where a write takes part: an open transaction, or a batch that becomes one statement. */
export type Within = Transaction | Batch

interface UnitOfWork {
  /** Runs once just before the commit; may add writes. For services that merge several writes into one. */
  beforeCommit(work: () => void | Promise<void>): void
  /** Runs after a successful commit, never after a rollback. Must not throw; what it starts must survive a crash by other means. */
  afterCommit(work: () => void): void
}

/**
 * Writes collected from several services and committed together in one round trip: one statement with a CTE for each write.
 * All parts see the same snapshot, so no part may depend on what another writes, and no two parts may touch the same row.
 */
export interface Batch extends UnitOfWork {
  readonly kind: 'batch'
  commit(): Promise<void>
}

/** The database bound to an open transaction. */
export interface Transaction extends PluginDatabase, UnitOfWork {
  readonly kind: 'transaction'
}

/**
 * A plugin's view of the one database: its own schema, named `plugin_<id>`.
 *
 * @example const [row] = await db.query<{ n: string }>('SELECT count(*) AS n FROM {messages} WHERE bot_id = $1', [botId])
 */
export interface PluginDatabase {
  readonly kind: 'pool' | 'transaction'
  /** A query builder on one of the plugin's tables, qualified with its schema. For reads and writes that are not hot. */
  <Row extends object = any>(table: string): Knex.QueryBuilder<Row, any>
  readonly raw: Knex.RawBuilder
  /** One prepared statement; the rows it returns. */
  query<Row extends object = Record<string, any>>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /**
   * As `query`, for reads that are heavy and bear data some seconds old: where the deployment names a standby (`database.reports`), it is read there while it is
   * at most `lag` seconds behind (default 30), otherwise from the primary; in a transaction always there. Not for what somebody has just written and expects to see.
   *
   * @example const rows = await db.report('SELECT day, count(*) FROM {messages} GROUP BY day', [], { lag: 10 })
   */
  report<Row extends object = Record<string, any>>(text: string, values?: readonly unknown[], options?: { readonly lag?: number }): Promise<Row[]>
  /** One write, or several in their order: at once, in a transaction, or as part of a batch. */
  write(statements: Statement | readonly Statement[], within?: Within): Promise<void>
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  batch(): Batch
  /** This plugin's tables on another plugin's transaction: how one transaction spans services. A batch has no reads, so it cannot be asked. */
  within(transaction: Transaction): Transaction
  /** A view another plugin publishes, for joins: `db('requests').join(db.published('clients', 'clients'), …)`. */
  published(plugin: string, view: string): Knex.Raw
}

/**
 * One step of a plugin's schema, keyed `YYYYMMDDThhmm_name` in the plugin's index. `db` runs inside the step's own transaction with the
 * plugin's schema first on the search path, so table names need no prefix. Must be safe while the previous release still runs.
 */
export interface Migration {
  /**
   * `false`: no transaction around it, for `CREATE INDEX CONCURRENTLY` and `DROP INDEX CONCURRENTLY`, each in a `raw` of its own. A step that fails is
   * run again from its beginning, so it must be fit for that.
   */
  readonly transaction?: false
  up(db: Knex.Transaction): Promise<void>
}
