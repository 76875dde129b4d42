import type { PluginDatabase } from '@parley/plugin-api'

/** The database, which a test may cut, and whose answers it can wait for: its time must not run on while a query is on its way. */
export class Line {
  cut = false
  readonly host: PluginDatabase
  readonly #waiting = new Set<Promise<unknown>>()

  constructor(host: PluginDatabase) {
    const query = (text: string, values?: readonly unknown[]): Promise<unknown> => {
      if (this.cut) return Promise.reject(new Error('cut'))
      const asked = host.query(text, values)
      const answered = asked.catch(() => undefined).finally(() => this.#waiting.delete(answered))
      this.#waiting.add(answered)
      return asked
    }
    this.host = new Proxy(host, { get: (target, name, receiver) => (name === 'query' ? query : (Reflect.get(target, name, receiver) as unknown)) })
  }

  async quiet(): Promise<void> {
    do {
      await Promise.all(this.#waiting)
      await new Promise((resolve) => setImmediate(resolve))
    } while (this.#waiting.size > 0)
  }
}
