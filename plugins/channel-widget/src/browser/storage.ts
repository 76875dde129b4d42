/** What the page keeps between visits. Private windows may refuse storage: then the visit is all there is. */
export class Storage {
  readonly #prefix: string
  readonly #fallback = new Map<string, string>()

  constructor(scope: string) {
    this.#prefix = `parley:${scope}:`
  }

  get<T>(name: string): T | undefined {
    try {
      const text = localStorage.getItem(this.#prefix + name) ?? this.#fallback.get(name)
      return text === undefined || text === null ? undefined : (JSON.parse(text) as T)
    } catch {
      return undefined
    }
  }

  set(name: string, value: unknown): void {
    const text = JSON.stringify(value)
    this.#fallback.set(name, text)
    try {
      localStorage.setItem(this.#prefix + name, text)
    } catch {
      // Full or forbidden: kept for this visit.
    }
  }

  remove(name: string): void {
    this.#fallback.delete(name)
    try {
      localStorage.removeItem(this.#prefix + name)
    } catch {
      // Forbidden: there was nothing.
    }
  }

  /** Names that begin so, in other tabs of the site too. */
  names(beginning: string): string[] {
    const names = new Set(this.#fallback.keys())
    try {
      for (let index = 0; index < localStorage.length; index++) {
        const key = localStorage.key(index) ?? ''
        if (key.startsWith(this.#prefix)) names.add(key.slice(this.#prefix.length))
      }
    } catch {
      // Forbidden: what this visit knows is all.
    }
    return [...names].filter((name) => name.startsWith(beginning))
  }
}
