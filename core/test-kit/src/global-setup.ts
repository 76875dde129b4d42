import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmbeddedPostgres } from '@parley/services'
import { buildProgram } from './child-program.ts'
import { endWithThisProcess } from './process-guard.ts'
import { startRedisServer } from './redis-server.ts'
import { silentLogger } from './silent-logger.ts'
import { dropTestDatabases } from './test-database.ts'

const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '400' }

/** One PostgreSQL and one Redis for a whole run of tests; test files find them by the environment. Vitest calls what this answers at the end. */
export const setup = async (): Promise<() => Promise<void>> => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-'))
  chmodSync(folder, 0o755)
  const slots = join(folder, 'redis-databases')
  mkdirSync(slots)
  process.env['PARLEY_TEST_RUN'] = randomBytes(4).toString('hex')
  const redis = await startRedisServer(folder)
  if (redis !== undefined) Object.assign(process.env, { PARLEY_TEST_REDIS_URL: redis.url, PARLEY_TEST_REDIS_SLOTS: slots })
  // in this repository tests run sources, without a build in between
  const runner = new URL('../../services/src/runner/process/main.ts', import.meta.url)
  if (existsSync(fileURLToPath(runner))) process.env['PARLEY_TEST_RUNNER'] = await buildProgram(runner)
  const postgres = await startDatabaseServer(folder)
  process.env['PARLEY_TEST_DATABASE_URL'] = postgres.url
  return async () => {
    await redis?.stop()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A server that DATABASE_URL names is used, and left as it was. */
const startDatabaseServer = async (folder: string): Promise<{ url: string; stop(): Promise<void> }> => {
  const { DATABASE_URL: url } = process.env
  if (url !== undefined) return { url, stop: dropTestDatabases }
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: silentLogger, settings: fast })
  const release = endWithThisProcess(server.pid, folder)
  const stop = async () => {
    await server.stop()
    release()
  }
  return { url: server.url, stop }
}
