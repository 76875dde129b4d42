import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A service that a scenario asks, and that answers when the test says so. */
export class SlowService implements AsyncDisposable {
  readonly address: string
  readonly url: string
  readonly #server: Server
  readonly #asked: ServerResponse[]

  static async start(): Promise<SlowService> {
    const asked: ServerResponse[] = []
    const server = createServer((_request, response) => void asked.push(response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new SlowService(server, asked)
  }

  private constructor(server: Server, asked: ServerResponse[]) {
    this.#server = server
    this.#asked = asked
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`
    this.url = `http://${this.address}/stock`
  }

  answer(): void {
    for (const response of this.#asked.splice(0)) response.setHeader('content-type', 'application/json').end('{"stock": 3}')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
