import type { Batch, Clock, PluginDatabase, Realtime, Within } from '@parley/plugin-api'
import { dialogTopic } from '../../api/index.ts'
import { markStatements, type Mark } from '../delivery/marks.ts'
import { changeStatements } from './change-statements.ts'
import { ConversationChange } from './conversation-change.ts'

/** Who sends what a commit of this process put into an idle outbox, without a job; absent where messages only wait for a worker. */
export interface OutboxTaker {
  /** Undefined when this process has enough to send already. */
  take(): { readonly token: string; readonly until: Date } | undefined
  /** True when nobody needs to be woken: it is on its way, or somebody works on the outbox and sees what was added. */
  send(change: ConversationChange): boolean
  /** What was sent in a conversation and is not written yet; any commit that changes the conversation may carry it. */
  marks(conversationId: string): readonly Mark[]
  /** A commit has carried them. */
  written(conversationId: string, marks: readonly Mark[]): void
}

/** Wakes whoever works off the rows that a commit left. */
export interface Wakers {
  outbox(conversationId: string): void
  lane(conversationId: string, delay: number): void
}

/**
 * One unit of work may send, post and hold in one conversation through several services; all of it becomes one UPDATE of the conversation's row,
 * because parts of a batch must not touch a row twice.
 */
export class ConversationChanges {
  readonly #db: PluginDatabase
  readonly #realtime: Realtime
  readonly #clock: Clock
  readonly #units = new WeakMap<Within, Map<string, ConversationChange>>()
  #taker: OutboxTaker | undefined
  #wakers: Wakers | undefined

  constructor({ db, realtime, clock }: { db: PluginDatabase; realtime: Realtime; clock: Clock }) {
    this.#db = db
    this.#realtime = realtime
    this.#clock = clock
  }

  /** The workers are made of parts that write changes themselves, so they are joined afterwards. */
  join(parts: { readonly taker: OutboxTaker; readonly wakers: Wakers }): void {
    this.#taker = parts.taker
    this.#wakers = parts.wakers
  }

  of(conversationId: string, within: Within): ConversationChange {
    let unit = this.#units.get(within)
    if (unit === undefined) {
      const changes = new Map<string, ConversationChange>()
      unit = changes
      this.#units.set(within, changes)
      within.beforeCommit(() => this.#write(changes, within))
      within.afterCommit(() => this.#wake(changes))
    }
    let change = unit.get(conversationId)
    if (change === undefined) {
      change = new ConversationChange(conversationId)
      unit.set(conversationId, change)
    }
    return change
  }

  wakeLane(conversationId: string): void {
    this.#wakers?.lane(conversationId, 0)
  }

  wakeOutbox(conversationId: string): void {
    this.#wakers?.outbox(conversationId)
  }

  /** Runs work in the given unit, or in one of its own that is committed at once. */
  async within(within: Within | undefined, work: (unit: Within) => void): Promise<void> {
    if (within !== undefined) return work(within)
    const batch = this.#db.batch()
    work(batch)
    await batch.commit()
  }

  async #write(changes: ReadonlyMap<string, ConversationChange>, within: Within): Promise<void> {
    // what is added from now on is another write
    this.#units.delete(within)
    const batch: Batch = within.kind === 'batch' ? within : this.#db.within(within).batch()
    const now = this.#clock.now()
    // always in the same order, so that two units never wait for each other
    const ordered = [...changes.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
    for (const [place, change] of ordered.entries()) {
      if (change.outgoing) change.outbox = this.#taker?.take()
      const marks = this.#taker?.marks(change.id) ?? []
      await this.#db.write([...changeStatements(change, place, now), ...markStatements(marks, now, 'any')], batch)
      if (marks.length === 0) continue
      const { id: conversationId } = change
      for (const { messageId, state } of marks) {
        await this.#realtime.send(dialogTopic, { conversationId }, { type: 'state', messageId, state }, { within })
      }
      within.afterCommit(() => this.#taker?.written(conversationId, marks))
    }
    if (batch !== within) await batch.commit()
  }

  #wake(changes: ReadonlyMap<string, ConversationChange>): void {
    const now = this.#clock.now().getTime()
    for (const change of changes.values()) {
      if (change.outgoing && this.#taker?.send(change) !== true) this.#wakers?.outbox(change.id)
      for (const delay of new Set(change.items.map(({ dueAt }) => Math.max(0, dueAt.getTime() - now)))) {
        if (delay > 0 || change.result?.laneBusy !== true) this.#wakers?.lane(change.id, delay)
      }
    }
  }
}
