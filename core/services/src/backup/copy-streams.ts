import { Readable, Writable } from 'node:stream'
import type { Socket } from 'node:net'
import type { Connection, Submittable } from 'pg'

/** What pg offers beyond its types: the protocol of COPY. */
interface CopyConnection extends Connection {
  readonly stream: Socket
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

interface CommandComplete {
  readonly text: string
}

const rowsOf = ({ text }: CommandComplete): number => Number(text.split(' ').at(-1))

/** PostgreSQL sends a message for each row; sinks like larger pieces. */
const pieceBytes = 64 * 1024

/** The rows of `COPY … TO STDOUT`, no faster than they are read. A reader that gives up costs the connection. */
export class CopyOut extends Readable implements Submittable {
  readonly #text: string
  #connection: CopyConnection | undefined
  #pieces: Buffer[] = []
  #bytes = 0
  #refused = false
  /** Known at the end. */
  rows = 0

  constructor(text: string) {
    super()
    this.#text = text
  }

  submit(connection: Connection): void {
    this.#connection = connection as CopyConnection
    this.#connection.query(this.#text)
  }

  override _read(): void {
    this.#connection?.stream.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error !== null && !this.#refused) this.#connection?.stream.destroy()
    done(error)
  }

  // copied, because the chunk is a view of the connection's buffer
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.#pieces.push(Buffer.from(chunk))
    this.#bytes += chunk.length
    if (this.#bytes >= pieceBytes && !this.#push()) this.#connection?.stream.pause()
  }

  handleCommandComplete(message: CommandComplete): void {
    this.rows = rowsOf(message)
  }

  handleReadyForQuery(): void {
    this.#push()
    this.push(null)
    // the last piece may have paused it, and whoever has read all does not ask again
    this.#connection?.stream.resume()
  }

  handleError(error: Error): void {
    this.#refused = true
    this.#connection?.stream.resume()
    this.destroy(error)
  }

  #push(): boolean {
    if (this.#bytes === 0) return true
    const piece = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#bytes = 0
    return this.push(piece)
  }
}

/** Rows for `COPY … FROM STDIN`, no faster than they are taken. It has finished when PostgreSQL has all of them. */
export class CopyIn extends Writable implements Submittable {
  readonly #text: string
  #connection: CopyConnection | undefined
  #accepting: () => void = () => undefined
  readonly #accepted = new Promise<void>((resolve) => (this.#accepting = resolve))
  #finished: () => void = () => undefined
  #refused = false
  rows = 0

  constructor(text: string) {
    super()
    this.#text = text
  }

  submit(connection: Connection): void {
    this.#connection = connection as CopyConnection
    this.#connection.query(this.#text)
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    void this.#accepted.then(() => {
      const { stream } = this.#connection!
      this.#connection!.sendCopyFromChunk(chunk)
      if (stream.writableNeedDrain) stream.once('drain', done)
      else done()
    })
  }

  override _final(done: () => void): void {
    this.#finished = done
    void this.#accepted.then(() => this.#connection!.endCopyFrom())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error !== null && !this.#refused) this.#connection?.stream.destroy()
    done(error)
  }

  handleCopyInResponse(): void {
    this.#accepting()
  }

  handleCommandComplete(message: CommandComplete): void {
    this.rows = rowsOf(message)
  }

  handleReadyForQuery(): void {
    this.#finished()
  }

  handleError(error: Error): void {
    this.#refused = true
    this.destroy(error)
  }
}
