import { createAudit, createTestClock, type TestClock } from '@parley/services'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrations } from '../migrations/index.ts'
import { Lockout } from './lockout.ts'
import { LockoutStore } from './lockout-store.ts'

const attempt = { login: 'oksana@example.com', address: '203.0.113.7' }

describe('lockout', () => {
  let database: TestDatabase
  let clock: TestClock
  const make = () =>
    new Lockout({ lockoutStore: new LockoutStore({ db: database.db }), audit: createAudit({ database, clock }).forPlugin('identity'), clock })

  beforeEach(async () => {
    database = await createTestDatabase({ plugins: [{ id: 'identity', migrations }] })
    clock = createTestClock()
  })
  afterEach(() => database.close())

  const fail = async (times: number, what = attempt) => {
    for (let count = 0; count < times; count++) await make().enter(what)
  }
  const seconds = async (what = attempt): Promise<unknown> => {
    const error = await make()
      .enter(what)
      .then(
        () => undefined,
        (problem: unknown) => problem,
      )
    return (error as { details?: { retryAfter: number } } | undefined)?.details?.retryAfter
  }

  test('after five failures a login waits, twice as long after each further one, a quarter of an hour at most', async () => {
    await fail(5)
    const waits: unknown[] = []
    for (let round = 0; round < 7; round++) {
      waits.push(await seconds())
      await clock.advance(900_000)
      if (round === 0) expect(await seconds({ ...attempt, login: 'other@example.com' })).toBeUndefined()
      await make().enter(attempt)
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900])
  })

  test('a right password in between forgets the failures of the login', async () => {
    await fail(4)
    await make().succeeded(attempt)
    await fail(5)
    expect(await seconds()).toBe(30)
  })

  test('failures are forgotten after an hour', async () => {
    await fail(4)
    await clock.advance(3_600_001)
    await fail(4)
    expect(await seconds()).toBeUndefined()
  })

  test('many guesses at once get no further than one after another', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => make().enter(attempt)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  })

  test('an address that tries many logins is stopped, and successes behind it do not count', async () => {
    for (let count = 0; count < 29; count++) await make().enter({ ...attempt, login: `guess${count}@example.com` })
    await make().succeeded({ ...attempt, login: 'guess0@example.com' })
    await fail(2, { ...attempt, login: 'colleague@example.com' })
    expect(await seconds({ ...attempt, login: 'anybody@example.com' })).toBe(60)
    expect(await seconds({ login: 'anybody@example.com', address: '198.51.100.1' })).toBeUndefined()
  })

  test('a lock is in the audit once, and what was typed is not stored', async () => {
    await fail(5)
    await seconds()
    expect(await createAudit({ database, clock }).store.list({ action: 'sign_in.lock', limit: 10 })).toHaveLength(1)
    const rows = await database.db.query<{ key: string }>('SELECT key FROM {sign_in_attempts}')
    expect(rows.some(({ key }) => key.includes('oksana'))).toBe(false)
  })
})
