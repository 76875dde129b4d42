import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@parley/services'
import { silentLogger } from './silent-logger.ts'
import { dropTestDatabases } from './test-database.ts'
import { startRedisServer } from './redis-server.ts'

const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '400' }

/** One PostgreSQL and one Redis for a whole run of tests; test files find them by the environment. Vitest calls what this answers at the end. */
export const setup = async (): Promise<() => Promise<void>> => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-'))
  chmodSync(folder, 0o755)
  const slots = join(folder, 'redis-databases')
  mkdirSync(slots)
  process.env['PARLEY_TEST_RUN'] = randomBytes(4).toString('hex')
  const [postgres, redis] = await Promise.all([startDatabaseServer(folder), startRedisServer(folder)])
  process.env['PARLEY_TEST_DATABASE_URL'] = postgres.url
  if (redis !== undefined) Object.assign(process.env, { PARLEY_TEST_REDIS_URL: redis.url, PARLEY_TEST_REDIS_SLOTS: slots })
  const guard = guardAgainstOrphans(folder, [postgres.pid, redis?.pid])
  return async () => {
    await redis?.stop()
    await postgres.stop()
    guard.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A server that DATABASE_URL names is used, and left as it was. */
const startDatabaseServer = async (folder: string): Promise<{ url: string; pid?: number; stop(): Promise<void> }> => {
  const { DATABASE_URL: url } = process.env
  if (url !== undefined) return { url, stop: dropTestDatabases }
  return await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: silentLogger, settings: fast })
}

/** When this run is killed nobody calls its tear-down, so a shell that sees its input close ends the servers. */
const guardAgainstOrphans = (folder: string, pids: readonly (number | undefined)[]) => {
  const script =
    'folder=$1; shift; cat > /dev/null; kill -INT "$@" 2> /dev/null; while kill -0 "$@" 2> /dev/null; do sleep 0.1; done; rm -rf "$folder"'
  const servers = pids.filter((pid) => pid !== undefined).map(String)
  const guard = spawn('sh', ['-c', script, 'guard', folder, ...servers], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  guard.unref()
  return guard
}
