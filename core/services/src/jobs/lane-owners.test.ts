import type { Job, Role } from '@parley/plugin-api'
import { testRedisUrl } from '@parley/test-kit'
import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { gate, job, QueueHarness, type StartedQueue } from '../../test/queue-harness.ts'
import { uniqueName } from '../../test/test-plugin.ts'
import { systemClock } from '../clock/index.ts'
import { openRedis } from '../redis/index.ts'
import { ownerOf } from './lane-owners.ts'

const redisUrl = testRedisUrl()
const [a, b, c] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc']
const marks = [a, b, c]
const lanes = Array.from({ length: 300 }, (_, n) => `toy:lane-${n}`)
const lanesOf = (mark: string, workers: readonly string[], count: number): string[] => {
  const own: string[] = []
  for (let n = 0; own.length < count; n++) if (ownerOf(`lane-${n}`, workers) === mark) own.push(`lane-${n}`)
  return own
}
const payload = z.object({ lane: z.string() })

describe('the owner of a lane', () => {
  test('is one of the workers, and each has its share', () => {
    const shares = marks.map((mark) => lanes.filter((lane) => ownerOf(lane, marks) === mark).length)
    expect(shares.reduce((sum, share) => sum + share)).toBe(lanes.length)
    for (const share of shares) expect(share).toBeGreaterThan(lanes.length / 6)
    expect(ownerOf('a', [])).toBeUndefined()
  })

  test('does not depend on the order of the list, and only the lanes of a worker that ends move', () => {
    for (const lane of lanes) {
      const owner = ownerOf(lane, marks)
      expect(ownerOf(lane, marks.toReversed())).toBe(owner)
      if (owner !== c) expect(ownerOf(lane, [a, b])).toBe(owner)
    }
  })
})

