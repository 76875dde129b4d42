import { createTestDatabase, silentLogger, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../../test/until.ts'
import { createTestClock, type TestClock } from '../clock/index.ts'
import { everyMilliseconds } from './rhythm.ts'
import { Scheduler } from './scheduler.ts'
import { TickStore } from './tick-store.ts'

let database: TestDatabase
let clock: TestClock
let schedulers: Scheduler[]

beforeEach(async () => {
  database = await createTestDatabase()
  clock = createTestClock()
  schedulers = []
})
afterEach(async () => {
  await Promise.all(schedulers.map((scheduler) => scheduler.stop()))
  await database.close()
})

const day = 86_400_000
const start = (run: () => Promise<void>): void => {
  const scheduler = new Scheduler({ database, clock, log: silentLogger })
  schedulers.push(scheduler)
  scheduler.start([{ name: 'nightly', rhythm: everyMilliseconds(day), manner: 'tick', run }])
}
const nextAt = async (): Promise<Date | undefined> => (await database.host.query('SELECT next_at FROM {ticks}'))[0]?.['next_at']

test('a tick whose job could not be queued is not lost', async () => {
  let tries = 0
  start(async () => {
    if (++tries < 3) throw new Error('Redis is away')
  })
  await until('the schedule is known', async () => (await nextAt()) !== undefined)
  await clock.advance(day)
  await until(
    'it was tried until it was done',
    () => tries === 3,
    () => clock.advance(500),
  )
  await until('the tick has moved on', async () => (await nextAt())! > clock.now())
  expect(tries).toBe(3)
})

test('a tick of a process that dies between claim and add is done by another', async () => {
  const store = new TickStore(database.host)
  const due = clock.now()
  await store.enrol([{ name: 'nightly', rhythm: everyMilliseconds(day).text, nextAt: due }])
  let die = (): void => undefined
  const began = new Promise<void>((resolve) => {
    const death = new Promise<void>((_, reject) => (die = () => reject(new Error('killed'))))
    const dying = store.take({ name: 'nightly', nextAt: new Date(due.getTime() + day) }, clock.now(), () => (resolve(), death))
    dying.catch(() => undefined)
  })
  await began
  let ran = 0
  start(async () => void ran++)
  await clock.advance(1_000)
  expect(ran).toBe(0)
  die()
  await until(
    'the other has done it',
    () => ran === 1,
    () => clock.advance(500),
  )
  await until('the tick has moved on', async () => (await nextAt())! > clock.now())
  expect(ran).toBe(1)
})
