import type { Clock, Logger } from '@parley/plugin-api'
import pg from 'pg'
import { Connections } from './connections.ts'
import { hostOf, Servers, serverUrls } from './servers.ts'
import { askReplay, type Replay } from './standby-statements.ts'
import { Standby } from './standby.ts'
import { StatementNames } from './statement-names.ts'

export interface ReportsOptions {
  /** One or several standbys, as libpq names them, asked in this order. */
  readonly url: string
  /** Connections of this process to each at most; default 4, and one that measures how far behind it is. */
  readonly connections?: number
  /** Milliseconds after which a report is given up; default 60,000; 0 for no limit. */
  readonly statementTimeout?: number
}

/** Milliseconds: who waits longer is served by the primary. */
const patience = 3_000
/** So much later than the server should have given up, it is not there any more. */
const grace = 5_000

/** Connects at first use. */
export const openStandbys = (
  { url, connections = 4, statementTimeout = 60_000 }: ReportsOptions,
  { preparedStatements, clock, log }: { preparedStatements: boolean; clock: Clock; log: Logger },
): { readonly standbys: readonly Standby[]; close(): Promise<void> } => {
  const opened: Connections[] = []
  const open = (address: string, config: pg.PoolConfig): Connections => {
    const pool = new pg.Pool({ connectionString: address, application_name: 'parley reports', connectionTimeoutMillis: patience, ...config })
    const one = new Connections({ pool, servers: new Servers(address), names: new StatementNames({ enabled: preparedStatements }), log })
    opened.push(one)
    return one
  }
  const standbys = serverUrls(url).map((address) => {
    const reports = open(address, {
      max: connections,
      // one that was promoted would take writes
      options: '-c default_transaction_read_only=on',
      ...(statementTimeout === 0 ? {} : { statement_timeout: statementTimeout, query_timeout: statementTimeout + grace }),
    })
    // of its own, so that long reports do not keep it waiting
    const gauge = open(address, { max: 1, query_timeout: patience })
    return new Standby({
      name: hostOf(address),
      run: (execution) => reports.run(execution),
      ask: async () => (await gauge.run({ text: askReplay })).rows[0] as Replay,
      clock,
      log,
    })
  })
  return { standbys, close: async () => void (await Promise.all(opened.map((one) => one.close()))) }
}