describe('jobs of lanes', () => {
  let prefix = ''
  const harness = new QueueHarness(() => {
    prefix = uniqueName()
    return { adapter: { redisUrl, prefix }, clock: systemClock(), step: () => pause(5) }
  })
  const redis = openRedis(redisUrl, 'impatient') as Redis
  afterAll(() => redis.disconnect())

  let ran: { readonly by: string; readonly lane: string }[] = []
  let living: string[] = []
  beforeEach(() => {
    ran = []
    living = [a, b]
  })
  const by = (mark: string): string[] => ran.filter((run) => run.by === mark).map(({ lane }) => lane)

  const drain = (mark: string, work: (lane: string) => Promise<void> = async () => undefined, options: object = {}): Job =>
    job('drain', { payload, orderBy: ({ lane }) => lane, due: async () => [], ...options }, async ({ lane }) => {
      ran.push({ by: mark, lane })
      await work(lane)
    })
  const start = (mark: string, roles: readonly Role[], kind: Job): Promise<StartedQueue> =>
    harness.start([kind], roles, { mark, workers: () => living })
  /** A worker that hears of its lanes. */
  const worker = async (mark: string, work?: (lane: string) => Promise<void>, options?: object): Promise<StartedQueue> => {
    const started = await start(mark, ['worker'], drain(mark, work, options))
    const channel = `${prefix}:lanes:${mark}`
    await harness.eventually(`${mark} listens`, async () => (await redis.pubsub('NUMSUB', channel))[1] === 1)
    return started
  }
  /** A process that adds jobs and runs none; what waits, as it sees it, waits in Redis. */
  const web = (options?: object): Promise<StartedQueue> => start('ffffffff', ['web'], drain('web', undefined, options))

  test('go to its owner, whoever adds them', async () => {
    const own = await worker(a)
    await worker(b)
    const { queue } = await web()
    const [ofA, ofB] = [lanesOf(a, living, 10), lanesOf(b, living, 10)]
    for (const lane of [...ofA, ...ofB]) await queue.add('drain', { lane })
    for (const lane of [...ofA, ...ofB]) await own.queue.add('drain', { lane })
    await harness.eventually('all ran', () => ran.length === 40)
    expect(by(a).toSorted()).toEqual([...ofA, ...ofA].toSorted())
    expect(by(b).toSorted()).toEqual([...ofB, ...ofB].toSorted())
  })

  test('go to another worker when the owner has died or does not listen', async () => {
    await worker(b)
    const { queue } = await web()
    const lanes = lanesOf(a, living, 5)
    for (const lane of lanes) await queue.add('drain', { lane })
    await harness.eventually('all ran', () => ran.length === 5)
    expect(by(b).toSorted()).toEqual(lanes.toSorted())
  })

  test('go to another worker when the owner has too much to do', async () => {
    const hold = gate()
    const busy = await worker(a, () => hold.opened, { concurrency: 1 })
    await worker(b)
    const { queue } = await web()
    for (const lane of lanesOf(a, living, 150)) await queue.add('drain', { lane })
    await harness.eventually('the other helps', () => by(b).length > 20)
    // one of its lanes, and perhaps one from the queue
    expect(by(a).length).toBeLessThanOrEqual(2)
    expect((await harness.counters(busy))?.waiting).toBeGreaterThan(50)
    // those that it took and does not get to
    expect((await harness.counters(busy))?.lagSeconds).toBeGreaterThan(0)
    hold.open()
    await harness.eventually('all ran', () => ran.length === 150)
  })

  test('are handed back by an owner that stops', async () => {
    const hold = gate()
    const ending = await worker(a, () => hold.opened, { concurrency: 1 })
    const { queue } = await web()
    const lanes = lanesOf(a, living, 6)
    for (const lane of lanes) await queue.add('drain', { lane })
    await harness.eventually('it has them', async () => by(a).length === 1 && (await harness.counters(ending))?.waiting === 5)
    let resting = true
    const rested = ending.jobs.rest().finally(() => (resting = false))
    await harness.eventually('the others are back in the queue', async () => (await harness.counters(await web()))?.waiting === 5)
    // what runs is waited for
    expect(resting).toBe(true)
    hold.open()
    await rested
    await worker(b)
    await harness.eventually('all ran', () => ran.length === 6)
    expect(by(a)).toHaveLength(1)
    await queue.add('drain', { lane: lanes[0]! })
    await harness.eventually('it takes nothing more', () => ran.length === 7)
    expect(by(b)).toHaveLength(6)
  })

  test('are tried again when they fail', async () => {
    let fails = 1
    const own = await worker(a, async () => {
      if (fails-- > 0) throw new Error('not yet')
    })
    const { queue } = await web()
    await queue.add('drain', { lane: lanesOf(a, living, 1)[0]! })
    await harness.eventually('it succeeded', async () => (await harness.counters(own))?.completed === 1)
    expect(await harness.counters(own)).toMatchObject({ retried: 1, failed: 0 })
  })

  test('stay in the queue when nobody would find them again', async () => {
    const hold = gate()
    const options = { due: undefined, concurrency: 1 }
    await start(
      a,
      ['worker'],
      drain(a, () => hold.opened, options),
    )
    const adding = await web(options)
    for (const lane of lanesOf(a, living, 3)) await adding.queue.add('drain', { lane })
    await harness.eventually('one runs', () => ran.length === 1)
    expect((await harness.counters(adding))?.waiting).toBe(2)
    hold.open()
  })

  test('are not taken from what cannot be read', async () => {
    await worker(a)
    for (const text of ['', '{', 'null', '[{"queue":1}]', '[{"queue":"toy:drain"}]']) await redis.publish(`${prefix}:lanes:${a}`, text)
    const { queue } = await web()
    await queue.add('drain', { lane: lanesOf(a, living, 1)[0]! })
    await harness.eventually('the next one ran', () => by(a).length === 1)
    expect(harness.logged.filter(({ message }) => message.includes('could not be read'))).toHaveLength(5)
  })

  test('follow a process that goes on under another mark', async () => {
    const process = { mark: a, workers: () => living }
    const one = await harness.start([drain(a)], ['worker'], process)
    await worker(b)
    living = [b, c]
    process.mark = c
    await one.queue.add('drain', { lane: lanesOf(b, living, 1)[0]! })
    await harness.eventually('it listens', async () => (await redis.pubsub('NUMSUB', `${prefix}:lanes:${c}`))[1] === 1)
    expect((await redis.pubsub('NUMSUB', `${prefix}:lanes:${a}`))[1]).toBe(0)
  })
})
