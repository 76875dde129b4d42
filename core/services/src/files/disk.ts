import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { ParleyError } from '@parley/plugin-api'

export interface Written {
  readonly size: number
  readonly sha256: string
}

export interface ByteRange {
  readonly start: number
  /** The last byte, included. */
  readonly end: number
}

// an upload that has not grown for so long was cut off by the end of its process
const abandonedAfter = 24 * 3_600_000

async function* asChunks(content: AsyncIterable<Uint8Array> | Uint8Array): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content
  else yield* content
}

/** Files below one folder, each under its id. A file appears under its id only when it is complete and on the disk. */
export class Disk {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async write(id: string, content: AsyncIterable<Uint8Array> | Uint8Array, maxBytes: number): Promise<Written> {
    const incoming = join(this.#incoming, id)
    await mkdir(this.#incoming, { recursive: true, mode: 0o700 })
    const file = await open(incoming, 'wx', 0o600)
    try {
      const written = await this.#copy(content, (chunk) => file.writeFile(chunk), maxBytes)
      await file.sync()
      await file.close()
      await mkdir(dirname(this.#path(id)), { recursive: true, mode: 0o700 })
      await rename(incoming, this.#path(id))
      return written
    } catch (error) {
      await file.close().catch(() => undefined)
      await rm(incoming, { force: true })
      throw error
    }
  }

  read(id: string, range?: ByteRange): Readable {
    return createReadStream(this.#path(id), range)
  }

  async exists(id: string): Promise<boolean> {
    return await stat(this.#path(id)).then(
      () => true,
      () => false,
    )
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true })
  }

  /** Removes uploads that were cut off. Several processes may share the folder, so fresh ones are left alone. */
  async sweep(now: Date): Promise<void> {
    const names = await readdir(this.#incoming).catch(() => [])
    for (const name of names) {
      const path = join(this.#incoming, name)
      const changed = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      )
      if (changed !== undefined && now.getTime() - changed > abandonedAfter) await rm(path, { force: true })
    }
  }

  async #copy(content: AsyncIterable<Uint8Array> | Uint8Array, write: (chunk: Uint8Array) => Promise<unknown>, maxBytes: number): Promise<Written> {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of asChunks(content)) {
      size += chunk.byteLength
      if (size > maxBytes) throw new ParleyError('too_large', `The file is larger than ${maxBytes} bytes. Send a smaller one.`)
      hash.update(chunk)
      await write(chunk)
    }
    return { size, sha256: hash.digest('hex') }
  }

  get #incoming(): string {
    return join(this.#folder, 'incoming')
  }

  #path(id: string): string {
    return join(this.#folder, id.slice(0, 2), id)
  }
}
