import type { Actor, SocketConnection, TopicType } from '@parley/plugin-api'
import type { Socket } from 'socket.io'
import { roomOf } from './room.ts'
import type { SequenceReader } from './sequence-reader.ts'
import type { SocketHub } from './socket-hub.ts'
import type { TokenBucket } from './token-bucket.ts'

export interface ConnectionParts {
  readonly hub: SocketHub
  readonly sequences: SequenceReader
}

/** A connection as its plugin sees it. There may be thousands in a process, most of them idle: keep it small. */
export class PluginConnection implements SocketConnection {
  readonly actor: Actor
  readonly address: string
  readonly bucket: TokenBucket
  /** Set while the plugin's `connected` runs: events wait for it. */
  starting: Promise<boolean> | undefined
  readonly #socket: Socket
  readonly #parts: ConnectionParts

  constructor(socket: Socket, { actor, address, bucket }: { actor: Actor; address: string; bucket: TokenBucket }, parts: ConnectionParts) {
    this.#socket = socket
    this.actor = actor
    this.address = address
    this.bucket = bucket
    this.#parts = parts
  }

  get id(): string {
    return this.#socket.id
  }

  /** Tells the client the current number too, against which it sees a gap. */
  async subscribe<K>(topic: TopicType<K, any>, key: K): Promise<void> {
    const room = roomOf(topic.id, key)
    await this.#parts.hub.join(this.#socket, room)
    const sequence = await this.#parts.sequences.read(room)
    this.#socket.emit('sequences', [{ topic: topic.id, key, sequence }])
  }

  send(event: string, payload: unknown): void {
    this.#socket.emit(event, payload)
  }
}
