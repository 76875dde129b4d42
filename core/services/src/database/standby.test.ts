import type { Logger } from '@parley/plugin-api'
import { silentLogger } from '@parley/test-kit'
import { beforeEach, describe, expect, test } from 'vitest'
import { createTestClock, type TestClock } from '../clock/index.ts'
import { Standby } from './standby.ts'
import type { Replay } from './standby-statements.ts'

const second = 1_000

describe('a standby', () => {
  let clock: TestClock
  let answer: () => Replay | Promise<Replay>
  let asked: number
  let standby: Standby
  const told: string[] = []
  const log: Logger = { ...silentLogger, warn: (message) => void told.push(message), info: (message) => void told.push(message) }

  beforeEach(() => {
    clock = createTestClock()
    asked = 0
    told.length = 0
    answer = () => ({ caughtUp: true, age: 0 })
    standby = new Standby({
      name: 'db2:5432',
      run: () => Promise.reject(new Error('not here')),
      ask: async () => (asked++, await answer()),
      clock,
      log,
    })
  })

  const behind = (age: number | null) => (answer = () => ({ caughtUp: false, age }))
  const away = () => (answer = () => Promise.reject(new Error('connect ECONNREFUSED')))

  test('is asked once a second, also by many at once', async () => {
    expect(await Promise.all([1, 2, 3].map(() => standby.bears(5)))).toEqual([true, true, true])
    await clock.advance(999)
    expect([await standby.bears(5), asked]).toEqual([true, 1])
    await clock.advance(1)
    expect([await standby.bears(5), asked]).toEqual([true, 2])
  })

  test('bears what it is not further behind than, and what may have come since counts', async () => {
    behind(4.5)
    expect([await standby.bears(5), await standby.bears(4)]).toEqual([true, false])
    await clock.advance(600)
    expect([await standby.bears(5), asked]).toEqual([false, 1])
  })

  test('is not behind while nothing is written, however old the last commit is', async () => {
    answer = () => ({ caughtUp: true, age: 3600 })
    expect(await standby.bears(1)).toBe(true)
    await clock.advance(2 * second)
    // the first commit after the quiet hour is received and not yet replayed
    behind(3602)
    expect([await standby.lag(), await standby.bears(1)]).toEqual([2, false])
  })

  test('that has never caught up and replayed no commit bears nothing', async () => {
    behind(null)
    expect([await standby.bears(1_000_000), await standby.lag()]).toEqual([false, undefined])
    expect(await standby.problem()).toBe('The standby db2:5432 does not know how far behind it is. Look at pg_stat_wal_receiver there.')
  })

  test('that failed is left alone for five seconds, and nobody waits for the next try', async () => {
    away()
    expect([await standby.bears(5), asked]).toEqual([false, 1])
    await clock.advance(4_999)
    expect([await standby.bears(5), asked]).toEqual([false, 1])

    let comesBack = (_: Replay): void => {}
    answer = () => new Promise((resolve) => (comesBack = resolve))
    await clock.advance(1)
    expect([await standby.bears(5), asked]).toEqual([false, 2])
    comesBack({ caughtUp: true, age: 0 })
    await expect.poll(() => standby.bears(5)).toBe(true)
  })

  test('that fails a report is left alone, too', async () => {
    expect(await standby.bears(5)).toBe(true)
    standby.failed(new Error('Connection terminated'))
    expect([await standby.bears(5), asked]).toEqual([false, 1])
    expect(await standby.problem()).toBe('The standby db2:5432 cannot be asked: Connection terminated.')
  })

  test('is spoken of when that changes, not each time', async () => {
    away()
    for (let n = 0; n < 3; n++) {
      await standby.bears(5)
      await clock.advance(5 * second)
    }
    behind(31)
    await expect.poll(() => standby.lag()).toBe(31)
    expect(told).toEqual(['reports are not read from the standby'])
    expect(await standby.problem()).toBe('The standby db2:5432 is 31 s behind. Look at pg_stat_wal_receiver there.')
    behind(29)
    await clock.advance(second)
    expect(await standby.problem()).toBeUndefined()
    expect(told).toEqual(['reports are not read from the standby', 'reports are read from the standby again'])
  })
})
