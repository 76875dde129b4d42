import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { PluginHandle } from '@parley/kernel'
import type { Actor, Clock, Credentials, PluginDatabase } from '@parley/plugin-api'
import { silentLogger } from '@parley/test-kit'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { createRealtime, type RealtimeService } from '../src/realtime/index.ts'
import { until } from './until.ts'

export const person = (id: string, kind: Actor['kind'] = 'user'): Actor => ({ kind, id, name: id, can: () => true })

export interface InstanceOptions {
  readonly database: { readonly host: PluginDatabase }
  readonly clock: Clock
  readonly plugins: readonly PluginHandle[]
  readonly redisUrl?: string
  readonly prefix?: string
  readonly port?: number
  readonly handshakesPerMinute?: number
  readonly reconnectWindow?: number
  /** Token → actor; by default the token is the person's id. */
  readonly authenticate?: (credentials: Credentials) => Promise<Actor | undefined>
}

/** One process with a socket server, and clients of it. */
export class Instance {
  readonly realtime: RealtimeService
  readonly #server: Server
  readonly #clients: Socket[] = []

  private constructor(realtime: RealtimeService, server: Server) {
    this.realtime = realtime
    this.#server = server
  }

  static async start({ plugins, port = 0, authenticate, ...options }: InstanceOptions): Promise<Instance> {
    const realtime = createRealtime({ ...options, log: silentLogger })
    const server = createServer((_request, response) => response.end())
    realtime.attach(server, plugins, authenticate ?? (async ({ token }) => (token === 'nobody' ? undefined : person(token))))
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return new Instance(realtime, server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** A client that connects at once. */
  client(namespace: string, auth: object, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
    const client = io(`http://127.0.0.1:${this.port}${namespace}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 10,
      reconnectionDelayMax: 50,
      auth,
      ...options,
    })
    this.#clients.push(client)
    return client
  }

  async connected(namespace: string, auth: object, options: Partial<ManagerOptions & SocketOptions> = {}): Promise<Socket> {
    const client = this.client(namespace, auth, options)
    await until('the client is connected', () => client.connected)
    return client
  }

  async stop(): Promise<void> {
    await this.realtime.stop()
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.disconnect()
    await this.stop()
  }
}

/** What a client has heard as one event. */
export const listen = <T = any>(client: Socket, event: string): T[] => {
  const heard: T[] = []
  client.on(event, (message: T) => void heard.push(message))
  return heard
}

export const refusalOf = (client: Socket): Promise<{ code: string; detail: string; plugin?: string }> =>
  new Promise((resolve) => client.once('connect_error', (error) => resolve((error as Error & { data: never }).data)))
