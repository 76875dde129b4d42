import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A process behind the balancer. */
export interface Backend {
  readonly url: string
  /** Takes requests, takes sockets. */
  readonly web: boolean
  readonly realtime: boolean
}

interface Target extends Backend {
  up: boolean
  asked: boolean
}

const lookEvery = 200
/** Long: a process that is slow still takes requests, one that stops says so at once, one that died refuses. */
const patience = 10_000

/**
 * A load balancer as small as one can be: it asks each process whether it is ready, sends requests to those that are, in turn, and sends none twice.
 * So whatever a process drops is seen as a 502 by whoever asked.
 */
export class Balancer {
  readonly #server: Server
  readonly #targets: Target[]
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 })
  readonly #sockets = new Set<Duplex>()
  #turn = 0
  #looking: NodeJS.Timeout | undefined
  /** Why requests were not answered by a process, with the moment. */
  readonly failures: { readonly at: number; readonly reason: string }[] = []

  constructor(backends: readonly Backend[]) {
    this.#targets = backends.map((backend) => ({ ...backend, up: false, asked: false }))
    this.#server = createServer((incoming, answer) => this.#forward(incoming, answer))
    this.#server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => this.#upgrade(incoming, socket, head))
    this.#server.on('connection', (socket) => this.#keep(socket))
    this.#server.keepAliveTimeout = 65_000
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Whether requests go to this process now. */
  has(url: string): boolean {
    return this.#targets.some((target) => target.url === url && target.up)
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    await this.#look()
    this.#looking = setInterval(() => void this.#look(), lookEvery)
  }

  async stop(): Promise<void> {
    clearInterval(this.#looking)
    for (const socket of this.#sockets) socket.destroy()
    this.#agent.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #look(): Promise<void> {
    await Promise.all(
      this.#targets.map(async (target) => {
        if (target.asked) return
        target.asked = true
        try {
          target.up = (await fetch(`${target.url}/health/ready`, { signal: AbortSignal.timeout(patience) })).ok
        } catch {
          target.up = false
        } finally {
          target.asked = false
        }
      }),
    )
  }

  #pick(part: 'web' | 'realtime'): Target | undefined {
    const able = this.#targets.filter((target) => target.up && target[part])
    return able[this.#turn++ % Math.max(able.length, 1)]
  }

  #forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const target = this.#pick('web')
    const failed = (reason: string): void => {
      this.failures.push({ at: performance.now(), reason })
      // a real one would look elsewhere from now on
      if (target !== undefined) target.up = false
      if (answer.headersSent) return void answer.destroy()
      answer.writeHead(502, { 'content-type': 'text/plain' }).end(reason)
    }
    if (target === undefined) return failed('no process is ready')
    const { method, headers } = incoming
    const onward = request(target.url + (incoming.url ?? '/'), { method, headers, agent: this.#agent }, (response) => {
      const { connection: _, 'keep-alive': __, ...kept } = response.headers
      answer.writeHead(response.statusCode ?? 502, kept)
      response.once('error', (error) => failed(error.message)).pipe(answer)
    })
    onward.once('error', (error) => failed(`${target.url}: ${error.message}`))
    incoming.once('error', () => onward.destroy()).pipe(onward)
  }

  #upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    const target = this.#pick('realtime')
    if (target === undefined) return void socket.destroy()
    const onward = this.#keep(connect(Number(new URL(target.url).port), '127.0.0.1'))
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`]
    for (let index = 0; index < incoming.rawHeaders.length; index += 2) lines.push(`${incoming.rawHeaders[index]}: ${incoming.rawHeaders[index + 1]}`)
    onward.write(`${lines.join('\r\n')}\r\n\r\n`)
    onward.write(head)
    socket.pipe(onward).pipe(socket)
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      one.once('error', () => other.destroy())
      one.once('close', () => other.destroy())
    }
  }

  #keep<T extends Duplex>(socket: T): T {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    return socket
  }
}
