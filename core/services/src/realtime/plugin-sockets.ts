import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { PluginHandle } from '@parley/kernel'
import { ParleyError, type Clock, type Logger, type Socket as SocketDeclaration } from '@parley/plugin-api'
import type { Namespace, Socket } from 'socket.io'
import { validate } from '../validation/index.ts'
import type { Handshakes } from './handshakes.ts'
import { forgetRequest, originOf } from './peer.ts'
import { PluginConnection, type ConnectionParts } from './plugin-connection.ts'
import { answer, readEvent, refusal, stopping, tooMany } from './socket-answers.ts'
import { TokenBucket } from './token-bucket.ts'

export interface PluginSocketsOptions extends ConnectionParts {
  readonly plugin: PluginHandle
  readonly declaration: SocketDeclaration
  readonly namespace: Namespace
  readonly addressOf: (request: IncomingMessage) => string
  readonly handshakes: Handshakes
  /** The origin of this installation, as the request says it. */
  readonly siteOf: (request: IncomingMessage) => string
  /** New connections are refused. */
  readonly isLeaving: () => boolean
  /** Everything is refused. */
  readonly isStopping: () => boolean
  /** Counts work that a stop must wait for. */
  readonly track: <T>(work: Promise<T>) => Promise<T>
  readonly clock: Clock
  readonly log: Logger
}

const defaultRate = 10

export const namespaceOf = (plugin: PluginHandle, declaration: SocketDeclaration): string => `/${plugin.id}/${declaration.name}`

/** The connections of one socket that a plugin declares. */
export class PluginSockets {
  readonly #options: PluginSocketsOptions
  readonly #name: string

  constructor(options: PluginSocketsOptions) {
    this.#options = options
    const { namespace, log, plugin, declaration } = options
    this.#name = namespaceOf(plugin, declaration)
    const { received, left } = { received: this.#received, left: this.#left }
    namespace.use((socket, next) => {
      const requestId = randomUUID()
      this.#admit(socket, requestId).then(
        () => next(),
        (error: unknown) => next(refusal({ error, requestId, plugin: plugin.id, log })),
      )
    })
    // functions shared by all connections, not closures of each
    const onEvent = function (this: Socket, event: string, ...parts: unknown[]): void {
      received(this, event, parts)
    }
    const onLeave = function (this: Socket): void {
      left(this)
    }
    namespace.on('connection', (socket) => {
      forgetRequest(socket)
      socket.onAny(onEvent)
      if (declaration.options.disconnected !== undefined) socket.on('disconnect', onLeave)
      if (declaration.options.connected !== undefined) this.#start(socket)
    })
  }

  async #admit(socket: Socket, requestId: string): Promise<void> {
    const { plugin, declaration, addressOf, siteOf, handshakes, isLeaving, clock, hub, sequences } = this.#options
    if (isLeaving()) throw stopping()
    const { address, origin, userAgent } = originOf(socket, addressOf)
    handshakes.take(address)
    const { handshake, authenticate, rateLimit = defaultRate } = declaration.options
    const data: unknown = validate(handshake, socket.handshake.auth, `The handshake of "${this.#name}"`)
    const site = siteOf(socket.request)
    const actor = await plugin.run({ requestId, address }, (cradle) => authenticate({ data, origin, site, address, userAgent }, cradle))
    const bucket = new TokenBucket({ rate: rateLimit, now: clock.now().getTime() })
    socket.data = new PluginConnection(socket, { actor, address, bucket }, { hub, sequences })
  }

  #start(socket: Socket): void {
    const { plugin, declaration, log } = this.#options
    const connection = connectionOf(socket)
    connection.starting = this.#run(connection, (cradle) => declaration.options.connected?.(connection, cradle) ?? Promise.resolve()).then(
      () => {
        connection.starting = undefined
        return true
      },
      (error: unknown) => {
        log.error('a new connection could not be taken up and was closed', { plugin: plugin.id, socket: declaration.name, error })
        socket.conn.close(true)
        return false
      },
    )
  }

  #left = (socket: Socket): void => {
    const { plugin, declaration, log } = this.#options
    const connection = connectionOf(socket)
    this.#run(connection, (cradle) => declaration.options.disconnected?.(connection, cradle) ?? Promise.resolve()).catch((error: unknown) => {
      log.warn('the end of a connection could not be handled', { plugin: plugin.id, socket: declaration.name, error })
    })
  }

  #received = (socket: Socket, event: string, parts: readonly unknown[]): void => {
    const { plugin, log } = this.#options
    const { payload, ack } = readEvent(parts)
    void this.#options.track(answer(ack, { plugin: plugin.id, log }, (requestId) => this.#handle(socket, event, payload, requestId)))
  }

  async #handle(socket: Socket, event: string, payload: unknown, requestId: string): Promise<{ data: unknown }> {
    const { declaration, clock, isStopping } = this.#options
    const { events } = declaration.options
    const connection = connectionOf(socket)
    if (isStopping()) throw stopping()
    if (!connection.bucket.take(clock.now().getTime())) throw tooMany()
    const declared = Object.hasOwn(events, event) ? events[event] : undefined
    if (declared === undefined) throw new ParleyError('not_found', `"${this.#name}" has no event "${event.slice(0, 64)}".`)
    const valid: unknown = validate(declared.payload, payload, `The event "${event}"`)
    if (connection.starting !== undefined && !(await connection.starting)) throw stopping()
    return { data: await this.#run(connection, (cradle) => declared.handle(valid, connection, cradle), requestId) }
  }

  async #run<T>(connection: PluginConnection, work: (cradle: unknown) => Promise<T>, requestId: string = randomUUID()): Promise<T> {
    const { actor, address } = connection
    return await this.#options.plugin.run({ requestId, actor, address }, work)
  }
}

const connectionOf = (socket: Socket): PluginConnection => socket.data as PluginConnection
