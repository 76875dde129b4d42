import type { Statement } from '@parley/plugin-api'
import type { DeliveryState } from '../../api/index.ts'
import { fewRows } from '../few-rows.ts'

/** The outcome of a message. */
export interface SettledRow {
  readonly messageId: string
  readonly number: number
  readonly state: Extract<DeliveryState, 'sent' | 'failed' | 'unknown'>
  readonly reason?: string | undefined
  readonly externalId?: string | undefined
}

export interface MessageState {
  readonly messageId: string
  readonly state: DeliveryState
  readonly reason?: string | undefined
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
  ...row,
  conversationId: lane.id,
  accountId: lane.accountId,
  settled: true,
  keepExternalId,
})

// A receipt may have come before this answer. `held` limits it to outboxes that are still held.
const messagesText = (held: string): string => `
  UPDATE {messages} AS m SET state = CASE WHEN m.state IN ('delivered', 'read') THEN m.state ELSE r.state END, reason = r.reason,
    external_id = COALESCE(r.external_id, m.external_id)
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS r(id, conversation_id, state, reason, external_id, place) ${held}
  WHERE m.id = r.id AND ${fewRows('r.place')}`

const doneText = (held: string): string => `
  DELETE FROM {deliveries} d USING unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS r(conversation_id, number, place) ${held}
  WHERE d.conversation_id = r.conversation_id AND d.number = r.number AND ${fewRows('r.place')}`

const heldOnly = 'JOIN lanes l ON l.id = r.conversation_id'
const messagesTexts = { held: messagesText(heldOnly), any: messagesText('') }
const doneTexts = { held: doneText(heldOnly), any: doneText('') }

const oneMessageText = `
  UPDATE {messages} SET state = CASE WHEN state IN ('delivered', 'read') THEN state ELSE $2 END, reason = $3 WHERE id = $1`
const oneDoneText = 'DELETE FROM {deliveries} WHERE conversation_id = $1 AND number = $2'

const externalText = `
  INSERT INTO {external_ids} (account_id, external_id, message_id, created_at)
  SELECT r.account_id, r.external_id, r.id, $4 FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS r(account_id, external_id, id)
  ON CONFLICT (account_id, external_id) DO NOTHING`

/** `any`: also when the outbox was lost meanwhile, because that a message was sent stays true. */
export const markStatements = (marks: readonly Mark[], now: Date, when: 'held' | 'any'): Statement[] => {
  const [one] = marks
  if (one === undefined) return []
  if (marks.length === 1 && when === 'any' && one.settled && one.externalId === undefined) {
    return [
      { text: oneMessageText, values: [one.messageId, one.state, one.reason ?? null] },
      { text: oneDoneText, values: [one.conversationId, one.number] },
    ]
  }
  const column = <T>(read: (mark: Mark) => T, list = marks): T[] => list.map(read)
  const ids = [column((m) => m.messageId), column((m) => m.conversationId)]
  const statements: Statement[] = [
    { text: messagesTexts[when], values: [...ids, column((m) => m.state), column((m) => m.reason ?? null), column((m) => m.externalId ?? null)] },
  ]
  const settled = marks.filter((mark) => mark.settled)
  if (settled.length > 0)
    statements.push({ text: doneTexts[when], values: [column((m) => m.conversationId, settled), column((m) => m.number, settled)] })
  const reported = settled.filter((mark) => mark.keepExternalId && mark.externalId !== undefined)
  if (reported.length > 0) {
    const values = [
      column((m) => m.accountId, reported),
      column((m) => m.externalId, reported),
      column((m) => m.messageId, reported),
      now.toISOString(),
    ]
    statements.push({ text: externalText, values })
  }
  return statements
}
