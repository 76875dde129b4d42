import type { Clock } from '@parley/plugin-api'

/** Rejects when the work takes longer; the work itself cannot be stopped, so whatever comes of it later is ignored. */
export function withTimeLimit<T>(clock: Clock, milliseconds: number, what: string, work: () => T | Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(milliseconds, () => reject(new Error(`${what} did not finish within ${milliseconds / 1000} s`)))
    new Promise<T>((begin) => begin(work())).then(resolve, reject).finally(cancel)
  })
}
