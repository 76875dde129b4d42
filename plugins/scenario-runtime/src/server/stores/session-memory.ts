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
    const entry = this.#forget(conversationId)
    if (entry === undefined) return undefined
    const { versionId, node, history, version } = entry.session
    return { versionId, node, state: JSON.parse(entry.state) as SessionState, history, version }
  }

  /** `state` is the text that was stored. */
  keep(conversationId: string, { versionId, node, history, version }: Session, state: string): void {
    this.#forget(conversationId)
    const size = state.length + history.length
    if (size > limits.entry) return
    this.#entries.set(conversationId, { session: { versionId, node, history, version }, state, size })
    this.#size += size
    for (const [oldest, entry] of this.#entries) {
      if (this.#size <= limits.all) break
      this.#entries.delete(oldest)
      this.#size -= entry.size
    }
  }

  #forget(conversationId: string): Entry | undefined {
    const entry = this.#entries.get(conversationId)
    if (entry === undefined) return undefined
    this.#entries.delete(conversationId)
    this.#size -= entry.size
    return entry
  }
}
