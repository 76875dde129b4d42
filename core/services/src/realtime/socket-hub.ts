import type { Clock, Logger } from '@parley/plugin-api'
import { Server, type Namespace, type Socket } from 'socket.io'
import { ProcessLink } from './process-link.ts'
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
const largestEvent = 256 * 1_024

/** The socket.io server of a process, and messages to rooms in all its namespaces, here and in other processes. */
export class SocketHub {
  readonly io: Server
  readonly #namespaces = new Map<string, Namespace>()
  readonly #link: ProcessLink | undefined

  constructor({ clock, log, redisUrl, prefix, transports }: SocketHubOptions) {
    const own = (): Iterable<string> => this.#ownRooms()
    this.#link = redisUrl === undefined ? undefined : new ProcessLink({ redisUrl, prefix, clock, log, own })
    this.io = new Server({
      transports: [...transports],
      serveClient: false,
      // compression costs tens of kilobytes for each idle connection
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: largestEvent,
      ...(this.#link === undefined ? {} : { adapter: this.#link.adapter }),
    })
  }

  get redisCommands(): number {
    return this.#link?.commands ?? 0
  }

  start(): void {
    this.open(shellNamespace)
    this.#link?.start()
  }

  open(name: string): Namespace {
    const namespace = this.io.of(name)
    this.#namespaces.set(name, namespace)
    return namespace
  }

  /** Resolves when every process knows, so that no message after that is missed. */
  async join(socket: Socket, room: string): Promise<void> {
    // a socket that is gone would be kept by the adapter for ever
    if (!socket.connected) return
    await socket.join(room)
    await this.#link?.follow(socket.nsp, room)
  }

  deliver(room: string, message: TopicMessage): void {
    for (const namespace of this.#namespaces.values()) {
      if (namespace.adapter.rooms.has(room)) namespace.local.to(room).emit('topic', message)
      this.#link?.publish(namespace, room, message)
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
    this.io.engine?.close()
    await Promise.all([...this.io._nsps.values()].map((namespace) => namespace.adapter.close()))
    this.#link?.close()
  }

  *#ownRooms(): Iterable<string> {
    for (const { namespace, room } of this.rooms()) yield namespace.name + room
  }
}
