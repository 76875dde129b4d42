import { ParleyError } from '@parley/plugin-api'

const patience = 10_000

/** So many transactions may one plugin have open at a time: one that never ends them takes its own places, and not all connections. */
export class Places {
  readonly #plugin: string
  readonly #most: number
  readonly #waiting = new Set<() => void>()
  #taken = 0

  constructor(plugin: string, most: number) {
    this.#plugin = plugin
    this.#most = most
  }

  async with<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#most) this.#taken++
    else await this.#wait()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        clearTimeout(timer)
        resolve()
      }
      // real time, as that of connections
      const timer = setTimeout(() => {
        this.#waiting.delete(enter)
        reject(this.#full())
      }, patience)
      this.#waiting.add(enter)
    })
  }

  #leave(): void {
    const [next] = this.#waiting
    if (next === undefined) return void this.#taken--
    this.#waiting.delete(next)
    next()
  }

  #full(): ParleyError {
    return new ParleyError(
      'database_unavailable',
      `"${this.#plugin}" has ${this.#most} transactions open, and none ended within ten seconds. End what it began with db.transaction() sooner.`,
    )
  }
}
