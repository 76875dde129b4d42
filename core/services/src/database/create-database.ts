import type { Logger, PluginDatabase } from '@parley/plugin-api'
import pg from 'pg'
import { BatchGroups } from './batch-groups.ts'
import { BatchComposer } from './batch-statement.ts'
import { Connections } from './connections.ts'
import { createBuilders } from './knex-connection.ts'
import { TransactionRunner } from './open-transaction.ts'
import { createPluginDatabase, type DatabaseParts } from './plugin-database.ts'
import { refuseStandby, Servers } from './servers.ts'
import { StatementNames } from './statement-names.ts'

export interface DatabaseOptions {
  /** Several servers are named as libpq does, `postgres://user@one:5432,two:5432/name`; the one that takes writes is found. */
  readonly url: string
  /** Of PostgreSQL itself, where `url` is that of a pooler: for what needs a session of its own. */
  readonly directUrl?: string | undefined
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
  readonly directUrl: string
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
/** Of one server, where another could be asked. */
const dialTimeout = 3_000
/** So much later than the server should have given up, it is not there any more: a machine without power closes no connection. */
const grace = 5_000
/** A transaction in which nothing happens for so long is ended by PostgreSQL, with its locks. */
const idleTransaction = 60_000
/** The part of the connections that no single plugin can take from the others with transactions: fewer, and others wait for each other. */
const forOthers = 0.5

/** The one pool of a process, and each plugin's view of the database through it. Connects at first use. */
export const createDatabase = ({
  url,
  directUrl = url,
  max = 10,
  statementTimeout = 30_000,
  preparedStatements = true,
  log,
}: DatabaseOptions): Database => {
  const servers = new Servers(url)
  const settings: pg.PoolConfig & { onConnect(client: pg.ClientBase): void } = {
    Client: servers.client(servers.count > 1 ? { connectionTimeoutMillis: dialTimeout } : {}),
    max,
    connectionTimeoutMillis: connectTimeout,
    application_name: 'parley',
    ...(statementTimeout === 0
      ? {}
      : { statement_timeout: statementTimeout, query_timeout: statementTimeout + grace, idle_in_transaction_session_timeout: idleTransaction }),
    onConnect: refuseStandby,
  }
  const pool = new pg.Pool(settings)
  const connections = new Connections({ pool, servers, names: new StatementNames({ enabled: preparedStatements }), log })
  const transactions = new TransactionRunner({ connections, log })
  const composer = new BatchComposer()
  const groups = new BatchGroups({ composer, connections })
  const parts: DatabaseParts = {
    connections,
    transactions,
    composer,
    groups,
    knex: createBuilders(connections),
    log,
    mostTransactions: Math.max(1, Math.floor(max * (1 - forOthers))),
  }
  const views = new Map<string, PluginDatabase>()
  const forPlugin = (pluginId: string): PluginDatabase => {
    const view = views.get(pluginId) ?? createPluginDatabase(parts, pluginId)
    views.set(pluginId, view)
    return view
  }
  return {
    url,
    directUrl,
    pool,
    forPlugin,
    host: forPlugin('host'),
    statistics: () => ({ queries: connections.queries }),
    close: () => connections.close(),
  }
}
