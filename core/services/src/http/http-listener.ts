import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { ParleyError } from '@parley/plugin-api'

export interface Listening {
  readonly port: number
  /** As this machine reaches it. */
  readonly url: string
}

// longer than the idle time of the usual load balancers, so that it is they who close
const keepAlive = 65_000
const longestDrain = 10_000
const drainStep = 20

const refusal = (tooLarge: boolean): string => {
  const [status, code, title] = tooLarge ? ([431, 'too_large', 'Too large'] as const) : ([400, 'invalid_input', 'Invalid input'] as const)
  const detail = tooLarge ? 'The headers or the address are too long.' : 'This is not a valid HTTP request.'
  const body = JSON.stringify({ type: `urn:parley:problem:${code}`, title, status, detail, code })
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** Node's server with time limits, and an end that lets requests in flight finish. */
export class HttpListener {
  readonly server: Server
  readonly #sockets = new Set<Socket>()
  #leaving = false

  constructor(listener: RequestListener) {
    this.server = createServer({ keepAliveTimeout: keepAlive, headersTimeout: 60_000, requestTimeout: 300_000 }, (request, response) => {
      if (this.#leaving) response.setHeader('connection', 'close')
      listener(request, response)
    })
    this.server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (socket.writable) socket.end(refusal(error.code === 'HPE_HEADER_OVERFLOW'))
      else socket.destroy()
    })
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  listen(port: number, host?: string): Promise<Listening> {
    return new Promise((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void => {
        const taken = `Port ${port} is taken by another program. Stop it, or set PORT to another one.`
        reject(cause.code === 'EADDRINUSE' ? new ParleyError('invalid_config', taken, { cause }) : cause)
      }
      this.server.once('error', failed)
      this.server.listen(port, host, () => {
        this.server.off('error', failed)
        const address = this.server.address() as AddressInfo
        resolve({ port: address.port, url: `http://${host === undefined || host === '0.0.0.0' ? 'localhost' : host}:${address.port}` })
      })
    })
  }

  /** From now on each answer is the last of its connection, so that a load balancer holds none that would be closed under its hands. */
  leave(): void {
    this.#leaving = true
  }

  async stop(): Promise<void> {
    this.leave()
    if (!this.server.listening) return
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    // real time, whatever the clock of the host: sockets live in it
    const idle = setInterval(() => this.server.closeIdleConnections(), drainStep)
    const late = setTimeout(() => this.#sockets.forEach((socket) => socket.destroy()), longestDrain)
    await closed
    clearInterval(idle)
    clearTimeout(late)
  }
}
