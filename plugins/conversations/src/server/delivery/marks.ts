import type { Statement } from '@parley/plugin-api'
import type { DeliveryState, Words } from '../../api/index.ts'
import { fewRows } from '../few-rows.ts'
import { statementOf, textsOf } from '../one-and-many.ts'
import { languagesOf, textOf } from '../words.ts'

/** The outcome of a message. */
export interface SettledRow {
  readonly messageId: string
  readonly number: number
  readonly state: Extract<DeliveryState, 'sent' | 'failed' | 'unknown'>
  readonly reason?: Words | undefined
  readonly externalId?: string | undefined
}

export interface MessageState {
  readonly messageId: string
  readonly state: DeliveryState
  readonly reason?: Words | undefined
  readonly externalId?: string | undefined
}

/** What is known of a message after a step. `settled`: it waits no longer. */
export interface Mark extends MessageState {
  readonly conversationId: string
  readonly accountId: string
  readonly number: number | undefined
  readonly settled: boolean
  /** The channel reports later what became of it. */
  readonly keepExternalId: boolean
}

export const markOf = (lane: { readonly id: string; readonly accountId: string }, row: SettledRow, keepExternalId: boolean): Mark => ({
  messageId: row.messageId,
  number: row.number,
  state: row.state,
  reason: row.reason,
  externalId: row.externalId,
  conversationId: lane.id,
  accountId: lane.accountId,
  settled: true,
  keepExternalId,
})

// A receipt may have come before this answer. `held` limits it to outboxes that are still held.
const messagesText = (held: string): string => `
  UPDATE {messages} AS m SET state = CASE WHEN m.state IN ('delivered', 'read') THEN m.state ELSE r.state END, reason = r.reason,
    reason_words = r.reason_words::jsonb, external_id = COALESCE(r.external_id, m.external_id)
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
    WITH ORDINALITY AS r(id, conversation_id, state, reason, reason_words, external_id, place) ${held}
  WHERE m.id = r.id AND ${fewRows('r.place')}`

const doneText = (held: string): string => `
  DELETE FROM {deliveries} d USING unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS r(conversation_id, number, place) ${held}
  WHERE d.conversation_id = r.conversation_id AND d.number = r.number AND ${fewRows('r.place')}`

const heldOnly = 'JOIN lanes l ON l.id = r.conversation_id'
const messagesTexts = { held: messagesText(heldOnly), any: messagesText('') }
const doneTexts = { held: doneText(heldOnly), any: doneText('') }

const oneMessageTexts = textsOf(
  ['id uuid', 'state text', 'reason text', 'reason_words jsonb', 'external_id text'],
  (v, from) => `
  UPDATE {messages} AS m SET state = CASE WHEN m.state IN ('delivered', 'read') THEN m.state ELSE ${v.state} END, reason = ${v.reason},
    reason_words = ${v.reason_words}, external_id = COALESCE(${v.external_id}, m.external_id)
  ${from('FROM')} WHERE m.id = ${v.id}`,
)
const oneDoneTexts = textsOf(
  ['conversation_id uuid', 'number int'],
  (v, from) => `DELETE FROM {deliveries} d ${from('USING')} WHERE d.conversation_id = ${v.conversation_id} AND d.number = ${v.number}`,
)

const externalText = `
  INSERT INTO {external_ids} (account_id, external_id, message_id, created_at)
  SELECT r.account_id, r.external_id, r.id, r.at FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) AS r(account_id, external_id, id, at)
  ON CONFLICT (account_id, external_id) DO NOTHING`

/** `any`: also when the outbox was lost meanwhile, because that a message was sent stays true. */
export const markStatements = (marks: readonly Mark[], now: Date, when: 'held' | 'any'): Statement[] => {
  if (marks.length === 0) return []
  const settled = marks.filter((mark) => mark.settled)
  return [...stateStatements(marks, settled, when), ...externalStatements(settled, now)]
}

const textAt = ({ reason }: Mark): string | null => (reason === undefined ? null : textOf(reason))
const languagesAt = ({ reason }: Mark): string | null => {
  const languages = languagesOf(reason)
  return languages === undefined ? null : JSON.stringify(languages)
}
const columnOf = <T>(marks: readonly Mark[], read: (mark: Mark) => T): T[] => marks.map(read)

const stateStatements = (marks: readonly Mark[], settled: readonly Mark[], when: 'held' | 'any'): Statement[] => {
  const [one] = settled
  if (one !== undefined && marks.length === 1 && when === 'any') {
    return [
      statementOf(oneMessageTexts, [one.messageId, one.state, textAt(one), languagesAt(one), one.externalId ?? null]),
      statementOf(oneDoneTexts, [one.conversationId, one.number]),
    ]
  }
  const values = [
    columnOf(marks, (m) => m.messageId),
    columnOf(marks, (m) => m.conversationId),
    columnOf(marks, (m) => m.state),
    columnOf(marks, textAt),
    columnOf(marks, languagesAt),
    columnOf(marks, (m) => m.externalId ?? null),
  ]
  const states: Statement = { text: messagesTexts[when], values }
  if (settled.length === 0) return [states]
  return [states, { text: doneTexts[when], values: [columnOf(settled, (m) => m.conversationId), columnOf(settled, (m) => m.number)] }]
}

const externalStatements = (settled: readonly Mark[], now: Date): Statement[] => {
  const reported = settled.filter((mark) => mark.keepExternalId && mark.externalId !== undefined)
  if (reported.length === 0) return []
  const at = now.toISOString()
  const values = [
    columnOf(reported, (m) => m.accountId),
    columnOf(reported, (m) => m.externalId),
    columnOf(reported, (m) => m.messageId),
    columnOf(reported, () => at),
  ]
  return [{ text: externalText, many: externalText, values }]
}
