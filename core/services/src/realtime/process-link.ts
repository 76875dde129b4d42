import { randomUUID } from 'node:crypto'
import type * as RedisStreams from '@socket.io/redis-streams-adapter'
import type { Clock, Logger } from '@parley/plugin-api'
import type { Namespace } from 'socket.io'
import { onUse } from '../on-use.ts'
import { RedisConnections, type RedisClient } from '../redis/index.ts'
import { Interest } from './interest.ts'
import type { TopicMessage } from './topic-sender.ts'

const redisStreams = onUse<typeof RedisStreams>('@socket.io/redis-streams-adapter')

export interface ProcessLinkOptions {
  readonly redisUrl: string
  /** Separates installations that share one Redis. */
  readonly prefix: string
  readonly clock: Clock
  readonly log: Logger
  /** Namespace and room of everything that is followed in this process. */
  readonly own: () => Iterable<string>
}

/** The part of socket.io's cluster adapters that sends to other processes only; a broadcast would have the own clients wait for Redis. */
interface ClusterAdapter {
  publishAndReturnOffset(message: { type: number; data: object }): Promise<string>
}

// `MessageType.BROADCAST` of socket.io-adapter and `PacketType.EVENT` of socket.io-parser
const broadcastMessage = 3
const eventPacket = 2
/** Messages that wait for a lost Redis; more are dropped, and subscribers of other processes see a gap. */
const mostPending = 10_000
const idLength = 36

/** Carries messages to the subscribers in other processes, over a Redis stream, so that a short loss of the connection loses nothing. */
export class ProcessLink {
  /** For the options of the socket.io server. */
  readonly adapter: ReturnType<typeof RedisStreams.createAdapter>
  readonly #connections: RedisConnections
  readonly #publisher: RedisClient
  readonly #interest: Interest
  readonly #channel: string
  readonly #process = randomUUID()
  #pending = 0

  constructor({ redisUrl, prefix, clock, log, own }: ProcessLinkOptions) {
    this.#connections = new RedisConnections({ url: redisUrl, log })
    this.#publisher = this.#connections.connect('patient')
    this.#channel = `${prefix}:interest`
    this.#interest = new Interest({ clock, own, announce: (bits) => this.#announce(bits) })
    const client = Object.assign(this.#publisher, { duplicate: () => this.#duplicate() })
    this.adapter = redisStreams().createAdapter(client, { streamName: `${prefix}:sockets`, channelPrefix: `${prefix}:sockets`, onlyPlaintext: true })
  }

  get commands(): number {
    return this.#connections.commands
  }

  start(): void {
    const listener = this.#connections.connect('patient')
    listener.on('messageBuffer', (_channel: Buffer, message: Buffer) => this.#heard(message))
    // whoever was away has missed announcements
    listener.on('ready', () => this.#interest.doubt())
    listener.subscribe(this.#channel).catch(() => undefined)
    this.#publisher.on('ready', () => this.#interest.tell())
    this.#interest.start()
  }

  /** Resolves when the other processes know that this one follows the room. */
  follow(namespace: Namespace, room: string): Promise<void> {
    return this.#interest.add(namespace.name + room)
  }

  /** To the other processes, if any of them has a subscriber. */
  publish(namespace: Namespace, room: string, message: TopicMessage): void {
    if (this.#pending >= mostPending || !this.#interest.elsewhere(namespace.name + room)) return
    this.#pending++
    const packet = { type: eventPacket, data: ['topic', message], nsp: namespace.name }
    const done = (): void => void this.#pending--
    const adapter = namespace.adapter as unknown as ClusterAdapter
    adapter.publishAndReturnOffset({ type: broadcastMessage, data: { packet, opts: { rooms: [room], except: [], flags: {} } } }).then(done, done)
  }

  /** After the adapters have been closed. */
  close(): void {
    this.#interest.stop()
    this.#connections.close()
  }

  /** The adapter reads with duplicates: they must end with the others, and it lets a failed subscription go unhandled. */
  #duplicate(): RedisClient {
    const client = this.#connections.connect('patient')
    const subscribe = client.subscribe.bind(client)
    return Object.assign(client, { subscribe: (channels: string[]) => subscribe(...channels).catch(() => 0) })
  }

  async #announce(bits: Uint8Array): Promise<void> {
    if (this.#publisher.status !== 'ready') return
    await this.#publisher.publish(this.#channel, Buffer.concat([Buffer.from(this.#process, 'latin1'), bits])).catch(() => undefined)
  }

  #heard(message: Buffer): void {
    const process = message.toString('latin1', 0, idLength)
    if (process !== this.#process) this.#interest.heard(process, message.subarray(idLength))
  }
}
