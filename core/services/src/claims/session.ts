import { translateError } from '../database/database-errors.ts'
import { connectToPrimary } from '../database/servers.ts'

/** One connection outside the pool, whose locks tell the others that this process lives. PostgreSQL ends it when the process or its machine dies. */
export interface Session {
  readonly ended: boolean
  ask<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
  close(): Promise<void>
}

const connectTimeout = 5_000
/** A server that does not answer for so long is a lost connection. */
const answerTimeout = 5_000
// a machine that lost its power says nothing; with the system's own settings its connections would live for two hours
const keepAlive = `SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false),
  set_config('tcp_keepalives_count', '3', false), set_config('idle_session_timeout', '0', false)`

export const openSession = async (url: string): Promise<Session> => {
  const client = await connectToPrimary(url, {
    application_name: 'parley claims',
    keepAlive: true,
    connectionTimeoutMillis: connectTimeout,
    query_timeout: answerTimeout,
  })
  let ended = false
  client.on('error', () => (ended = true))
  client.on('end', () => (ended = true))
  try {
    await client.query(keepAlive)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw translateError(error)
  }
  return {
    get ended() {
      return ended
    },
    ask: async <Row extends object>(text: string, values: readonly unknown[] = []) => {
      try {
        return (await client.query(text, values as unknown[])).rows as Row[]
      } catch (error) {
        throw translateError(error)
      }
    },
    close: () => client.end().catch(() => undefined),
  }
}
