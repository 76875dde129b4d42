import type { PluginDatabase, Queue, Realtime } from '@parley/plugin-api'
import { dialogTopic, type ChannelAccount, type InboundEvent, type LanguageWords } from '../../api/index.ts'
import { conversationIdOf, isUuid } from '../ids.ts'
import { storableText } from '../storable.ts'
import { mapWords, reasonFields } from '../words.ts'

type StatusEvent = Extract<InboundEvent, { type: 'status' }>
type State = 'sent' | 'delivered' | 'read' | 'failed'

export interface ReceiptJob {
  readonly accountId: string
  readonly state: State
  readonly reason?: string | undefined
  readonly reasonWords?: LanguageWords | undefined
  /** The message, as the channel names it. */
  readonly externalId?: string | undefined
  /** And everything that was sent to its chat before. */
  readonly upTo?: boolean | undefined
  /** In place of a message: everything of this conversation up to this number. */
  readonly reach?: Reach | undefined
  readonly attempt: number
}

interface Reach {
  readonly conversationId: string
  readonly number: number
}

interface Row {
  readonly id: string
  readonly conversationId: string
  readonly number: number
  readonly state: string
}

// States that a receipt may replace: it only moves a message forward. A late "delivered" proves more than an early "failed".
const before: Readonly<Record<State, readonly string[]>> = {
  sent: ['queued', 'sending', 'unknown'],
  delivered: ['queued', 'sending', 'sent', 'unknown', 'failed'],
  read: ['queued', 'sending', 'sent', 'delivered', 'unknown', 'failed'],
  failed: ['queued', 'sending', 'sent', 'unknown'],
}

// The same for messages that it does not name: that one arrived proves nothing of another that perhaps did not.
const beforeUnnamed: Readonly<Record<State, readonly string[]>> = { sent: [], delivered: ['sent'], read: ['sent', 'delivered'], failed: [] }
const underWay = ['queued', 'sending']

const tries = 4
const pause = 2_000
/** How far back "everything up to" goes: what lies further back was read long ago, or never will be. */
const farthest = 1_000

const columns = 'm.id, m.conversation_id AS "conversationId", m.number, m.state'

const storableReason = (text: string): string => storableText(text).slice(0, 1000)

/** What a channel says about messages that were sent. */
export class Receipts {
  readonly #db: PluginDatabase
  readonly #realtime: Realtime
  readonly #queue: Queue

  constructor({ db, realtime, queue }: { db: PluginDatabase; realtime: Realtime; queue: Queue }) {
    this.#db = db
    this.#realtime = realtime
    this.#queue = queue
  }

  async record({ id: accountId }: Pick<ChannelAccount, 'id'>, event: StatusEvent): Promise<void> {
    const { state } = event
    if ('chatId' in event) {
      const reach = await this.#reachOf(conversationIdOf(accountId, storableText(event.chatId)), event.upTo)
      return reach && (await this.apply({ accountId, state, reach, attempt: 1 }))
    }
    const { externalId, reason, upTo } = event
    const told = reasonFields(reason && mapWords(reason, storableReason))
    await this.apply({ accountId, externalId: storableText(externalId), state, upTo, ...told, attempt: 1 })
  }

  /** A receipt may be faster than the answer that tells us the message's id there, so it is tried again a few times. */
  async apply(receipt: ReceiptJob): Promise<void> {
    const { accountId, externalId, state, upTo, reach } = receipt
    const named = externalId === undefined ? undefined : await this.#named(accountId, externalId)
    if (externalId !== undefined && named === undefined) return await this.#later(receipt)
    const others = await this.#unnamed(upTo === true && named !== undefined ? { ...named, number: named.number - 1 } : reach, state)
    const changed = [
      ...(named !== undefined && before[state].includes(named.state) ? [named] : []),
      ...others.filter((one) => beforeUnnamed[state].includes(one.state)),
    ]
    if (changed.length > 0) await this.#store(changed, receipt)
    // they went out before, and it is not written yet
    if (others.some((one) => underWay.includes(one.state))) await this.#later(receipt)
  }

  async #later(receipt: ReceiptJob): Promise<void> {
    const { attempt } = receipt
    if (attempt < tries) await this.#queue.add('receipt', { ...receipt, attempt: attempt + 1 }, { delay: pause * attempt })
  }

  async #named(accountId: string, externalId: string): Promise<Row | undefined> {
    const [message] = await this.#db.query<Row>(
      `SELECT ${columns} FROM {messages} m JOIN {conversations} c ON c.id = m.conversation_id
       WHERE c.account_id = $1 AND m.direction = 'out' AND m.id IN (
         SELECT e.message_id FROM {external_ids} e WHERE e.account_id = $1 AND e.external_id = $2 UNION ALL SELECT $3::uuid WHERE $3::uuid IS NOT NULL)`,
      [accountId, externalId, isUuid(externalId) ? externalId : null],
    )
    return message
  }

  /** The newest message that had left by then. One that still waits now was not meant. */
  async #reachOf(conversationId: string, until: Date): Promise<Reach | undefined> {
    if (!Number.isFinite(until.getTime())) return undefined
    const [message] = await this.#db.query<{ number: number }>(
      `SELECT m.number FROM {messages} m JOIN {conversations} c ON c.id = m.conversation_id
       WHERE c.id = $1 AND m.number > c.last_number - $3::int AND m.direction = 'out' AND m.state <> 'queued' AND m.created_at <= $2
       ORDER BY m.number DESC LIMIT 1`,
      [conversationId, until, farthest],
    )
    return message && { conversationId, number: message.number }
  }

  async #unnamed(reach: Reach | undefined, state: State): Promise<Row[]> {
    if (reach === undefined || beforeUnnamed[state].length === 0) return []
    return await this.#db.query<Row>(
      `SELECT ${columns} FROM {messages} m
       WHERE m.conversation_id = $1 AND m.number > $2::int - $3::int AND m.number <= $2 AND m.direction = 'out' AND m.state = ANY($4::text[]) ORDER BY m.number`,
      [reach.conversationId, reach.number, farthest, [...beforeUnnamed[state], ...underWay]],
    )
  }

  async #store(rows: readonly Row[], { state, reason, reasonWords }: ReceiptJob): Promise<void> {
    const batch = this.#db.batch()
    await this.#db.write(
      {
        text: 'UPDATE {messages} SET state = $2, reason = $3, reason_words = $5::jsonb WHERE id = ANY($1::uuid[]) AND state = ANY($4::text[])',
        values: [rows.map(({ id }) => id), state, reason ?? null, before[state], reasonWords === undefined ? null : JSON.stringify(reasonWords)],
      },
      batch,
    )
    const told = reasonFields(reasonWords ?? reason)
    for (const { id, conversationId } of rows) {
      const payload = { type: 'state' as const, messageId: id, state, ...told }
      await this.#realtime.send(dialogTopic, { conversationId }, payload, { within: batch })
    }
    await batch.commit()
  }
}
