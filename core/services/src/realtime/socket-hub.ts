import { randomUUID } from 'node:crypto'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import type { Clock, Logger } from '@parley/plugin-api'
import { Server, type Namespace, type Socket } from 'socket.io'
import { RedisConnections } from '../redis/index.ts'
import { Interest } from './interest.ts'
import { isTopicRoom } from './room.ts'
import type { TopicMessage } from './topic-sender.ts'

export interface SocketHubOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly redisUrl?: string | undefined
  /** Separates installations that share one Redis. */
  readonly prefix: string
  readonly transports: readonly ('websocket' | 'polling')[]
}

/** A topic's key with subscribers in this process. */
export interface FollowedRoom {
  readonly namespace: Namespace
  readonly room: string
}

export const shellNamespace = '/shell'
const interestEvent = 'interest'
const largestEvent = 256 * 1_024

/** The socket.io server of a process, and messages to rooms in all its namespaces, here and in other processes. */
export class SocketHub {
  readonly io: Server
  readonly #namespaces = new Map<string, Namespace>()
  readonly #connections: RedisConnections | undefined
  readonly #interest: Interest | undefined
  readonly #process = randomUUID()

  constructor({ clock, log, redisUrl, prefix, transports }: SocketHubOptions) {
    this.#connections = redisUrl === undefined ? undefined : new RedisConnections({ url: redisUrl, log })
    this.io = new Server({
      transports: [...transports],
      serveClient: false,
      // compression costs tens of kilobytes for each idle connection
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: largestEvent,
      ...(this.#connections === undefined ? {} : { adapter: streams(this.#connections, prefix, () => this.#interest?.doubt()) }),
    })
    this.#interest = this.#connections && new Interest({ clock, own: () => this.#ownRooms(), announce: (bits) => this.#announce(bits) })
  }

  get redisCommands(): number {
    return this.#connections?.commands ?? 0
  }

  start(): void {
    this.open(shellNamespace).on(interestEvent, (process: string, bits: Uint8Array) => this.#interest?.heard(process, bits))
    this.#interest?.start()
  }

  open(name: string): Namespace {
    const known = this.#namespaces.get(name)
    if (known !== undefined) return known
    const namespace = this.io.of(name)
    this.#namespaces.set(name, namespace)
    if (this.#interest !== undefined) {
      namespace.adapter.on('create-room', (room: string) => {
        if (isTopicRoom(room)) void this.#interest?.add(name + room)
      })
    }
    return namespace
  }

  /** Resolves when every process knows, so that no message after that is missed. */
  async join(socket: Socket, room: string): Promise<void> {
    // a socket that is gone would be kept by the adapter for ever
    if (!socket.connected) return
    await socket.join(room)
    await this.#interest?.add(socket.nsp.name + room)
  }

  deliver(room: string, message: TopicMessage): void {
    for (const [name, namespace] of this.#namespaces) {
      if (this.#interest?.elsewhere(name + room) === true) namespace.to(room).emit('topic', message)
      else if (namespace.adapter.rooms.has(room)) namespace.local.to(room).emit('topic', message)
    }
  }

  *rooms(): Iterable<FollowedRoom> {
    for (const namespace of this.#namespaces.values()) {
      for (const room of namespace.adapter.rooms.keys()) if (isTopicRoom(room)) yield { namespace, room }
    }
  }

  *sockets(): Iterable<Socket> {
    for (const namespace of this.#namespaces.values()) yield* namespace.sockets.values()
  }

  /** Cuts the connections, as a lost network would, so that clients connect to another process by themselves. */
  async close(): Promise<void> {
    this.#interest?.stop()
    this.io.engine?.close()
    await Promise.all([...this.io._nsps.values()].map((namespace) => namespace.adapter.close()))
    this.#connections?.close()
  }

  *#ownRooms(): Iterable<string> {
    for (const { namespace, room } of this.rooms()) yield namespace.name + room
  }

  #announce(bits: Uint8Array): void {
    this.#namespaces.get(shellNamespace)?.serverSideEmit(interestEvent, this.#process, bits)
  }
}

/**
 * The adapter publishes with a client that does not wait for a lost Redis: clients of this process must not wait for it. It reads with
 * duplicates of that client, which must wait, because it tries again without a pause.
 */
const streams = (connections: RedisConnections, prefix: string, reconnected: () => void): ReturnType<typeof createAdapter> => {
  const client = connections.connect('impatient')
  client.on('ready', reconnected)
  const publish = client.publish.bind(client)
  return createAdapter(
    Object.assign(client, {
      duplicate: () => connections.connect('patient'),
      // the adapter lets a failure of this one go unhandled, which would end the process
      publish: (channel: string, message: Buffer) => publish(channel, message).catch(() => 0),
    }),
    { streamName: `${prefix}:sockets`, channelPrefix: `${prefix}:sockets`, onlyPlaintext: true },
  )
}
