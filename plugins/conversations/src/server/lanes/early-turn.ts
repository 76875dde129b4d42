import { ParleyError, type Batch, type PluginDatabase, type Realtime } from '@parley/plugin-api'
import { dialogTopic, type Conversation, type Message, type Turn } from '../../api/index.ts'
import type { Arrival, ConversationChange } from '../changes/conversation-change.ts'
import type { ConversationChanges } from '../changes/conversation-changes.ts'

export interface EarlyTurnOptions {
  readonly arrival: Arrival
  readonly item: { readonly message: Message; readonly start?: string; readonly params?: Readonly<Record<string, unknown>> }
  readonly signal: AbortSignal
  readonly db: PluginDatabase
  readonly changes: ConversationChanges
  readonly realtime: Realtime
}

/** A message that is stored with what its holder makes of it: one commit, fenced with the state in which this process left the lane. */
export class EarlyTurn implements Turn {
  readonly conversation: Conversation
  readonly item: Turn['item']
  readonly attempt = 0
  readonly stored = false
  readonly continues = true
  readonly signal: AbortSignal
  readonly #options: EarlyTurnOptions
  #ended: ConversationChange | undefined

  constructor(options: EarlyTurnOptions) {
    const { arrival, item, signal } = options
    const { id, number } = item.message
    this.#options = options
    this.conversation = arrival.left.conversation
    this.item = { ...item, type: 'message', id, number }
    this.signal = signal
  }

  /** What the commit did, if there was one. */
  get ended(): ConversationChange | undefined {
    return this.#ended
  }

  batch(): Batch {
    const { db, changes, arrival } = this.#options
    const batch = db.batch()
    // at once: what is added gets its number behind it
    changes.of(this.conversation.id, batch).arrival = arrival
    return batch
  }

  commit(): Promise<void> {
    return Promise.reject(new ParleyError('stale_write', 'This message is not stored yet, so nothing can be committed on the way. It comes again.'))
  }

  async finish(batch: Batch): Promise<void> {
    const { changes, realtime, item } = this.#options
    const { id: conversationId } = this.conversation
    const change = changes.of(conversationId, batch)
    if (this.#ended !== undefined || change.arrival === undefined)
      throw new ParleyError('internal', 'The turn cannot be finished with this batch. Call turn.finish once, with a batch of turn.batch().')
    await realtime.send(dialogTopic, { conversationId }, { type: 'message', message: item.message }, { within: batch })
    await batch.commit()
    this.#ended = change
  }
}
