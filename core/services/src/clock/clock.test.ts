import { describe, expect, test } from 'vitest'
import { createTestClock } from './test-clock.ts'
import { systemClock } from './system-clock.ts'

describe('the test clock', () => {
  test('stands still until it is advanced', async () => {
    const clock = createTestClock('2026-11-20T09:00:00.000Z')
    await clock.advance(1500)
    expect(clock.now().toISOString()).toBe('2026-11-20T09:00:01.500Z')
  })

  test('runs timers in order of their time, at their time', async () => {
    const clock = createTestClock(new Date(0))
    const ran: string[] = []
    const note = (name: string) => () => void ran.push(`${name}@${clock.now().getTime()}`)
    clock.after(30, note('late'))
    clock.after(10, note('first'))
    clock.after(10, note('second'))
    clock.every(20, note('tick'))
    await clock.advance(45)
    expect(ran).toEqual(['first@10', 'second@10', 'tick@20', 'late@30', 'tick@40'])
  })

  test('lets a loop of sleeps run as often as it would in real time', async () => {
    const clock = createTestClock()
    const abort = new AbortController()
    let rounds = 0
    const loop = (async () => {
      while (!abort.signal.aborted) {
        await clock.sleep(10, abort.signal)
        rounds++
      }
    })()
    await clock.advance(100)
    expect(rounds).toBe(10)
    abort.abort(new Error('stopped'))
    await expect(loop).rejects.toThrow('stopped')
    expect(clock.waiting).toBe(0)
  })

  test('forgets what was cancelled, and timers that cancel themselves', async () => {
    const clock = createTestClock()
    let ran = 0
    clock.after(5, () => ran++)()
    const cancel = clock.every(5, () => {
      ran++
      cancel()
    })
    await clock.advance(50)
    expect(ran).toBe(1)
    expect(clock.waiting).toBe(0)
  })

  test('refuses a sleep whose signal has aborted', async () => {
    await expect(createTestClock().sleep(1, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
  })
})

describe('the system clock', () => {
  test('sleeps, and rejects with the reason of the signal', async () => {
    const clock = systemClock()
    await clock.sleep(1)
    const abort = new AbortController()
    const sleeping = clock.sleep(3_600_000, abort.signal)
    abort.abort(new Error('enough'))
    await expect(sleeping).rejects.toThrow('enough')
    await expect(clock.sleep(1, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
  })

  test('runs work later and repeatedly until it is cancelled', async () => {
    const clock = systemClock()
    await new Promise<void>((resolve) => clock.after(1, resolve))
    let ticks = 0
    await new Promise<void>((resolve) => {
      const cancel = clock.every(1, () => {
        if (++ticks < 3) return
        cancel()
        resolve()
      })
    })
    expect(ticks).toBe(3)
  })

  test('does not run a timer of more than 24 days at once', async () => {
    const clock = systemClock()
    let ran = false
    const cancel = clock.after(30 * 24 * 3_600_000, () => (ran = true))
    await clock.sleep(5)
    cancel()
    expect(ran).toBe(false)
  })
})
