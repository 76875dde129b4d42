import type { Storage } from './storage.ts'

/** Something the visitor did that the server has not acknowledged yet. */
export interface Pending {
  readonly key: string
  readonly event: 'message' | 'start'
  readonly payload: Record<string, unknown>
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
    this.#items = storage.get<Pending[]>('outbox') ?? []
  }

  get items(): readonly Pending[] {
    return this.#items
  }

  add(event: Pending['event'], payload: Record<string, unknown>): void {
    const key = crypto.randomUUID()
    this.#items.push({ key, event, payload: { ...payload, key }, at: new Date().toISOString() })
    this.#save()
    void this.flush()
  }

  retry(key: string): void {
    const item = this.#items.find((each) => each.key === key)
    if (item !== undefined) delete item.failed
    this.#save()
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
          this.#save({ item: next, ...answer.data })
        } else if (passing.has(answer.problem?.code ?? '')) {
          setTimeout(() => void this.flush(), again)
          return
        } else {
          next.failed = answer.problem?.detail ?? ''
          this.#save()
        }
      }
    } catch {
      // The connection is gone or the answer was lost: the next connection sends it again under the same key.
    } finally {
      this.#flushing = false
    }
  }

  #save(acknowledged?: Acknowledged): void {
    this.#storage.set('outbox', this.#items)
    this.#changed(acknowledged)
  }
}
