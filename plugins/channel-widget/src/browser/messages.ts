import type { VisitorMessage } from '../api/index.ts'

/** What the page has of the conversation. */
export class Messages {
  readonly #known = new Map<string, VisitorMessage>()

  get size(): number {
    return this.#known.size
  }

  get sorted(): VisitorMessage[] {
    return [...this.#known.values()].sort((a, b) => a.number - b.number || (a.id < b.id ? -1 : 1))
  }

  /** The number of the first one, if there is one. */
  get first(): number | undefined {
    return this.#known.size === 0 ? undefined : Math.min(...this.#numbers())
  }

  /** The highest number below; 0 when there is none. */
  last(below = Infinity): number {
    return Math.max(0, ...this.#numbers().filter((number) => number < below))
  }

  unread(seen: number): number {
    return [...this.#known.values()].filter((message) => message.number > seen && message.from !== 'visitor').length
  }

  /** Repeating is harmless: the same id replaces itself. */
  take(messages: readonly VisitorMessage[]): void {
    for (const message of messages) {
      const key = message.key ?? this.#known.get(message.id)?.key
      this.#known.set(message.id, { ...message, ...(key === undefined ? {} : { key }) })
    }
  }

  #numbers(): number[] {
    return [...this.#known.values()].map((message) => message.number)
  }
}
