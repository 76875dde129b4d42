import type { Session, SessionState } from '../run/session.ts'

interface Entry {
  readonly session: Omit<Session, 'state'>
  readonly state: string
  readonly size: number
}

/** Characters of state and history. */
const limits = { entry: 32_000, all: 16_000_000 }

/**
 * Sessions as this process stored them last, so that a dialog that goes on is not read again with every message. Kept as text: what a turn does
 * to its session must not be seen by the next one unless it was committed.
 */
export class SessionMemory {
  readonly #entries = new Map<string, Entry>()
  #size = 0

  /** The session, which is forgotten until it is kept again. */
  take(conversationId: string): Session | undefined {
    const entry = this.#entries.get(conversationId)
    if (entry === undefined) return undefined
    this.#entries.delete(conversationId)
    this.#size -= entry.size
    return { ...entry.session, state: JSON.parse(entry.state) as SessionState }
  }

  keep(conversationId: string, { state, ...session }: Session): void {
    this.take(conversationId)
    const text = JSON.stringify(state)
    const size = text.length + session.history.length
    if (size > limits.entry) return
    this.#entries.set(conversationId, { session, state: text, size })
    this.#size += size
    for (const [oldest, entry] of this.#entries) {
      if (this.#size <= limits.all) break
      this.#entries.delete(oldest)
      this.#size -= entry.size
    }
  }
}
