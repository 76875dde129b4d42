/** Lets a number of things through each second, and as many at once after a pause. Two numbers, because there is one for each connection. */
export class TokenBucket {
  readonly #rate: number
  readonly #size: number
  #tokens: number
  #at: number

  constructor({ rate, size = rate, now }: { rate: number; size?: number; now: number }) {
    this.#rate = rate
    this.#size = size
    this.#tokens = size
    this.#at = now
  }

  take(now: number): boolean {
    this.#tokens = Math.min(this.#size, this.#tokens + ((now - this.#at) / 1_000) * this.#rate)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
