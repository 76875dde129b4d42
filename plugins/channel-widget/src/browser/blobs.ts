const store = 'files'

/** Files that wait for their upload: in the browser's database, so that they survive a reload; where it is refused, for as long as the page lives. */
export class Blobs {
  readonly #memory = new Map<string, Blob>()
  #database: Promise<IDBDatabase | undefined> | undefined

  async put(key: string, blob: Blob): Promise<void> {
    this.#memory.set(key, blob)
    await this.#ask('readwrite', (files) => files.put(blob, key))
  }

  async get(key: string): Promise<Blob | undefined> {
    return this.#memory.get(key) ?? (await this.#ask<Blob | undefined>('readonly', (files) => files.get(key)))
  }

  async remove(key: string): Promise<void> {
    this.#memory.delete(key)
    await this.#ask('readwrite', (files) => files.delete(key))
  }

  async #ask<T>(mode: IDBTransactionMode, question: (files: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
    this.#database ??= open()
    const database = await this.#database
    if (database === undefined) return undefined
    return new Promise((resolve) => {
      try {
        const transaction = database.transaction(store, mode)
        const request = question(transaction.objectStore(store))
        transaction.oncomplete = () => resolve(request.result)
        // Full, or closed by the browser: what is in memory has to do.
        transaction.onabort = () => resolve(undefined)
      } catch {
        resolve(undefined)
      }
    })
  }
}

const open = (): Promise<IDBDatabase | undefined> =>
  new Promise((resolve) => {
    try {
      const request = indexedDB.open('parley', 1)
      request.onupgradeneeded = () => request.result.createObjectStore(store)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => resolve(undefined)
    } catch {
      // Private windows may throw at the first touch.
      resolve(undefined)
    }
  })
