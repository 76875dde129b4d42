import type { Clock } from '@parley/plugin-api'

/** Time that moves only when a test says so. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-11-20T09:00:00Z')
  #timers: { at: number; work: () => void }[] = []

  now(): Date {
    return new Date(this.#now)
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.after(milliseconds, resolve))
  }

  after(milliseconds: number, work: () => void): () => void {
    const timer = { at: this.#now + milliseconds, work }
    this.#timers.push(timer)
    return () => void (this.#timers = this.#timers.filter((one) => one !== timer))
  }

  every(milliseconds: number, work: () => void): () => void {
    let cancel = (): void => undefined
    const wait = (): void => {
      cancel = this.after(milliseconds, () => {
        wait()
        work()
      })
    }
    wait()
    return () => cancel()
  }

  /** Runs what is due, in order. */
  async advance(milliseconds: number): Promise<void> {
    await settled()
    const end = this.#now + milliseconds
    for (let next = this.#due(end); next; next = this.#due(end)) {
      this.#timers = this.#timers.filter((one) => one !== next)
      this.#now = next.at
      next.work()
      await settled()
    }
    this.#now = end
  }

  #due(end: number): { at: number; work: () => void } | undefined {
    return this.#timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0]
  }
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
