import type { Author, DeliveryState, MessageContent } from '../../api/index.ts'
import type { IntakeMessage, IntakePayload } from '../intake/intake-store.ts'
import type { LeftLane } from '../lanes/lane-memory.ts'

/** A message that the platform adds to a conversation. It has its id at once and its number with the commit. */
export interface AddedMessage {
  readonly id: string
  readonly direction: 'out' | 'internal'
  readonly author: Author
  readonly content: MessageContent
  readonly clientKey: string | undefined
  readonly createdAt: Date
  readonly position: number
}

/** A command for the lane. `single`: its id is made of a key, and one that was taken in before is dropped. */
export interface AddedItem {
  readonly id: string
  readonly data: unknown
  readonly dueAt: Date
  readonly single: boolean
  readonly position: number
}

/** What a holder's turn does to the lane it holds. */
export interface LaneStep {
  readonly token: string
  /** The turn's holder: a commit fails when somebody else has been given the conversation. */
  readonly holder: string
  /** The item that is completed. */
  readonly done?: { readonly number: number }
  /** Gives the lane back, unless something came in after this version. */
  readonly releaseAt?: number
}

/** A message of the client that is stored by its turn; the commit fails where the lane is not as it was left. */
export interface Arrival {
  readonly message: IntakeMessage
  readonly payload: IntakePayload | undefined
  readonly left: LeftLane
}

/** What the commit made known. */
export interface CommittedChange {
  readonly id: string
  readonly accountId: string
  readonly botId: string
  readonly channel: string
  readonly chatId: string
  readonly holder: string
  readonly lastNumber: number
  readonly laneVersion: number
  readonly released: boolean
  /** Somebody works on the lane, or keeps it closed for a time, and sees what was added here before letting go. */
  readonly laneBusy: boolean
  readonly outboxVersion: number
  /** Who holds the outbox, or held it last. */
  readonly outboxToken: string | undefined
  /** Somebody works on the outbox, or keeps it closed for a time. */
  readonly outboxBusy: boolean
  /** This commit took the idle outbox. */
  readonly took: boolean
}

/** Everything one unit of work does to one conversation; becomes one UPDATE and the rows that depend on it. */
export class ConversationChange {
  readonly id: string
  readonly messages: AddedMessage[] = []
  readonly items: AddedItem[] = []
  holder: string | undefined
  client: { readonly clientId: string; readonly identityId: string } | undefined
  lane: LaneStep | undefined
  /** To be set before anything is added: it has the first number. */
  arrival: Arrival | undefined
  /** With which this process takes the outbox if the commit finds it idle. */
  outbox: { readonly token: string; readonly until: Date } | undefined
  #result: CommittedChange | undefined

  constructor(id: string) {
    this.id = id
  }

  /** How many numbers the conversation gives to what is added here. */
  get size(): number {
    return (this.arrival === undefined ? 0 : 1) + this.messages.length + this.items.length
  }

  get outgoing(): boolean {
    return this.messages.some(({ direction }) => direction === 'out')
  }

  get result(): CommittedChange | undefined {
    return this.#result
  }

  /** The number that the commit gave to what was added at a position. */
  numberAt(position: number): number {
    return (this.#result?.lastNumber ?? 0) - this.size + position
  }

  stateOf(message: AddedMessage): DeliveryState {
    if (message.direction === 'internal') return 'shown'
    return this.#result?.took === true && message === this.messages.find(({ direction }) => direction === 'out') ? 'sending' : 'queued'
  }

  /** What the UPDATE returned; in a transaction that is before its commit. */
  record(result: CommittedChange): void {
    this.#result = result
  }
}
