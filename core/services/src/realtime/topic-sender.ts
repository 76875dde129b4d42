import type { TopicType, Within } from '@parley/plugin-api'
import { roomOf } from './room.ts'
import type { SequenceStore } from './sequence-store.ts'

/** What subscribers get, as the event `topic`. */
export interface TopicMessage {
  readonly topic: string
  readonly key: unknown
  readonly sequence: number
  readonly payload: unknown
}

export type Deliver = (room: string, message: TopicMessage) => void

interface Outgoing {
  readonly room: string
  readonly topic: string
  readonly key: unknown
  readonly payload: unknown
}

/** Messages whose numbers are taken together. */
class Parcel {
  readonly #messages: Outgoing[] = []
  readonly #last = new Map<string, number>()

  add(message: Outgoing): void {
    this.#messages.push(message)
  }

  number(store: SequenceStore, within?: Within): Promise<void> {
    const amounts = new Map<string, number>()
    for (const { room } of this.#messages) amounts.set(room, (amounts.get(room) ?? 0) + 1)
    const taken = (room: string, last: number): void => {
      const amount = amounts.get(room)
      if (amount !== undefined) this.#last.set(room, last - amount)
    }
    return store.advance(amounts, taken, within)
  }

  deliver(deliver: Deliver): void {
    for (const { room, topic, key, payload } of this.#messages) {
      const sequence = (this.#last.get(room) ?? 0) + 1
      this.#last.set(room, sequence)
      // a function knows only after the commit what it has to say; nothing else in a payload is one, because payloads are plain data
      deliver(room, { topic, key, sequence, payload: typeof payload === 'function' ? (payload as () => unknown)() : payload })
    }
  }
}

/**
 * Numbers messages in PostgreSQL and delivers them after the commit. All sends of one commit take their numbers in one write, because
 * a batch must not touch a row twice; sends without a commit of their own are gathered while the previous write is on its way.
 */
export class TopicSender {
  readonly #store: SequenceStore
  readonly #deliver: Deliver
  readonly #open = new WeakMap<Within, Parcel>()
  #gathering: { readonly parcel: Parcel; readonly sent: Promise<void> } | undefined
  #writing: Promise<void> = Promise.resolve()
  readonly #added = Promise.resolve()

  constructor({ store, deliver }: { store: SequenceStore; deliver: Deliver }) {
    this.#store = store
    this.#deliver = deliver
  }

  send<K, P>(topic: TopicType<K, P>, key: K, payload: P | (() => P), within?: Within): Promise<void> {
    const message = { room: roomOf(topic.id, key), topic: topic.id, key, payload }
    if (within === undefined) return this.#sendNow(message)
    const parcel = this.#open.get(within) ?? this.#openParcel(within)
    parcel.add(message)
    return this.#added
  }

  #openParcel(within: Within): Parcel {
    const parcel = new Parcel()
    this.#open.set(within, parcel)
    const number = (): Promise<void> => {
      this.#open.delete(within)
      return parcel.number(this.#store, within)
    }
    // One round behind the hooks that are registered by now, because those may still send.
    within.beforeCommit(() => within.beforeCommit(number))
    within.afterCommit(() => parcel.deliver(this.#deliver))
    return parcel
  }

  #sendNow(message: Outgoing): Promise<void> {
    this.#gathering ??= this.#gather()
    this.#gathering.parcel.add(message)
    return this.#gathering.sent
  }

  #gather(): { readonly parcel: Parcel; readonly sent: Promise<void> } {
    const parcel = new Parcel()
    const sent = this.#writing.then(async () => {
      this.#gathering = undefined
      await parcel.number(this.#store)
      parcel.deliver(this.#deliver)
    })
    this.#writing = sent.catch(() => undefined)
    return { parcel, sent }
  }
}
