import { setTimeout as delay } from 'node:timers/promises'
import type { TestHost } from '../test-host.ts'

/** So often nothing was to be seen although nothing was under way: nothing more will come. */
const looksInVain = 400
/** Milliseconds of real time, for a host that is never done. Less than a case may take, so that the sentence is told and not the time-out. */
const longest = 20_000
/** Milliseconds that a case may take. The template of a channel says the same for its tests. */
export const caseTimeout = 30_000

/** Waits for effects: the test's clock goes on meanwhile, but never while a call to the provider is under way. */
export class Patience {
  readonly #host: TestHost
  /** Calls whose answer will never come. */
  readonly #hanging: () => number

  constructor({ host, hanging }: { host: TestHost; hanging: () => number }) {
    this.#host = host
    this.#hanging = hanging
  }

  async until<T>(check: () => T | Promise<T>, what: string, step: number): Promise<Exclude<T, undefined | false>> {
    const { clock } = this.#host
    const deadline = performance.now() + longest
    const start = clock.now().getTime()
    for (let inVain = 0; ;) {
      const found = await check()
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>
      if (inVain === looksInVain) {
        const seconds = Math.round((clock.now().getTime() - start) / 1000)
        throw new Error(`Waited in vain for ${what}: the host had nothing left to do, and ${seconds} s of its time went by.`)
      }
      if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}: after ${longest / 1000} s the host was still at work.`)
      if (!this.#calling) await clock.advance(step)
      if (!this.#calling && !this.#querying) inVain++
      await delay(5)
    }
  }

  get #calling(): boolean {
    return this.#host.outbound.inFlight > this.#hanging()
  }

  get #querying(): boolean {
    const { totalCount, idleCount, waitingCount } = this.#host.database.pool
    return totalCount - idleCount + waitingCount > 0
  }
}
