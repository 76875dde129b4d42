import type { Logger, PluginDatabase } from '@parley/plugin-api'
import pg from 'pg'
import { systemClock } from '../clock/index.ts'
import { BatchGroups } from './batch-groups.ts'
import { BatchComposer } from './batch-statement.ts'
import { Connections } from './connections.ts'
import { createBuilders } from './knex-connection.ts'
import { TransactionRunner } from './open-transaction.ts'
import { openStandbys, type ReportsOptions } from './open-standbys.ts'
import { createPluginDatabase, type DatabaseParts } from './plugin-database.ts'
import { Reports } from './reports.ts'
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
  /** Where `report` reads; without it from the primary, as everything else. */
  readonly reports?: ReportsOptions | undefined
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
  /** The standbys that reports are read from. */
  readonly reports: Pick<Reports, 'problem' | 'lags'>
  /** Round trips to the primary since the start, and reports by where they ran. */
  statistics(): { readonly queries: number; readonly reports: Reports['ran'] }
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
  reports: reportsOptions,
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
  // real time, whatever the clock of the host: replay goes on in it
  const opened = reportsOptions && openStandbys(reportsOptions, { preparedStatements, clock: systemClock(), log })
  const reports = new Reports({ standbys: opened?.standbys ?? [], primary: (execution) => connections.run(execution) })
  const transactions = new TransactionRunner({ connections, log })
  const composer = new BatchComposer()
  const groups = new BatchGroups({ composer, connections })
  const parts: DatabaseParts = {
    connections,
    reports,
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
    reports,
    statistics: () => ({ queries: connections.queries, reports: reports.ran }),
    close: async () => void (await Promise.all([connections.close(), opened?.close()])),
  }
}
