import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

const uploadBegins = 'POST /hooks/channel-widget/files'

/** A wire between browsers and the host that breaks in the middle of an upload: every connection of it ends at that byte. */
export class CutWire implements AsyncDisposable {
  readonly url: string
  readonly #server: Server
  readonly #open = new Set<Socket>()
  #bytes: number | undefined
  /** How many uploads broke. */
  cuts = 0

  static async lay(target: string): Promise<CutWire> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new CutWire(server, Number(new URL(target).port))
  }

  private constructor(server: Server, port: number) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('connection', (near) => this.#join(near, connect(port, '127.0.0.1')))
  }

  /** From now on the wire breaks whenever so many bytes of an upload have passed. */
  cutUploadsAfter(bytes: number): void {
    this.#bytes = bytes
  }

  mend(): void {
    this.#bytes = undefined
  }

  #join(near: Socket, far: Socket): void {
    let uploaded: number | undefined
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(socket)
      // A broken wire is what this is about.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#open.delete(socket)
        other.destroy()
      })
    }
    near.on('data', (chunk: Buffer) => {
      if (chunk.toString('latin1', 0, uploadBegins.length) === uploadBegins) uploaded = 0
      if (uploaded !== undefined) uploaded += chunk.length
      if (this.#bytes === undefined || uploaded === undefined || uploaded < this.#bytes) return void far.write(chunk)
      this.cuts++
      for (const socket of this.#open) socket.destroy()
    })
    far.on('data', (chunk: Buffer) => void near.write(chunk))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
