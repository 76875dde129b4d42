import { createTestClock } from '@parley/services'
import { describe, expect, test } from 'vitest'
import { ShortCache } from './short-cache.ts'

describe('short cache', () => {
  const counting = () => {
    let count = 0
    return async () => ++count
  }

  test('asks once for a burst, and again when the answer is old or cleared', async () => {
    const clock = createTestClock()
    const cache = new ShortCache<number>({ clock, keepFor: 1_000 })
    const load = counting()
    expect(await Promise.all([cache.get('a', load), cache.get('a', load), cache.get('b', load)])).toEqual([1, 1, 2])
    await clock.advance(999)
    expect(await cache.get('a', load)).toBe(1)
    await clock.advance(1)
    expect(await cache.get('a', load)).toBe(3)
    cache.clear()
    expect(await cache.get('a', load)).toBe(4)
  })

  test('forgets a failure at once', async () => {
    const cache = new ShortCache<number>({ clock: createTestClock(), keepFor: 1_000 })
    await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await cache.get('a', async () => 5)).toBe(5)
  })

  test('drops the oldest when it is full, so that made-up tokens cannot fill the memory', async () => {
    const cache = new ShortCache<number>({ clock: createTestClock(), keepFor: 1_000, maxSize: 2 })
    const load = counting()
    for (const key of ['a', 'b', 'c']) await cache.get(key, load)
    expect(await cache.get('c', load)).toBe(3)
    expect(await cache.get('a', load)).toBe(4)
  })
})
