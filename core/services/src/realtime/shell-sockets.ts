import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ParleyError, type Actor, type Clock, type Logger } from '@parley/plugin-api'
import type { Namespace, Socket } from 'socket.io'
import { z } from 'zod'
import type { Authenticate } from '../http/index.ts'
import { validate } from '../validation/index.ts'
import type { Handshakes } from './handshakes.ts'
import { forgetRequest, originOf } from './peer.ts'
import { isTopicRoom, topicOfRoom } from './room.ts'
import type { SequenceReader } from './sequence-reader.ts'
import { answer, problemOf, readEvent, refusal, stopping, tooMany } from './socket-answers.ts'
import type { SocketHub } from './socket-hub.ts'
import { TokenBucket } from './token-bucket.ts'
import type { TopicSubscriptions } from './topic-subscriptions.ts'

/** A person's connection: kept as the socket's data. */
interface Person {
  actor: Actor
  readonly token: string
  readonly address: string
  readonly bucket: TokenBucket
  checkedAt: number
}

const handshake = z.object({ token: z.string().min(1) })
const subscription = z.object({ topic: z.string(), key: z.unknown() })

const mostTopics = 500
/** A screen that opens subscribes to much at once. */
const rate = { rate: 50, size: 300 }
/** How long a person whose rights were taken may go on listening. */
const recheckAfter = 60_000
const recheckAtOnce = 8

export interface ShellSocketsOptions {
  readonly hub: SocketHub
  readonly namespace: Namespace
  readonly topics: TopicSubscriptions
  readonly sequences: SequenceReader
  readonly authenticate: Authenticate
  readonly addressOf: (request: IncomingMessage) => string
  readonly handshakes: Handshakes
  /** New connections are refused. */
  readonly isLeaving: () => boolean
  /** Everything is refused. */
  readonly isStopping: () => boolean
  readonly clock: Clock
  readonly log: Logger
}

/** The namespace `/shell`: people of the shell subscribe to topics. */
export class ShellSockets {
  readonly #options: ShellSocketsOptions
  #rechecking = false

  constructor(options: ShellSocketsOptions) {
    this.#options = options
    const { namespace, log } = options
    const received = this.#received
    namespace.use((socket, next) => {
      this.#admit(socket).then(
        () => next(),
        (error: unknown) => next(refusal({ error, requestId: randomUUID(), log })),
      )
    })
    namespace.on('connection', (socket) => {
      forgetRequest(socket)
      socket.onAny(function (this: Socket, event: string, ...parts: unknown[]) {
        received(this, event, parts)
      })
    })
  }

  /** Asks again who the people are and what they may follow; for a timer. */
  async recheck(): Promise<void> {
    if (this.#rechecking) return
    this.#rechecking = true
    try {
      const oldest = this.#now() - recheckAfter
      const due = [...this.#options.namespace.sockets.values()].filter((socket) => personOf(socket).checkedAt <= oldest)
      const next = due[Symbol.iterator]()
      await Promise.all(
        Array.from({ length: recheckAtOnce }, async () => {
          for (const socket of next) await this.#recheckOne(socket)
        }),
      )
    } finally {
      this.#rechecking = false
    }
  }

  async #admit(socket: Socket): Promise<void> {
    const { authenticate, addressOf, handshakes, isLeaving } = this.#options
    if (isLeaving()) throw stopping()
    const { address } = originOf(socket, addressOf)
    handshakes.take(address)
    const { token } = validate(handshake, socket.handshake.auth, 'The handshake')
    const actor = await authenticate({ scheme: 'bearer', token, address })
    if (actor === undefined) throw new ParleyError('unauthenticated', 'The token is not valid or no longer valid. Sign in again.')
    const now = this.#now()
    const person: Person = { actor, token, address, bucket: new TokenBucket({ ...rate, now }), checkedAt: now }
    socket.data = person
  }

  #received = (socket: Socket, event: string, parts: readonly unknown[]): void => {
    const { payload, ack } = readEvent(parts)
    void answer(ack, { log: this.#options.log }, async (requestId) => {
      if (this.#options.isStopping()) throw stopping()
      if (!personOf(socket).bucket.take(this.#now())) throw tooMany()
      if (event === 'subscribe') return await this.#subscribe(socket, payload, requestId)
      if (event === 'unsubscribe') return await this.#unsubscribe(socket, payload)
      throw new ParleyError('not_found', `The event "${event.slice(0, 64)}" does not exist. There are "subscribe" and "unsubscribe".`)
    })
  }

  async #subscribe(socket: Socket, payload: unknown, requestId: string): Promise<{ sequence: number }> {
    const { hub, topics, sequences } = this.#options
    const { topic, key } = validate(subscription, payload, 'The subscription')
    if (socket.rooms.size > mostTopics) throw new ParleyError('rate_limited', `One connection may follow ${mostTopics} topics. Leave some first.`)
    const { actor, address } = personOf(socket)
    const room = await topics.admit(topic, key, { actor, address, requestId })
    // first in the room, then the number: a message in between is had twice rather than never
    await hub.join(socket, room)
    return { sequence: await sequences.read(room) }
  }

  async #unsubscribe(socket: Socket, payload: unknown): Promise<object> {
    const { topic, key } = validate(subscription, payload, 'The subscription')
    await socket.leave(this.#options.topics.room(topic, key))
    return {}
  }

  async #recheckOne(socket: Socket): Promise<void> {
    const person = personOf(socket)
    const { authenticate, log } = this.#options
    try {
      const { token, address } = person
      const actor = await authenticate({ scheme: 'bearer', token, address })
      // the page refreshes its token and connects again
      if (actor === undefined) return void socket.disconnect(true)
      person.actor = actor
      person.checkedAt = this.#now()
      for (const room of socket.rooms) if (isTopicRoom(room)) await this.#recheckRoom(socket, room, person)
    } catch (error) {
      log.warn('a connection could not be checked again and keeps what it follows', { error })
    }
  }

  async #recheckRoom(socket: Socket, room: string, { actor, address }: Person): Promise<void> {
    const { topics, log } = this.#options
    const requestId = randomUUID()
    if (await topics.mayStay(room, { actor, address, requestId })) return
    await socket.leave(room)
    const { topic, key } = topicOfRoom(room)
    const error = new ParleyError('forbidden', `You may no longer follow "${topic}" for this key. Ask an administrator for the permission.`)
    socket.emit('unsubscribed', { topic, key, problem: problemOf({ error, requestId, log }) })
  }

  #now(): number {
    return this.#options.clock.now().getTime()
  }
}

const personOf = (socket: Socket): Person => socket.data as Person
