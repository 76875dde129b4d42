import type { Clock } from '@parley/plugin-api'

const inARow = 20
const pause = 1_000

/**
 * Slows down a kind of job that only fails: after so many failures in a row each of its jobs waits, in its own slot, before it runs, so that tries which come to nothing
 * do not take the time of others. One success lets it go.
 */
export class Brake {
  readonly #clock: Clock
  #failures = 0
  #pause: Promise<void> | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves when the next job may run, at once while the process stops. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.#failures < inARow) return
    this.#pause ??= this.#rest(signal)
    await this.#pause
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** True when this failure put it on. */
  failed(): boolean {
    this.#failures++
    return this.#failures === inARow
  }

  /** One for all slots, so that a signal has one listener. */
  async #rest(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(pause, signal).catch(() => undefined)
    this.#pause = undefined
  }
}
