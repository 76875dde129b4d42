import type { Logger } from '@parley/plugin-api'
import { topicOfRoom } from './room.ts'
import type { SequenceStore } from './sequence-store.ts'
import type { FollowedRoom, SocketHub } from './socket-hub.ts'

const atOnce = 200

/** Tells subscribers the current numbers of what they follow, so that a message lost on the way shows as a gap; for a timer. */
export class Heartbeat {
  readonly #hub: SocketHub
  readonly #store: SequenceStore
  readonly #log: Logger
  #beating = false

  constructor({ hub, store, log }: { hub: SocketHub; store: SequenceStore; log: Logger }) {
    this.#hub = hub
    this.#store = store
    this.#log = log
  }

  async beat(): Promise<void> {
    if (this.#beating) return
    this.#beating = true
    try {
      const rooms = [...this.#hub.rooms()]
      // in portions: thousands of rooms at once would hold up everything else
      for (let first = 0; first < rooms.length; first += atOnce) await this.#tell(rooms.slice(first, first + atOnce))
    } catch (error) {
      this.#log.warn('subscribers could not be told the numbers of their topics', { error })
    } finally {
      this.#beating = false
    }
  }

  async #tell(rooms: readonly FollowedRoom[]): Promise<void> {
    const sequences = await this.#store.read(rooms.map(({ room }) => room))
    for (const { namespace, room } of rooms) {
      namespace.local.to(room).emit('sequences', [{ ...topicOfRoom(room), sequence: sequences.get(room) ?? 0 }])
    }
  }
}
