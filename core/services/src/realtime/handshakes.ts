import { ParleyError, type Clock } from '@parley/plugin-api'
import { TokenBucket } from './token-bucket.ts'

const minute = 60_000

/** How often one address may open connections: so many a minute, a minute's worth at once, because all of an office come back together. */
export class Handshakes {
  readonly #perMinute: number
  readonly #clock: Clock
  #recent = new Map<string, TokenBucket>()
  #before = new Map<string, TokenBucket>()
  #since: number

  constructor({ perMinute, clock }: { perMinute: number; clock: Clock }) {
    this.#perMinute = perMinute
    this.#clock = clock
    this.#since = clock.now().getTime()
  }

  /** Throws `rate_limited` when the address has opened too many. */
  take(address: string): void {
    const now = this.#clock.now().getTime()
    this.#forget(now)
    const bucket = this.#recent.get(address) ?? this.#before.get(address) ?? this.#open(now)
    this.#recent.set(address, bucket)
    if (bucket.take(now)) return
    throw new ParleyError('rate_limited', `More than ${this.#perMinute} connections a minute from one address. Wait a moment and connect again.`)
  }

  #open(now: number): TokenBucket {
    return new TokenBucket({ rate: this.#perMinute / 60, size: this.#perMinute, now })
  }

  /** A bucket nobody took from for a minute is full again: nothing is lost with it. */
  #forget(now: number): void {
    if (now - this.#since < minute) return
    this.#before = now - this.#since < 2 * minute ? this.#recent : new Map()
    this.#recent = new Map()
    this.#since = now
  }
}
