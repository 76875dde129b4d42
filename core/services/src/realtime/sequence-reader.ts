import type { SequenceStore } from './sequence-store.ts'

interface Waiting {
  readonly room: string
  readonly resolve: (sequence: number) => void
  readonly reject: (error: unknown) => void
}

/** Reads current numbers, those asked for at the same time together: after a restart thousands of clients subscribe at once. */
export class SequenceReader {
  readonly #store: SequenceStore
  #waiting: Waiting[] = []
  #reading = false

  constructor(store: SequenceStore) {
    this.#store = store
  }

  /** 0 for a room that never had a message. */
  read(room: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ room, resolve, reject })
      if (!this.#reading) void this.#readAll()
    })
  }

  async #readAll(): Promise<void> {
    this.#reading = true
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
      try {
        const sequences = await this.#store.read([...new Set(batch.map(({ room }) => room))])
        for (const { room, resolve } of batch) resolve(sequences.get(room) ?? 0)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#reading = false
  }

  #take(): Waiting[] {
    const batch = this.#waiting
    this.#waiting = []
    return batch
  }
}
