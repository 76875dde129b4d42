import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, until } from '@parley/test-kit'
import pg from 'pg'
import { startServerProcess } from './server-process.ts'

export interface PgBouncer {
  /** The same database as the one behind it. */
  readonly url: string
  /** Connections to PostgreSQL that it has. */
  serverConnections(): Promise<number>
  stop(): Promise<void>
}

export interface PgBouncerOptions {
  /** Of the PostgreSQL behind it. */
  readonly url: string
  /** Connections to PostgreSQL, at most. */
  readonly size: number
}

/** PgBouncer in transaction mode: each transaction may get another of few server connections. */
export const startPgBouncer = async ({ url, size }: PgBouncerOptions): Promise<PgBouncer> => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-ha-pgbouncer-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  const { hostname, port: behind, pathname, username, password } = new URL(url)
  // it does not read an empty one
  const secret = password === '' ? '' : ` password='${decodeURIComponent(password)}'`
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
parley = host=${hostname} port=${behind} dbname=${pathname.slice(1)} user=${username}${secret}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
admin_users = watcher
pool_mode = transaction
default_pool_size = ${size}
max_client_conn = 200
`,
    { mode: 0o644 },
  )
  // it refuses to run as root
  const server = startServerProcess('pgbouncer', process.getuid?.() === 0 ? ['-u', 'nobody', file] : [file], { logFile: join(folder, 'log') })
  const question = async (database: string, user: string, text: string): Promise<any[]> => {
    const client = new pg.Client({ host: '127.0.0.1', port, database, user })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }
  await until(() => question('parley', 'parley', 'SELECT 1'), { within: 30_000 })
  return {
    url: `postgres://parley@127.0.0.1:${port}/parley`,
    serverConnections: async () => (await question('pgbouncer', 'watcher', 'SHOW SERVERS')).length,
    stop: async () => {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
