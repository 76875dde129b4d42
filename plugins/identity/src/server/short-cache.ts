import type { Clock } from '@parley/plugin-api'

/**
 * Answers remembered for a few seconds: what is asked with every request and may be that old in this process. The promise is kept, so that a
 * burst of requests asks once; a failed one is forgotten.
 */
export class ShortCache<T> {
  readonly #clock: Clock
  readonly #keepFor: number
  readonly #maxSize: number
  readonly #entries = new Map<string, { readonly until: number; readonly value: Promise<T> }>()

  constructor({ clock, keepFor, maxSize = 10_000 }: { clock: Clock; keepFor: number; maxSize?: number }) {
    this.#clock = clock
    this.#keepFor = keepFor
    this.#maxSize = maxSize
  }

  get(key: string, load: () => Promise<T>): Promise<T> {
    const now = this.#clock.now().getTime()
    const known = this.#entries.get(key)
    if (known !== undefined && known.until > now) return known.value
    const entry = { until: now + this.#keepFor, value: load() }
    // deleted first, so that the map stays in order of age and its first entry is the one to drop
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    if (this.#entries.size > this.#maxSize) this.#entries.delete(this.#entries.keys().next().value!)
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
    })
    return entry.value
  }

  clear(): void {
    this.#entries.clear()
  }
}
