import type { Clock } from '@parley/plugin-api'

interface Timer {
  due: number
  readonly number: number
  readonly period: number | undefined
  readonly work: () => void
}

/** Time that stands still until a test moves it. */
export interface TestClock extends Clock {
  /**
   * Moves time forward, running what falls due in order of its time. After each timer everything that waits on promises gets its turn,
   * so that a loop of `sleep` runs as often as it would in real time. Work that waits for a database or a socket does not: poll for its effect.
   */
  advance(milliseconds: number): Promise<void>
  /** Timers and sleeps that wait; a test of `stop()` expects 0. */
  readonly waiting: number
}

// several turns, because one await of ours may hide a chain of them in the code under test
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** @example const clock = createTestClock(); queue.add(…, { delay: 60_000 }); await clock.advance(60_000) */
export const createTestClock = (start: Date | string = '2026-11-20T09:00:00.000Z'): TestClock => {
  let time = new Date(start).getTime()
  let lastNumber = 0
  const timers = new Set<Timer>()

  const add = (milliseconds: number, work: () => void, period?: number): (() => void) => {
    const timer = { due: time + Math.max(milliseconds, 0), number: ++lastNumber, period, work }
    timers.add(timer)
    return () => void timers.delete(timer)
  }

  const nextDue = (until: number): Timer | undefined => {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.due > until) continue
      if (next === undefined || timer.due < next.due || (timer.due === next.due && timer.number < next.number)) next = timer
    }
    return next
  }

  return {
    now: () => new Date(time),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const aborted = (): void => {
          cancel()
          reject(signal?.reason)
        }
        const cancel = add(milliseconds, () => {
          signal?.removeEventListener('abort', aborted)
          resolve()
        })
        signal?.addEventListener('abort', aborted, { once: true })
      }),
    after: (milliseconds, work) => add(milliseconds, work),
    every: (milliseconds, work) => {
      if (!(milliseconds > 0)) throw new RangeError(`every() needs a period above 0 milliseconds, not ${milliseconds}.`)
      return add(milliseconds, work, milliseconds)
    },
    async advance(milliseconds) {
      const until = time + milliseconds
      await settle()
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        time = Math.max(time, timer.due)
        if (timer.period === undefined) timers.delete(timer)
        else timer.due += timer.period
        timer.work()
        await settle()
      }
      time = until
    },
    get waiting() {
      return timers.size
    },
  }
}
