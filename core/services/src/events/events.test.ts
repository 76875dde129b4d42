import { createTestDatabase, silentLogger, testRedisUrl, type TestDatabase } from '@parley/test-kit'
import type { PluginHandle } from '@parley/kernel'
import { eventType, type EventMeta, type Subscription } from '@parley/plugin-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testPlugin, uniqueName } from '../../test/test-plugin.ts'
import { until } from '../../test/until.ts'
import { unwatchedClaims } from '../claims/index.ts'
import { createTestClock, systemClock, type TestClock } from '../clock/index.ts'
import { createJobs, type Jobs } from '../jobs/index.ts'
import { createEvents, type Events } from './create-events.ts'

const closed = eventType('shop.closed@1', z.object({ id: z.string() }))
const opened = eventType('shop.opened@1', z.object({ id: z.string() }))

type Handle = (payload: { id: string }, cradle: unknown, meta: EventMeta) => Promise<void>
const on = (event: typeof closed, handle: Handle): Subscription => ({ kind: 'subscription', event, handle })

describe('events', () => {
  let database: TestDatabase
  let clock: TestClock
  const started: Jobs[] = []

  beforeEach(async () => {
    database = await createTestDatabase()
    clock = createTestClock()
  })
  afterEach(async () => {
    await Promise.all(started.splice(0).map((jobs) => jobs.stop()))
    await database.close()
  })

  const retries = { attempts: 3, pause: (attempt: number) => attempt * 1_000 }
  const step = (): Promise<void> => clock.advance(50)

  /** One process; without `worker` it dies before it does anything with its jobs. */
  const start = async (plugins: readonly PluginHandle[], role: 'worker' | 'dies' = 'worker', claims = unwatchedClaims()): Promise<Events> => {
    const jobs = createJobs({ adapter: 'memory', database, clock, log: silentLogger })
    const events = createEvents({ database, jobs, clock, claims, log: silentLogger, retries })
    started.push(jobs)
    events.start(plugins)
    await jobs.start(plugins, role === 'worker' ? ['worker', 'scheduler'] : [])
    return events
  }
  const rows = (): Promise<Record<string, unknown>[]> =>
    database.host.query('SELECT subscriber, type, state, attempts, reason FROM {event_deliveries} ORDER BY subscriber')

  test('reach every subscriber, with an id that is the same at each delivery, and leave no row', async () => {
    const seen: unknown[] = []
    const ids = new Set<string>()
    const listen =
      (name: string): Handle =>
      async (payload, cradle, meta) => {
        seen.push([name, payload, cradle, meta.at])
        ids.add(meta.id)
      }
    const first = testPlugin('first', { subscriptions: [on(closed, listen('a')), on(closed, listen('b'))] }, { own: 1 })
    const second = testPlugin('second', { subscriptions: [on(closed, listen('c')), on(opened, listen('never'))] }, { own: 2 })
    const events = await start([first, second])
    await events.forPlugin('shop').publish(closed, { id: 'x' })
    await until('all were told', () => seen.length === 3, step)
    const at = new Date('2026-11-20T09:00:00.000Z')
    expect(seen.sort()).toEqual([
      ['a', { id: 'x' }, { own: 1 }, at],
      ['b', { id: 'x' }, { own: 1 }, at],
      ['c', { id: 'x' }, { own: 2 }, at],
    ])
    expect(ids.size).toBe(1)
    await until('nothing is stored', async () => (await rows()).length === 0, step)
    // counted after the row is gone
    await until('all are counted', async () => (await events.statistics()).delivered === 3, step)
    expect(await events.statistics()).toEqual({ published: 1, delivered: 3, retried: 0, dead: 0, deadLetters: 0 })
  })

  test('without a running subscriber are not stored', async () => {
    const sleeping = testPlugin('sleeping', { subscriptions: [on(closed, async () => undefined)] })
    const events = await start([sleeping])
    sleeping.state = 'failed'
    await events.forPlugin('shop').publish(closed, { id: 'x' })
    await events.forPlugin('shop').publish(opened, { id: 'x' })
    expect(await rows()).toEqual([])
  })

  test('that do not fit their schema are refused', async () => {
    const events = await start([testPlugin('first', { subscriptions: [on(closed, async () => undefined)] })])
    await expect(events.forPlugin('shop').publish(closed, { id: 1 } as never)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('are committed and rolled back with the writes of their publisher, in a transaction and in a batch', async () => {
    const seen: string[] = []
    const events = await start([testPlugin('first', { subscriptions: [on(closed, async ({ id }) => void seen.push(id))] })])
    const bus = events.forPlugin('shop')
    await database.host.transaction(async (tx) => {
      await bus.publish(closed, { id: 'committed' }, { within: tx })
      expect(seen).toEqual([])
    })
    const failing = database.host.transaction(async (tx) => {
      await bus.publish(closed, { id: 'rolled back' }, { within: tx })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    const batch = database.host.batch()
    await bus.publish(closed, { id: 'batch 1' }, { within: batch })
    await bus.publish(closed, { id: 'batch 2' }, { within: batch })
    await batch.commit()
    const stale = database.host.batch()
    await bus.publish(closed, { id: 'stale' }, { within: stale })
    await database.host.write({ text: 'DELETE FROM {ticks} WHERE name = $1', values: ['none'], expect: 1 }, stale)
    await expect(stale.commit()).rejects.toMatchObject({ code: 'stale_write' })
    await until('the committed ones came', () => seen.length === 3, step)
    expect(seen.sort()).toEqual(['batch 1', 'batch 2', 'committed'])
    await until('nothing is stored', async () => (await rows()).length === 0, step)
  })

  test('of a process that died between its commit and its job are delivered by another', async () => {
    const seen: string[] = []
    const plugin = testPlugin('first', { subscriptions: [on(closed, async ({ id }) => void seen.push(id))] })
    const dying = await start([plugin], 'dies')
    await dying.forPlugin('shop').publish(closed, { id: 'x' })
    expect(await rows()).toHaveLength(1)
    await start([plugin])
    await until('the reconciler found the row', () => seen.length === 1, step)
    expect(seen).toEqual(['x'])
  })

  test('whose handler was killed half-way come again when their time is over', async () => {
    const seen: string[] = []
    const plugin = testPlugin('first', { subscriptions: [on(closed, async (_, __, { id }) => void seen.push(id))] })
    const dying = await start([plugin], 'dies')
    await dying.forPlugin('shop').publish(closed, { id: 'x' })
    await database.host.query(`UPDATE {event_deliveries} SET attempts = 1, due_at = $1`, [new Date(clock.now().getTime() + 30_000)])
    await start([plugin])
    await clock.advance(20_000)
    expect(seen).toEqual([])
    await until('it came again', () => seen.length === 1, step)
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(new Date('2026-11-20T09:00:29.000Z').getTime())
  })

  test('in the hands of a process that died are delivered by another at once', async () => {
    const seen: string[] = []
    const plugin = testPlugin('first', { subscriptions: [on(closed, async (_, __, { id }) => void seen.push(id))] })
    const events = await start([plugin], 'dies')
    await events.forPlugin('shop').publish(closed, { id: 'x' })
    const inAMonth = new Date(clock.now().getTime() + 30 * 86_400_000)
    const dead = '0dead000-0000-4000-8000-000000000000'
    await database.host.query('UPDATE {event_deliveries} SET attempts = 1, due_at = $1, claimed_by = $2', [inAMonth, dead])
    const others = { ...unwatchedClaims(), gone: () => ['0dead000'] }
    await start([testPlugin('first', { subscriptions: plugin.declarations.subscriptions })], 'worker', others)
    await until('it came again', () => seen.length === 1, step)
    await until('nothing is stored', async () => (await rows()).length === 0, step)
    expect(seen).toHaveLength(1)
  })

  test('whose handler fails are tried again, then kept as dead with the reason', async () => {
    const attempts: string[] = []
    const failing = testPlugin('failing', {
      subscriptions: [
        on(closed, async (_, __, { id }) => {
          attempts.push(id)
          throw new Error('the printer burns')
        }),
      ],
    })
    const events = await start([failing])
    await events.forPlugin('shop').publish(closed, { id: 'x' })
    await until('it was given up', async () => (await rows())[0]?.['state'] === 'dead', step)
    expect(new Set(attempts).size).toBe(1)
    expect(attempts).toHaveLength(3)
    expect(await rows()).toEqual([
      { subscriber: 'failing shop.closed@1', type: 'shop.closed@1', state: 'dead', attempts: 3, reason: 'the printer burns' },
    ])
    expect(await events.statistics()).toMatchObject({ delivered: 0, retried: 2, dead: 1, deadLetters: 1 })
    await clock.advance(60_000)
    expect(attempts).toHaveLength(3)
  })

  test('a failing subscriber does not keep others from theirs', async () => {
    const seen: string[] = []
    const failing = testPlugin('failing', { subscriptions: [on(closed, () => Promise.reject(new Error('no')))] })
    const good = testPlugin('good', { subscriptions: [on(closed, async ({ id }) => void seen.push(id))] })
    const events = await start([failing, good])
    for (const id of ['1', '2', '3']) await events.forPlugin('shop').publish(closed, { id })
    await until('the good one has all', () => seen.length === 3, step)
    expect([...seen].sort()).toEqual(['1', '2', '3'])
  })

  test('travel over bull to whichever process works', async () => {
    const seen: string[] = []
    const plugin = testPlugin('first', { subscriptions: [on(closed, async ({ id }) => void seen.push(id))] })
    const prefix = uniqueName()
    const redisUrl = testRedisUrl()
    const processes = await Promise.all(
      (['web', 'worker', 'worker'] as const).map(async (role) => {
        const jobs = createJobs({ adapter: { redisUrl, prefix }, database, clock: systemClock(), log: silentLogger })
        const events = createEvents({ database, jobs, clock: systemClock(), log: silentLogger })
        started.push(jobs)
        events.start([plugin])
        await jobs.start([plugin], [role])
        return events
      }),
    )
    const ids = Array.from({ length: 30 }, (_, n) => String(n))
    await Promise.all(ids.map((id) => processes[0]?.forPlugin('shop').publish(closed, { id })))
    await until('all came', () => seen.length === 30)
    expect([...seen].sort()).toEqual(ids.sort())
    await until('nothing is stored', async () => (await rows()).length === 0)
  })
})
