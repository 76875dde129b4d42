import type { Storage } from './storage.ts'

/** Something the visitor did that the server has not acknowledged yet. */
export interface Pending {
  readonly key: string
  readonly event: 'message' | 'start'
  readonly payload: Record<string, unknown>
  /** What the page shows meanwhile. */
  readonly label: string
  readonly at: string
  failed?: string
}

export interface Acknowledged {
  readonly item: Pending
  readonly id: string
  readonly number: number
}

type Send = (
  event: string,
  payload: object,
) => Promise<{ ok: boolean; data?: { id: string; number: number }; problem?: { code?: string; detail?: string } }>

/** Problems that pass by themselves: the message stays in line. */
const passing = new Set(['rate_limited', 'plugin_unavailable', 'not_ready', 'database_unavailable'])

const again = 2000
const prefix = 'outbox:'

/**
 * Everything goes out in order, one at a time, each under a key of its own, and is forgotten only when the server has acknowledged it. So a cut at any
 * step of a send loses nothing, and the key keeps a repeated send from doubling.
 */
export class Outbox {
  readonly #storage: Storage
  readonly #send: Send
  readonly #changed: (acknowledged?: Acknowledged) => void
  readonly #items: Pending[]
  #flushing = false

  constructor(storage: Storage, send: Send, changed: (acknowledged?: Acknowledged) => void) {
    this.#storage = storage
    this.#send = send
    this.#changed = changed
    this.#items = storage
      .names(prefix)
      .flatMap((name) => storage.get<Pending>(name) ?? [])
      .sort((a, b) => (a.at < b.at ? -1 : 1))
  }

  get items(): readonly Pending[] {
    return this.#items
  }

  add(event: Pending['event'], payload: Record<string, unknown>, label = ''): void {
    const key = uniqueKey()
    const item: Pending = { key, event, payload: { ...payload, key }, label, at: new Date().toISOString() }
    this.#items.push(item)
    this.#keep(item)
    void this.flush()
  }

  retry(key: string): void {
    const item = this.#items.find((each) => each.key === key)
    if (item === undefined) return
    delete item.failed
    this.#keep(item)
    void this.flush()
  }

  /** Sends what waits; called when the connection is (again) there. */
  async flush(): Promise<void> {
    if (this.#flushing) return
    this.#flushing = true
    try {
      for (;;) {
        const next = this.#items.find((item) => item.failed === undefined)
        if (next === undefined) return
        const answer = await this.#send(next.event, next.payload)
        if (answer.ok && answer.data !== undefined) {
          this.#items.splice(this.#items.indexOf(next), 1)
          this.#storage.remove(prefix + next.key)
          this.#changed({ item: next, ...answer.data })
        } else if (passing.has(answer.problem?.code ?? '')) {
          setTimeout(() => void this.flush(), again)
          return
        } else {
          next.failed = answer.problem?.detail ?? ''
          this.#keep(next)
        }
      }
    } catch {
      // The connection is gone or the answer was lost: the next connection sends it again under the same key.
    } finally {
      this.#flushing = false
    }
  }

  /** Each under a name of its own: two tabs of one site must not overwrite each other's. */
  #keep(item: Pending): void {
    this.#storage.set(prefix + item.key, item)
    this.#changed()
  }
}

/** `crypto.randomUUID` is missing on pages without https. */
const uniqueKey = (): string => {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
