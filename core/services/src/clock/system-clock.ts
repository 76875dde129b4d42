import type { Clock } from '@parley/plugin-api'

// setTimeout treats a longer delay as 1 ms
const longestTimeout = 2 ** 31 - 1

const startTimer = (milliseconds: number, work: () => void, keepAlive: boolean): (() => void) => {
  let timer: NodeJS.Timeout
  const arm = (left: number): void => {
    const step = Math.min(Math.max(left, 0), longestTimeout)
    timer = setTimeout(() => (left > step ? arm(left - step) : work()), step)
    if (!keepAlive) timer.unref()
  }
  arm(milliseconds)
  return () => clearTimeout(timer)
}

const sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const aborted = (): void => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = startTimer(
      milliseconds,
      () => {
        signal?.removeEventListener('abort', aborted)
        resolve()
      },
      true,
    )
    signal?.addEventListener('abort', aborted, { once: true })
  })

/** Real time. Timers of `after` and `every` do not keep a process alive; a pending `sleep` does. */
export const systemClock = (): Clock => ({
  now: () => new Date(),
  sleep,
  after: (milliseconds, work) => startTimer(milliseconds, work, false),
  every: (milliseconds, work) => {
    const timer = setInterval(work, Math.min(milliseconds, longestTimeout)).unref()
    return () => clearInterval(timer)
  },
})
