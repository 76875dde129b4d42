import { createHash } from 'node:crypto'

// Each connection keeps its named statements for life, here and on the server, so their number must have an end.
const limit = 1_000

/** Names of prepared statements, made of their text, so that every connection of every process uses the same. */
export class StatementNames {
  readonly #names = new Map<string, string>()
  #enabled: boolean

  constructor({ enabled }: { enabled: boolean }) {
    this.#enabled = enabled
  }

  /** From now on nothing is prepared; answers whether anything was. */
  disable(): boolean {
    const before = this.#enabled
    this.#enabled = false
    return before
  }

  /** `undefined`: run it without preparing. */
  of(text: string): string | undefined {
    if (!this.#enabled) return undefined
    const known = this.#names.get(text)
    if (known !== undefined || this.#names.size >= limit) return known
    const name = `p${createHash('sha1').update(text).digest('base64url')}`
    this.#names.set(text, name)
    return name
  }
}
