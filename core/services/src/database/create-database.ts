import type { Logger, PluginDatabase } from '@parley/plugin-api'
import pg from 'pg'
import { BatchGroups } from './batch-groups.ts'
import { BatchComposer } from './batch-statement.ts'
import { Connections } from './connections.ts'
import { createBuilders } from './knex-connection.ts'
import { TransactionRunner } from './open-transaction.ts'
import { createPluginDatabase, type DatabaseParts } from './plugin-database.ts'
import { StatementNames } from './statement-names.ts'

export interface DatabaseOptions {
  readonly url: string
  /** Connections of this process at most; default 10. */
  readonly max?: number
  /** Milliseconds after which PostgreSQL gives up a statement; default 30,000; 0 for no limit, or behind a pooler that refuses the setting. */
  readonly statementTimeout?: number
  /** Off behind a pooler that gives each transaction another server connection. */
  readonly preparedStatements?: boolean
  readonly log: Logger
}

export interface Database {
  readonly url: string
  readonly pool: pg.Pool
  /** The same view for the same plugin every time. */
  forPlugin(pluginId: string): PluginDatabase
  /** The host's own tables, in the schema `host`. */
  readonly host: PluginDatabase
  /** Round trips to PostgreSQL since the start. */
  statistics(): { readonly queries: number }
  close(): Promise<void>
}

const connectTimeout = 10_000

/** The one pool of a process, and each plugin's view of the database through it. Connects at first use. */
export const createDatabase = ({ url, max = 10, statementTimeout = 30_000, preparedStatements = true, log }: DatabaseOptions): Database => {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: connectTimeout,
    application_name: 'parley',
    ...(statementTimeout === 0 ? {} : { statement_timeout: statementTimeout }),
  })
  const connections = new Connections({ pool, names: new StatementNames({ enabled: preparedStatements }), log })
  const transactions = new TransactionRunner({ connections, log })
  const composer = new BatchComposer()
  const groups = new BatchGroups({ composer, connections })
  const parts: DatabaseParts = { connections, transactions, composer, groups, knex: createBuilders(connections), log }
  const views = new Map<string, PluginDatabase>()
  const forPlugin = (pluginId: string): PluginDatabase => {
    const view = views.get(pluginId) ?? createPluginDatabase(parts, pluginId)
    views.set(pluginId, view)
    return view
  }
  return { url, pool, forPlugin, host: forPlugin('host'), statistics: () => ({ queries: connections.queries }), close: () => connections.close() }
}
