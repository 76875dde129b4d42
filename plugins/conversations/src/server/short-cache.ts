import type { Clock } from '@parley/plugin-api'

/** For what every message asks and people rarely change: as old as two seconds at most. */
const lifetime = 2_000
const limit = 10_000

export class ShortCache<T> {
  readonly #clock: Clock
  readonly #entries = new Map<string, { readonly until: number; readonly value: Promise<T> }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Those who ask at the same time share one answer; a failure is not kept. */
  get(key: string, load: () => Promise<T>): Promise<T> {
    const now = this.#clock.now().getTime()
    const known = this.#entries.get(key)
    if (known !== undefined && known.until > now) return known.value
    const value = load()
    if (this.#entries.size >= limit) this.#entries.clear()
    this.#entries.set(key, { until: now + lifetime, value })
    value.catch(() => this.#entries.delete(key))
    return value
  }

  clear(): void {
    this.#entries.clear()
  }
}
