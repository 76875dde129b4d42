import type { PluginDatabase, Queue, Realtime } from '@parley/plugin-api'
import { dialogTopic, type ChannelAccount, type InboundEvent, type LanguageWords } from '../../api/index.ts'
import { isUuid } from '../ids.ts'
import { storableText } from '../storable.ts'
import { mapWords, reasonFields } from '../words.ts'

type StatusEvent = Extract<InboundEvent, { type: 'status' }>
export interface ReceiptJob {
  readonly accountId: string
  readonly externalId: string
  readonly state: StatusEvent['state']
  readonly reason?: string | undefined
  readonly reasonWords?: LanguageWords | undefined
  readonly attempt: number
}

// States that a receipt may replace: it only moves a message forward. A late "delivered" proves more than an early "failed".
const before: Readonly<Record<StatusEvent['state'], readonly string[]>> = {
  sent: ['queued', 'sending', 'unknown'],
  delivered: ['queued', 'sending', 'sent', 'unknown', 'failed'],
  read: ['queued', 'sending', 'sent', 'delivered', 'unknown', 'failed'],
  failed: ['queued', 'sending', 'sent', 'unknown'],
}

const storableReason = (text: string): string => storableText(text).slice(0, 1000)

const tries = 4
const pause = 2_000

/** What a channel says about a message that was sent. */
export class Receipts {
  readonly #db: PluginDatabase
  readonly #realtime: Realtime
  readonly #queue: Queue

  constructor({ db, realtime, queue }: { db: PluginDatabase; realtime: Realtime; queue: Queue }) {
    this.#db = db
    this.#realtime = realtime
    this.#queue = queue
  }

  async record({ id: accountId }: Pick<ChannelAccount, 'id'>, { externalId, state, reason }: StatusEvent): Promise<void> {
    const told = reasonFields(reason && mapWords(reason, storableReason))
    await this.apply({ accountId, externalId: storableText(externalId), state, ...told, attempt: 1 })
  }

  /** A receipt may be faster than the answer that tells us the message's id there, so it is tried again a few times. */
  async apply(receipt: ReceiptJob): Promise<void> {
    const { accountId, externalId, state, reason, reasonWords, attempt } = receipt
    const [message] = await this.#db.query<{ id: string; conversation_id: string; state: string }>(
      `SELECT m.id, m.conversation_id, m.state FROM {messages} m JOIN {conversations} c ON c.id = m.conversation_id
       WHERE c.account_id = $1 AND m.direction = 'out' AND m.id IN (
         SELECT e.message_id FROM {external_ids} e WHERE e.account_id = $1 AND e.external_id = $2 UNION ALL SELECT $3::uuid WHERE $3::uuid IS NOT NULL)`,
      [accountId, externalId, isUuid(externalId) ? externalId : null],
    )
    if (message === undefined) {
      if (attempt < tries) await this.#queue.add('receipt', { ...receipt, attempt: attempt + 1 }, { delay: pause * attempt })
      return
    }
    if (!before[state].includes(message.state)) return
    const batch = this.#db.batch()
    await this.#db.write(
      {
        text: 'UPDATE {messages} SET state = $2, reason = $3, reason_words = $5::jsonb WHERE id = $1 AND state = ANY($4::text[])',
        values: [message.id, state, reason ?? null, before[state], reasonWords === undefined ? null : JSON.stringify(reasonWords)],
      },
      batch,
    )
    const told = reasonFields(reasonWords ?? reason)
    const payload = { type: 'state' as const, messageId: message.id, state, ...told }
    await this.#realtime.send(dialogTopic, { conversationId: message.conversation_id }, payload, { within: batch })
    await batch.commit()
  }
}
