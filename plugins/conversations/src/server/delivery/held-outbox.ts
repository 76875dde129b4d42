import type { ConversationChange } from '../changes/conversation-change.ts'
import { presentOrigin, type Origin } from '../origin.ts'
import type { DeliveryRow, OutboxLane } from './delivery-store.ts'
import { markOf, type Mark, type SettledRow } from './marks.ts'

/** An outbox in the hands of this process: what is still to be sent, and what was sent and is not written yet. */
export class HeldOutbox {
  lane: OutboxLane
  /** In number order; the head is the next one. */
  rows: DeliveryRow[]
  settled: SettledRow[] = []
  /** The row that nobody else may send any more, because it was marked before. */
  begun: DeliveryRow | undefined
  /** Rows that were added in between are not all known here: the database has to be asked before more is sent. */
  incomplete = false
  /** By the process's own time: when something was last added or sent. */
  touched = performance.now()
  #awaited: (() => void) | undefined

  constructor(lane: OutboxLane) {
    this.lane = lane
    this.rows = [...lane.rows]
  }

  /** What a commit of this process added while the outbox was held. */
  append(change: ConversationChange, now: Date): void {
    const version = change.result!.outboxVersion
    this.touched = performance.now()
    if (version === this.lane.version + 1 && !this.incomplete) {
      this.lane = { ...this.lane, version }
      this.rows.push(...rowsOf(change, now, presentOrigin()))
    } else this.incomplete = true
    this.wake()
  }

  wake(): void {
    this.#awaited?.()
    this.#awaited = undefined
  }

  /** Does something for a row in the name of whoever added it, as far as that is known. */
  for<T>(row: DeliveryRow, work: () => T): T {
    return row.origin === undefined ? work() : row.origin(work)
  }

  /** Takes what the database has; everything in memory was sent or is among it. */
  reload(lane: OutboxLane): void {
    this.lane = lane
    this.rows = [...lane.rows]
    this.incomplete = false
    this.begun = undefined
  }

  settle(row: SettledRow): void {
    this.touched = performance.now()
    this.settled.push(row)
  }

  /** What was sent and may be written with whatever commit comes next. */
  marks(keepExternalIds: boolean): Mark[] {
    return this.settled.map((row) => markOf(this.lane, row, keepExternalIds))
  }

  /** A commit has written these. */
  written(marks: readonly Mark[]): void {
    this.settled = this.settled.filter(({ messageId }) => !marks.some((mark) => mark.messageId === messageId))
  }

  /** Resolves when something is appended, or at `wake`. */
  woken(): Promise<void> {
    return new Promise((resolve) => (this.#awaited = resolve))
  }
}

/** The outgoing messages of a commit, as the outbox's store would read them, and in whose name they go. */
export const rowsOf = (change: ConversationChange, now: Date, origin?: Origin): DeliveryRow[] =>
  change.messages
    .filter(({ direction }) => direction === 'out')
    .map((message) => ({
      number: change.numberAt(message.position),
      messageId: message.id,
      content: message.content,
      author: message.author,
      state: change.stateOf(message) === 'sending' ? 'sending' : 'queued',
      part: 0,
      attempts: 0,
      firstTriedAt: now,
      dueAt: now,
      origin,
    }))
