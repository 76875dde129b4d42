import type { Clock, Logger, PluginDatabase, Queue, Realtime, Within } from '@parley/plugin-api'
import { dialogTopic } from '../../api/index.ts'
import type { ConversationChange } from '../changes/conversation-change.ts'
import type { ConversationChanges } from '../changes/conversation-changes.ts'
import type { Config } from '../config.ts'
import { newId } from '../ids.ts'
import { reasonFields } from '../words.ts'
import type { Lane, LaneItem, LaneStore } from './lane-store.ts'

const longestPause = 60_000
const absentPause = 5_000

interface Parts {
  readonly db: PluginDatabase
  readonly laneStore: LaneStore
  readonly changes: ConversationChanges
  readonly realtime: Realtime
  readonly queue: Queue
  readonly clock: Clock
  readonly log: Logger
  readonly config: Config
}

/** What becomes of an item whose holder failed or is not there. */
export class ItemFailures {
  readonly #parts: Parts

  constructor({ db, laneStore, changes, realtime, queue, clock, log, config }: Parts) {
    this.#parts = { db, laneStore, changes, realtime, queue, clock, log, config }
  }

  /** Nobody is there to take it: a message waits with everything behind it; a command for an absent plugin stands aside. */
  async wait(lane: Lane, item: LaneItem): Promise<'left' | 'again'> {
    const { db, clock, log, laneStore } = this.#parts
    const until = new Date(clock.now().getTime() + absentPause)
    log.debug('an item waits for its holder, which is not running', { conversationId: lane.conversation.id, holder: lane.conversation.holder })
    if (item.type === 'command') {
      await db.write({
        text: 'UPDATE {items} SET due_at = $3 WHERE conversation_id = $1 AND number = $2',
        values: [lane.conversation.id, item.number, until],
      })
      return 'again'
    }
    const batch = db.batch()
    await laneStore.putOff(lane, item, until, batch)
    if (item.attempts === 0) await this.#show(lane, item, batch)
    await batch.commit()
    await this.#again(lane.conversation.id, absentPause)
    return 'left'
  }

  /** Tried again after a growing pause, those behind it wait; after the last try it is put aside as failed. */
  async note(lane: Lane, item: LaneItem, releaseAt: number | undefined, error: unknown, unseen: boolean): Promise<'left' | 'again'> {
    const { db, clock, config, log, laneStore } = this.#parts
    const { id } = lane.conversation
    const attempt = item.attempts + 1
    const data = { conversationId: id, itemId: item.id, holder: lane.conversation.holder, attempt, error }
    const batch = db.batch()
    if (attempt >= config.turns.attempts) {
      log.error('an item was given up, because its holder fails', data)
      const change = await this.#giveUp(lane, item, releaseAt, error, batch)
      await batch.commit()
      return change.result?.released === true ? 'left' : 'again'
    }
    log.warn('a holder failed; its item is tried again', data)
    const pause = Math.min(1000 * 2 ** item.attempts, longestPause)
    await laneStore.putOff(lane, item, new Date(clock.now().getTime() + pause), batch)
    if (unseen && item.attempts === 0) await this.#show(lane, item, batch)
    await batch.commit()
    await this.#again(id, pause)
    return 'left'
  }

  async #giveUp(lane: Lane, item: LaneItem, releaseAt: number | undefined, error: unknown, within: Within): Promise<ConversationChange> {
    const { db, changes, clock, realtime } = this.#parts
    const { id: conversationId } = lane.conversation
    const [tries, { message }] = [item.attempts + 1, error as Error]
    const reason = {
      en: `It could not be worked off after ${tries} tries: ${message}`.slice(0, 1000),
      uk: `Опрацювати не вдалося, спроб: ${tries}. ${message}`.slice(0, 1000),
    }
    const change = changes.of(conversationId, within)
    change.lane = {
      token: lane.token,
      holder: lane.conversation.holder,
      done: { number: item.number },
      ...(releaseAt === undefined ? {} : { releaseAt }),
    }
    if (item.type === 'message') {
      await db.write(
        {
          text: `UPDATE {messages} SET state = 'failed', reason = $2, reason_words = $3::jsonb WHERE id = $1`,
          values: [item.id, reason.en, JSON.stringify(reason)],
        },
        within,
      )
      await realtime.send(
        dialogTopic,
        { conversationId },
        { type: 'state', messageId: item.id, state: 'failed', ...reasonFields(reason) },
        { within },
      )
      return change
    }
    change.messages.push({
      id: newId(clock.now()),
      direction: 'internal',
      author: { kind: 'system' },
      content: {
        kind: 'system',
        text: reason.en,
        code: 'command_failed',
        data: { type: item.command.type, holder: item.command.holder },
      },
      clientKey: undefined,
      createdAt: clock.now(),
      position: change.size + 1,
    })
    return change
  }

  async #show(lane: Lane, item: LaneItem, within: Within): Promise<void> {
    if (item.type !== 'message') return
    await this.#parts.realtime.send(dialogTopic, { conversationId: lane.conversation.id }, { type: 'message', message: item.message }, { within })
  }

  async #again(conversationId: string, delay: number): Promise<void> {
    await this.#parts.queue.add('turn', { conversationId }, { delay })
  }
}
