import { ParleyError, type Batch, type PluginDatabase } from '@parley/plugin-api'
import type { Conversation, Turn } from '../../api/index.ts'
import type { ConversationChange } from '../changes/conversation-change.ts'
import type { ConversationChanges } from '../changes/conversation-changes.ts'
import type { Lease } from './lease-keeper.ts'
import type { Lane, LaneItem } from './lane-store.ts'

export interface TurnOptions {
  readonly lane: Lane
  readonly conversation: Conversation
  readonly item: LaneItem
  /** Gives the lane back with the item's completion, if nothing has come in since this version. */
  readonly releaseAt: number | undefined
  /** This process ended the turn before. */
  readonly continues: boolean
  readonly lease: Lease
  readonly db: PluginDatabase
  readonly changes: ConversationChanges
  /** Adds to each commit of the turn what this plugin has to say itself, once. */
  readonly first: (batch: Batch, change: ConversationChange) => Promise<void>
}

/** One item in the hands of its holder. Every commit is fenced with the lane's token. */
export class LaneTurn implements Turn {
  readonly conversation: Conversation
  readonly item: Turn['item']
  readonly attempt: number
  readonly stored = true
  readonly #options: TurnOptions
  #holder: string
  #introduced = false
  #ended: ConversationChange | undefined

  constructor(options: TurnOptions) {
    const { attempts, ...item } = options.item
    this.#options = options
    this.conversation = options.conversation
    this.item = item.type === 'message' ? { ...item, number: item.message.number } : item
    this.attempt = attempts
    this.#holder = options.conversation.holder
  }

  get continues(): boolean {
    return this.#options.continues
  }

  get signal(): AbortSignal {
    return this.#options.lease.signal
  }

  /** What the completing commit did, if there was one. */
  get ended(): ConversationChange | undefined {
    return this.#ended
  }

  /** Something of this turn is committed. */
  get begun(): boolean {
    return this.#introduced
  }

  batch(): Batch {
    return this.#options.db.batch()
  }

  async commit(batch: Batch): Promise<void> {
    await this.#commit(batch, {})
  }

  async finish(batch: Batch): Promise<void> {
    if (this.#ended !== undefined) throw new ParleyError('internal', 'The turn is finished already. Call turn.finish once, as the last thing.')
    const { item, releaseAt } = this.#options
    this.#ended = await this.#commit(batch, { done: { number: item.number }, ...(releaseAt === undefined ? {} : { releaseAt }) })
  }

  async #commit(batch: Batch, step: { done?: { number: number }; releaseAt?: number }): Promise<ConversationChange> {
    if (this.#ended !== undefined) throw new ParleyError('internal', 'The turn is finished. Commit every step before turn.finish.')
    const { lane, changes, first } = this.#options
    const change = changes.of(lane.conversation.id, batch)
    change.lane = { token: lane.token, holder: this.#holder, ...step }
    if (!this.#introduced) await first(batch, change)
    await batch.commit()
    this.#introduced = true
    this.#holder = change.result?.holder ?? this.#holder
    return change
  }
}
