import type { Blobs } from './blobs.ts'
import type { Storage } from './storage.ts'

export interface WaitingFile {
  readonly name: string
  readonly type: string
  readonly size: number
}

/** Something the visitor did that the server has not acknowledged yet. */
export interface Pending {
  readonly key: string
  readonly event: 'message' | 'start'
  payload: Record<string, unknown>
  /** What the page shows meanwhile. */
  readonly label: string
  readonly at: string
  /** Its place in the line, over reloads too: two things done within one millisecond keep their order. */
  readonly sequence: number
  /** Uploaded before the message is sent, which then has its `fileId`. */
  readonly file?: WaitingFile
  /** `gone`: the browser did not keep the file over a reload. */
  failed?: 'refused' | 'gone'
}

export interface Acknowledged {
  readonly item: Pending
  readonly id: string
  readonly number: number
}

export interface Delivery<T> {
  readonly ok: boolean
  readonly data?: T
  readonly problem?: { readonly code?: string }
}

/** The way to the server; both reject while there is no line, and when it breaks meanwhile. */
export interface Line {
  send(event: string, payload: object): Promise<Delivery<{ id: string; number: number }>>
  upload(blob: Blob, name: string): Promise<Delivery<{ fileId: string }>>
}

/** Problems that pass by themselves: the message stays in line. */
const passing = new Set(['rate_limited', 'plugin_unavailable', 'not_ready', 'database_unavailable'])

const again = 2000
/** An upload that fails so often over a good line holds up everything after it. */
const mostUploads = 5
const prefix = 'outbox:'

/**
 * Everything goes out in order, one at a time, each under a key of its own, and is forgotten only when the server has acknowledged it. So a cut at any
 * step of a send loses nothing, and the key keeps a repeated send from doubling. Files wait in the same line.
 */
export class Outbox {
  readonly #storage: Storage
  readonly #blobs: Blobs
  readonly #line: Line
  readonly #changed: (acknowledged?: Acknowledged) => void
  readonly #items: Pending[]
  readonly #uploads = new Map<string, number>()
  #flushing = false
  #wanted = false

  constructor(parts: { storage: Storage; blobs: Blobs; line: Line; changed: (acknowledged?: Acknowledged) => void }) {
    this.#storage = parts.storage
    this.#blobs = parts.blobs
    this.#line = parts.line
    this.#changed = parts.changed
    this.#items = this.#storage
      .names(prefix)
      .flatMap((name) => this.#storage.get<Pending>(name) ?? [])
      .sort((a, b) => a.sequence - b.sequence || (a.at < b.at ? -1 : 1))
  }

  get items(): readonly Pending[] {
    return this.#items
  }

  add(event: Pending['event'], payload: Record<string, unknown>, label = ''): void {
    const key = uniqueKey()
    this.#push({ key, event, payload: { ...payload, key }, label, at: new Date().toISOString(), sequence: this.#next() })
  }

  addFile(file: File, payload: Record<string, unknown> = {}): void {
    const key = uniqueKey()
    const { name, type, size } = file
    // Without waiting for it: the file is in memory at once, and a reload in between is told on the message.
    void this.#blobs.put(key, file)
    const at = new Date().toISOString()
    this.#push({ key, event: 'message', payload: { ...payload, key }, label: name, at, sequence: this.#next(), file: { name, type, size } })
  }

  retry(key: string): void {
    const item = this.#items.find((each) => each.key === key)
    if (item === undefined) return
    delete item.failed
    this.#uploads.delete(key)
    this.#keep(item)
    void this.flush()
  }

  remove(key: string): void {
    const item = this.#items.find((each) => each.key === key)
    if (item === undefined) return
    this.#forget(item)
    this.#changed()
  }

  /** The line is (again) there. */
  resume(): void {
    this.#uploads.clear()
    void this.flush()
  }

  /** Sends what waits. */
  async flush(): Promise<void> {
    this.#wanted = this.#flushing
    if (this.#flushing) return
    this.#flushing = true
    try {
      for (;;) {
        const next = this.#items.find((item) => item.failed === undefined)
        if (next === undefined) return
        const { ok, data, problem } = await this.#deliver(next)
        // Taken back by the visitor meanwhile; what the server has of it comes with the next page.
        if (!this.#items.includes(next)) continue
        if (ok && data !== undefined) {
          this.#forget(next)
          this.#changed({ item: next, ...data })
        } else if (passing.has(problem?.code ?? '') || this.#uploadAgain(next, problem?.code)) {
          setTimeout(() => void this.flush(), again)
          return
        } else if (problem?.code === 'gone' && this.#storage.get(prefix + next.key) === undefined) {
          // Another tab of the site has sent it.
          this.#forget(next)
          this.#changed()
        } else {
          next.failed = problem?.code === 'gone' ? 'gone' : 'refused'
          this.#keep(next)
        }
      }
    } catch {
      // The connection is gone or the answer was lost: the next connection sends it again under the same key.
    } finally {
      this.#flushing = false
      // Asked for while the last one was about to fail: the line may be there again.
      if (this.#wanted) void this.flush()
    }
  }

  async #deliver(item: Pending): Promise<Delivery<{ id: string; number: number }>> {
    if (item.file !== undefined && item.payload['fileId'] === undefined) {
      const blob = await this.#blobs.get(item.key)
      if (blob === undefined) return { ok: false, problem: { code: 'gone' } }
      const { data, problem } = await this.#line.upload(blob, item.file.name)
      if (data === undefined) return { ok: false, ...(problem === undefined ? {} : { problem }) }
      item.payload = { ...item.payload, fileId: data.fileId }
      this.#keep(item)
    }
    return this.#line.send(item.event, item.payload)
  }

  /** Whether a file is worth another upload: the way to the server was disturbed, or the server has lost what it had. */
  #uploadAgain(item: Pending, code: string | undefined): boolean {
    if (item.file === undefined || (code !== 'unreachable' && code !== 'unprocessable')) return false
    const uploads = (this.#uploads.get(item.key) ?? 0) + 1
    this.#uploads.set(item.key, uploads)
    const { fileId: _lost, ...payload } = item.payload
    item.payload = payload
    return uploads < mostUploads
  }

  #next(): number {
    const sequence = Math.max(this.#storage.get<number>('sequence') ?? 0, ...this.#items.map((item) => item.sequence)) + 1
    this.#storage.set('sequence', sequence)
    return sequence
  }

  #push(item: Pending): void {
    this.#items.push(item)
    this.#keep(item)
    void this.flush()
  }

  #forget(item: Pending): void {
    this.#items.splice(this.#items.indexOf(item), 1)
    this.#storage.remove(prefix + item.key)
    if (item.file !== undefined) void this.#blobs.remove(item.key)
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
