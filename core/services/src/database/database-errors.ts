import { isParleyError, ParleyError } from '@parley/plugin-api'

/** Raised by `host.expect_rows`; the class PA is free for applications. */
export const unexpectedRowsState = 'PA001'

const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
// Too many connections, the server's shutdown, crash and start-up, and one that takes no writes because another does now: https://www.postgresql.org/docs/current/errcodes-appendix.html
const serverAway = new Set(['53300', '57P01', '57P02', '57P03', '57P05', '25006'])
// The texts with which pg reports a connection that broke or could not be had; it gives these errors no code.
const connectionLost =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|timeout exceeded when trying to connect)/

const codeOf = (error: unknown): string | undefined => (error as { code?: string } | undefined)?.code

const isUnavailable = (error: unknown): boolean => {
  if (error instanceof AggregateError) return error.errors.some(isUnavailable)
  const code = codeOf(error) ?? ''
  return unreachable.has(code) || serverAway.has(code) || code.startsWith('08') || (error instanceof Error && connectionLost.test(error.message))
}

/** A plan cached by a connection that no longer fits a table that a migration has changed: `RevalidateCachedQuery` in plancache.c. */
export const isStalePlan = (error: unknown): boolean =>
  codeOf(error) === '0A000' && (error as { routine?: string }).routine === 'RevalidateCachedQuery'

/** A pooler gave this statement another server connection than the one on which it was prepared: unknown there, or known and prepared again. */
export const isForeignPlan = (error: unknown): boolean => ['26000', '42P05'].includes(codeOf(error) ?? '')

const refusedSetting = /unsupported startup parameter(?: in options)?: (\w+)/

/** The server has become a standby. */
export const isReadOnly = (error: unknown): boolean => codeOf(error) === '25006'

/** PostgreSQL gave up the statement because it took too long. */
export const isTimeout = (error: unknown): boolean => codeOf(error) === '57014'

/** All connections of this process are in use. */
export const isPoolFull = (error: unknown): boolean => error instanceof Error && error.message === 'timeout exceeded when trying to connect'

/** Two statements waited for each other and this one was chosen to fail. */
export const isDeadlock = (error: unknown): boolean => codeOf(error) === '40P01'

/** A lost or restarting server becomes `database_unavailable`, which callers may retry; everything else stays what pg says. */
export const translateError = (error: unknown): unknown => {
  if (isParleyError(error)) return error
  if (isStalePlan(error)) {
    return new ParleyError('database_unavailable', 'A table changed its columns while a statement was prepared. Repeat the request.', {
      cause: error,
    })
  }
  if (isForeignPlan(error)) {
    return new ParleyError('database_unavailable', 'A pooler gave a prepared statement another connection. Set database.preparedStatements: false.', {
      cause: error,
    })
  }
  const [, setting] = refusedSetting.exec((error as Error | undefined)?.message ?? '') ?? []
  if (setting !== undefined) {
    return new ParleyError(
      'database_unavailable',
      `The pooler before PostgreSQL refuses the setting "${setting}". Add it to ignore_startup_parameters of PgBouncer, or set database.statementTimeout: 0.`,
      { cause: error },
    )
  }
  if (!isUnavailable(error)) return error
  return new ParleyError(
    'database_unavailable',
    'PostgreSQL cannot be reached or is restarting. Try again; if it goes on, check DATABASE_URL and the server.',
    {
      cause: error,
    },
  )
}

/** What a write expected and did not find: somebody else changed or removed the rows first. */
export const staleWrite = (statement: string, expected: number, actual: number, cause?: unknown): ParleyError =>
  new ParleyError(
    'stale_write',
    `A write expected ${expected} row(s) and found ${actual}, so nothing was written. Read the current state and try again.`,
    { details: { statement: statement.trim().replace(/\s+/g, ' ').slice(0, 200), expected, actual }, cause },
  )
