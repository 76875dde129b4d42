import type { Message } from '@parley/plugin-conversations/api'

/** What the operator wrote and the server has not confirmed yet. */
export interface PendingMessage {
  readonly clientKey: string
  readonly content: Message['content']
  readonly note: boolean
  readonly at: string
  failed?: string
}

export type DialogRow =
  | { readonly type: 'day'; readonly id: string; readonly at: string }
  | { readonly type: 'line'; readonly id: string; readonly message: Message }
  | {
      readonly type: 'message'
      readonly id: string
      readonly message: Message
      readonly first: boolean
      readonly last: boolean
      readonly pending?: PendingMessage
    }

/** Messages of one author within this time stand together under one name. */
const together = 60_000

/** Rows of the dialog: days, thin lines of the log, and messages grouped by author and minute. */
export const dialogRows = (messages: readonly Message[], pending: readonly PendingMessage[], conversationId: string): DialogRow[] => {
  const confirmed = new Set(messages.map((message) => message.clientKey))
  const all = [
    ...messages.map((message) => ({ message, pending: undefined as PendingMessage | undefined })),
    ...pending.filter((each) => !confirmed.has(each.clientKey)).map((each) => ({ message: asMessage(each, conversationId), pending: each })),
  ]
  const rows: DialogRow[] = []
  all.forEach(({ message, pending: own }, index) => {
    const before = all[index - 1]?.message
    const after = all[index + 1]?.message
    if (before === undefined || day(before.createdAt) !== day(message.createdAt))
      rows.push({ type: 'day', id: `day:${day(message.createdAt)}`, at: message.createdAt })
    if (message.content.kind === 'system') rows.push({ type: 'line', id: message.id, message })
    else
      rows.push({
        type: 'message',
        id: message.clientKey ?? message.id,
        message,
        first: !joins(before, message),
        last: !joins(message, after),
        ...(own ? { pending: own } : {}),
      })
  })
  return rows
}

const day = (at: string): string => new Date(at).toDateString()

const joins = (a: Message | undefined, b: Message | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.content.kind !== 'system' &&
  b.content.kind !== 'system' &&
  a.author.kind === b.author.kind &&
  a.author.id === b.author.id &&
  (a.content.kind === 'note') === (b.content.kind === 'note') &&
  day(a.createdAt) === day(b.createdAt) &&
  Date.parse(b.createdAt) - Date.parse(a.createdAt) < together

const asMessage = (pending: PendingMessage, conversationId: string): Message => ({
  id: pending.clientKey,
  conversationId,
  number: Number.MAX_SAFE_INTEGER,
  direction: pending.note ? 'internal' : 'out',
  author: { kind: 'operator' },
  content: pending.content,
  state: 'queued',
  clientKey: pending.clientKey,
  createdAt: pending.at,
})
