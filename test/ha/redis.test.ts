import { createJobs, systemClock, type Jobs } from '@parley/services'
import { createTestDatabase, silentLogger, until, type TestDatabase } from '@parley/test-kit'
import { topicType, type Job, type Topic } from '@parley/plugin-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Instance, listen } from '../../core/services/test/realtime-fixture.ts'
import { testPlugin, uniqueName } from '../../core/services/test/test-plugin.ts'
import { startRedisCluster, startRedisSentinels, type RedisServers } from './redis-servers.ts'

const dialog = topicType('chat.dialog@1', { key: z.object({ id: z.string() }), payload: z.object({ n: z.number() }) })
const topic: Topic = { kind: 'topic-declaration', type: dialog, allow: async () => true }
const within = { within: 60_000 }

describe.each([
  ['three Sentinels, a master and two replicas', startRedisSentinels, () => ''],
  ['a cluster of three masters with replicas', startRedisCluster, (prefix: string) => `{${prefix}:p:toy:deliver}`],
])('%s', (_, startServers, keyOfJobs) => {
  let database: TestDatabase
  let redis: RedisServers
  let prefix: string
  const started: { stop(): Promise<void> }[] = []

  beforeAll(async () => {
    database = await createTestDatabase()
    redis = await startServers()
  }, 120_000)
  beforeEach(async () => {
    prefix = uniqueName()
    await redis.recover()
  }, 90_000)
  afterEach(async () => {
    for (const one of started.splice(0)) await one.stop()
  })
  afterAll(async () => {
    await redis.stop()
    await database.close()
  })

  it('jobs: once, with delays and keys, and again when the server that held them has died', async () => {
    const done: number[] = []
    /** The truth: what a handler has not done yet. */
    const rows = new Set<number>()
    const deliver: Job = {
      kind: 'job',
      name: 'deliver',
      options: { payload: z.object({ n: z.number() }), due: async () => [...rows].map((n) => ({ n })), dueEvery: 500 },
      handle: async ({ n }: { n: number }) => {
        rows.delete(n)
        done.push(n)
      },
    }
    const start = async (): Promise<Jobs> => {
      const jobs = createJobs({ adapter: { redisUrl: redis.url, prefix }, database, clock: systemClock(), log: silentLogger })
      started.push(jobs)
      await jobs.start([testPlugin('toy', { jobs: [deliver] })], ['worker', 'scheduler'])
      return jobs
    }
    const [one, other] = [await start(), await start()]
    const add = async (jobs: Jobs, n: number, options: { key?: string; delay?: number } = {}): Promise<void> => {
      rows.add(n)
      await jobs.forPlugin('toy').add('deliver', { n }, options)
    }
    for (let n = 0; n < 20; n++) await add(n % 2 ? one : other, n, n === 3 ? { key: 'k' } : n === 4 ? { delay: 100 } : {})
    await until(() => rows.size === 0, within)
    expect([...new Set(done)].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n))

    const failing = redis.failOver(keyOfJobs(prefix))
    for (let n = 20; n < 60; n++) await add(n % 2 ? one : other, n)
    await failing
    await until(() => rows.size === 0, within)
    await until(
      async () => (await one.queueProblem()) === undefined && one.workerProblem() === undefined && other.workerProblem() === undefined,
      within,
    )
    done.length = 0
    // through the queue again, not only from the rows
    await until(async () => (await one.forPlugin('toy').add('deliver', { n: 99 }), done.includes(99)), within)
    expect(done).toContain(99)
  }, 120_000)

  it('sockets: what one process sends, the subscribers of another hear, also after a fail-over', async () => {
    const plugins = [testPlugin('chat', { topics: [topic] })]
    const start = (): Promise<Instance> => Instance.start({ database, clock: systemClock(), plugins, redisUrl: redis.url, prefix })
    const [near, far] = [await start(), await start()]
    started.push({ stop: () => near.close() }, { stop: () => far.close() })
    const client = await far.connected('/shell', { token: 'olena' })
    const heard = listen<{ payload: { n: number } }>(client, 'topic')
    await client.emitWithAck('subscribe', { topic: dialog.id, key: { id: prefix } })
    const send = (n: number): Promise<void> => near.realtime.forPlugin('chat').send(dialog, { id: prefix }, { n })
    for (let n = 1; n <= 5; n++) await send(n)
    await until(() => heard.length === 5, within)
    expect(heard.map(({ payload }) => payload.n)).toEqual([1, 2, 3, 4, 5])

    await redis.failOver(`${prefix}:sockets`)
    let n = 100
    await until(async () => (await send(n++), heard.some(({ payload }) => payload.n >= 100)), within)
    const numbers = heard.map(({ payload }) => payload.n)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  }, 120_000)
})
