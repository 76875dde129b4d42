import { createTestDatabase, silentLogger, type TestDatabase } from '@parley/test-kit'
import type { Job } from '@parley/plugin-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { RestartableRedis } from '../../test/redis-server.ts'
import { testPlugin, uniqueName } from '../../test/test-plugin.ts'
import { until } from '../../test/until.ts'
import { systemClock } from '../clock/index.ts'
import { createJobs, type Jobs } from './create-jobs.ts'

const payload = z.object({ n: z.number() })

describe('bull when Redis is in trouble', () => {
  let database: TestDatabase
  let redis: RestartableRedis
  let prefix: string
  /** The rows: what must not be lost, until a handler has done it. */
  const rows = new Set<number>()
  const done: number[] = []
  const started: Jobs[] = []

  beforeAll(async () => {
    database = await createTestDatabase()
    redis = await RestartableRedis.start()
  })
  afterAll(async () => {
    await redis.kill()
    await database.close()
  })
  beforeEach(() => {
    prefix = uniqueName()
    rows.clear()
    done.length = 0
  })
  afterEach(async () => {
    await Promise.all(started.splice(0).map((jobs) => jobs.stop()))
  })

  const deliver = (options: Partial<Job['options']> = {}, handle: (n: number) => Promise<void> = async () => undefined): Job => ({
    kind: 'job',
    name: 'deliver',
    options: { payload, ...options },
    handle: async ({ n }: { n: number }) => {
      await handle(n)
      rows.delete(n)
      done.push(n)
    },
  })
  const reconciled = { due: async () => [...rows].map((n) => ({ n })), dueEvery: 100 }

  const start = async (job: Job): Promise<Jobs> => {
    const jobs = createJobs({ adapter: { redisUrl: redis.url, prefix }, database, clock: systemClock(), log: silentLogger, retryPause: () => 20 })
    started.push(jobs)
    await jobs.start([testPlugin('toy', { jobs: [job] })], ['worker', 'scheduler'])
    return jobs
  }
  const add = async (jobs: Jobs, n: number): Promise<void> => {
    rows.add(n)
    await jobs.forPlugin('toy').add('deliver', { n })
  }

  test('jobs that were flushed come back from their rows', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const jobs = await start(deliver({ ...reconciled, concurrency: 2 }, async (n) => (n < 2 ? await held : undefined)))
    for (let n = 0; n < 20; n++) await add(jobs, n)
    await redis.ask((client) => client.flushall())
    release()
    await until('every row was done', () => rows.size === 0)
    await add(jobs, 20)
    await until('a new job runs', () => done.includes(20))
    expect([...new Set(done)].sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, n) => n))
  })

  test('adding does not fail and does not wait while Redis is away, and work goes on when it is back', async () => {
    const jobs = await start(deliver(reconciled))
    await add(jobs, 1)
    await until('the first was done', () => rows.size === 0)
    await redis.kill()
    await database.host.transaction(async (tx) => {
      rows.add(2)
      await jobs.forPlugin('toy').add('deliver', { n: 2 }, { within: tx })
    })
    await add(jobs, 3)
    await jobs.forPlugin('toy').add('deliver', { n: 4 }, { key: 'k' })
    expect((await jobs.statistics())[0]).toMatchObject({ waiting: undefined, lagSeconds: undefined })
    await redis.start()
    await until('the rows were done', () => rows.size === 0)
    await add(jobs, 5)
    await until('a new job runs', () => done.includes(5))
    expect(new Set(done)).toEqual(new Set([1, 2, 3, 5]))
  })

  test('a job that runs while Redis restarts is not lost', async () => {
    let restarts = 0
    const jobs = await start(
      deliver({ ...reconciled, dueEvery: 300 }, async () => {
        if (++restarts > 1) return
        await redis.kill()
        await redis.start()
      }),
    )
    await add(jobs, 1)
    await until('the row was done', () => rows.size === 0)
    await add(jobs, 2)
    await until('a new job runs', () => done.includes(2))
    expect([...new Set(done)].sort()).toEqual([1, 2])
  })

  test('a process stops also while Redis is away', async () => {
    const jobs = await start(deliver())
    await redis.kill()
    await jobs.stop()
    await redis.start()
    expect(done).toEqual([])
  })

  test('several processes share the jobs', async () => {
    const processes = [await start(deliver()), await start(deliver()), await start(deliver())]
    for (let n = 0; n < 60; n++) await add(processes[n % 3] as Jobs, n)
    await until('all were done', () => rows.size === 0)
    expect([...done].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n))
  })

  test('asks Redis once for what waits, however much it is, and tells of jobs whose process died', async () => {
    const worker = await start(deliver({ concurrency: 1 }))
    await worker.rest()
    const adding = createJobs({ adapter: { redisUrl: redis.url, prefix }, database, clock: systemClock(), log: silentLogger })
    started.push(adding)
    await adding.start([testPlugin('toy', { jobs: [deliver()] })], [])
    const look = async (): Promise<{ readonly commands: number; readonly waiting: number | undefined; readonly lagSeconds: number | undefined }> => {
      const before = adding.redisCommands
      const { waiting, lagSeconds } = (await adding.statistics())[0]!
      return { commands: adding.redisCommands - before, waiting, lagSeconds }
    }
    await add(adding, 0)
    expect(await look()).toMatchObject({ waiting: 1, commands: 1 })
    await Promise.all(Array.from({ length: 500 }, (_, n) => add(adding, n + 1)))
    expect(await look()).toMatchObject({ waiting: 501, commands: 1 })
    // as bull leaves a job that was taken an hour after it was added, by a process that then died
    const [first] = await redis.ask((client) => client.lrange(`${prefix}:p:toy:deliver:wait`, -1, -1))
    const key = `${prefix}:p:toy:deliver:${first}`
    await redis.ask((client) => client.hset(key, { timestamp: Date.now() - 7_200_000, processedOn: Date.now() - 3_600_000 }))
    expect((await look()).lagSeconds).toBeCloseTo(3_600, -1)
    // a release before kept the words of a failure
    await redis.ask((client) => client.hset(key, { failedReason: 'the provider is away' }))
    expect((await look()).lagSeconds).toBeCloseTo(3_600, -1)
    // as somebody leaves it who deletes keys
    await redis.ask((client) => client.del(key))
    expect(await look()).toMatchObject({ waiting: 501, lagSeconds: 0 })
  })

  test('leaves nothing of finished jobs in Redis and needs few commands', async () => {
    const jobs = await start(
      deliver({ attempts: 2 }, async (n) => {
        if (n >= 1_000) throw new Error('never')
      }),
    )
    const before = jobs.redisCommands
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => add(jobs, n)))
    await until('all were done', () => done.length === 1_000)
    expect((jobs.redisCommands - before) / 1_000).toBeLessThan(4)
    for (let n = 1_000; n < 1_020; n++) await add(jobs, n)
    await until('the failing ones were given up', async () => (await jobs.statistics())[0]?.failed === 20)
    await until('few keys are left', async () => (await redis.ask((client) => client.keys(`${prefix}:*`))).length < 8)
    expect((await redis.ask((client) => client.keys(`${prefix}:*`))).filter((key) => /:\d+(:|$)/.test(key))).toEqual([])
  })
})
