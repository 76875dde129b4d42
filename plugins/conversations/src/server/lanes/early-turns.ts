import { isParleyError, type Clock, type Logger, type PluginDatabase, type Points, type Realtime } from '@parley/plugin-api'
import { holders, type ConversationHolder } from '../../api/index.ts'
import type { Arrival } from '../changes/conversation-change.ts'
import type { ConversationChanges } from '../changes/conversation-changes.ts'
import { arrivedItem } from '../intake/arrived-item.ts'
import type { IntakeMessage, IntakePayload, StoredEvent } from '../intake/intake-store.ts'
import { EarlyTurn } from './early-turn.ts'
import type { LaneMemory } from './lane-memory.ts'
import type { Turns } from './turns.ts'

interface Parts {
  readonly db: PluginDatabase
  readonly changes: ConversationChanges
  readonly laneMemory: LaneMemory
  readonly turns: Turns
  readonly points: Points
  readonly realtime: Realtime
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Most messages go on with a dialog whose last turn this process had, and a bot answers them from memory. Such a message is stored together with its
 * answer. Where anything is not as this process left it, or the turn needs more than its own commit, nothing was written and the message is stored first.
 */
export class EarlyTurns {
  readonly #parts: Parts
  readonly #underway = new Map<string, Promise<unknown>>()

  constructor({ db, changes, laneMemory, turns, points, realtime, clock, log }: Parts) {
    this.#parts = { db, changes, laneMemory, turns, points, realtime, clock, log }
  }

  /** What has to end before these messages are taken in: those that come later get later numbers. */
  ahead(messages: readonly IntakeMessage[]): Promise<unknown> | undefined {
    for (const { conversationId } of messages) {
      const work = this.#underway.get(conversationId)
      if (work !== undefined) return work
    }
    return undefined
  }

  /** Stores a message by its turn, or in the ordinary way when that does not work out; undefined when it is not to be tried. */
  store(
    message: IntakeMessage,
    payload: IntakePayload | undefined,
    ordinary: () => Promise<readonly StoredEvent[]>,
  ): Promise<readonly StoredEvent[]> | undefined {
    const { db, changes, laneMemory, turns, points, realtime, clock } = this.#parts
    const { id, conversationId, botId, fetchMedia } = message
    const left = laneMemory.get(conversationId)
    if (left === undefined || left.item === id || left.conversation.botId !== botId || fetchMedia || !turns.free) return undefined
    const holder = points.get(holders).get(left.conversation.holder)
    if (holder?.early !== true) return undefined
    const arrival = { message, payload, left }
    const item = arrivedItem(message, left.lastNumber + 1, clock.now())
    const turn = new EarlyTurn({ arrival, item, signal: turns.stopping, db, changes, realtime })
    laneMemory.forget(conversationId)
    const work = this.#stored(holder, turn, arrival, ordinary)
    this.#underway.set(conversationId, work)
    turns.track(work)
    return work
  }

  async #stored(
    holder: ConversationHolder,
    turn: EarlyTurn,
    arrival: Arrival,
    ordinary: () => Promise<readonly StoredEvent[]>,
  ): Promise<readonly StoredEvent[]> {
    const { log } = this.#parts
    const { conversationId } = arrival.message
    try {
      try {
        await holder.handle(turn)
      } catch (error) {
        if (turn.ended !== undefined) log.error('a holder failed after its turn was finished', { conversationId, error })
        // told when it fails again with the message in store
        else if (!isParleyError(error, 'stale_write')) log.debug('a message is stored before its turn', { conversationId, error })
      }
      const event = this.#left(turn, arrival)
      return event === undefined ? await ordinary() : [event]
    } finally {
      this.#underway.delete(conversationId)
    }
  }

  /** What the turn stored, if it did; the lane is remembered as it was left. */
  #left(turn: EarlyTurn, { message, left }: Arrival): StoredEvent | undefined {
    const result = turn.ended?.result
    if (result === undefined) return undefined
    const { laneVersion: version, lastNumber, holder: now } = result
    if (version === left.version)
      this.#parts.laneMemory.keep({ conversation: { ...left.conversation, holder: now }, version, lastNumber, item: message.id })
    return { id: message.id, conversationId: left.conversation.id, number: turn.item.number, duplicate: false }
  }
}
