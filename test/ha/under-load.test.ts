import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startDatabase } from '../faults/database.ts'
import { startPgBouncer } from './pgbouncer.ts'
import { startPostgresPair } from './postgres-pair.ts'
import { startRedisCluster, startRedisSentinels } from './redis-servers.ts'
import { runArrangement } from './run.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('two processes of Parley lose, double and confuse nothing', () => {
  const servers: { stop(): Promise<void> }[] = []
  const keep = <T extends { stop(): Promise<void> }>(one: T): T => (servers.push(one), one)

  beforeAll(async () => {
    // the processes run what is built
    await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: root })
  }, 300_000)
  afterEach(async () => {
    for (const one of servers.splice(0).toReversed()) await one.stop()
  }, 60_000)

  it('behind PgBouncer in transaction mode, while the master of Redis dies and Sentinels make another one', async () => {
    const database = keep(await startDatabase())
    const pooler = keep(await startPgBouncer({ url: database.url, size: 6 }))
    const redis = keep(await startRedisSentinels())
    const result = await runArrangement(root, {
      variables: {
        DATABASE_URL: pooler.url,
        DATABASE_DIRECT_URL: database.url,
        REDIS_URL: redis.url,
        PARLEY__database__preparedStatements: 'false',
        PARLEY__database__statementTimeout: '0',
      },
      evidenceUrl: database.url,
      meanwhile: async () => {
        await redis.failOver()
        // twenty connections of the processes share six
        expect(await pooler.serverConnections()).toBeLessThanOrEqual(6)
      },
    })
    expect(result.violations).toEqual([])
    expect(result.messages).toBeGreaterThan(100)
    expect(result).toMatchObject({ restarts: 0, replies: result.messages })
  }, 240_000)

  it('while the primary of PostgreSQL dies, its synchronous standby takes over, and a master of a Redis cluster dies too', async () => {
    const postgres = keep(await startPostgresPair())
    const redis = keep(await startRedisCluster())
    const result = await runArrangement(root, {
      variables: { DATABASE_URL: postgres.url, REDIS_URL: redis.url },
      evidenceUrl: postgres.standbyUrl,
      meanwhile: async () => {
        await postgres.killPrimary()
        await postgres.promote()
        await redis.failOver('{parley:p:conversations:turn}')
      },
    })
    expect(result.violations).toEqual([])
    expect(result.messages).toBeGreaterThan(100)
    expect(result).toMatchObject({ restarts: 0, replies: result.messages })
  }, 240_000)
})
