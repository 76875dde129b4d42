import type { Request } from '../api/index.ts'

/** A row of `requests` with its joins, as the driver returns it. */
export interface RequestRow {
  id: string
  number: string
  state: Request['state']
  bot_id: string
  conversation_id: string
  channel: string
  client_id: string
  client_name: string
  topic_id: string | null
  topic_alias: string | null
  topic_name: string | null
  assignee_id: string | null
  assignee_first_name: string | null
  assignee_last_name: string | null
  weight: number
  auto_connect: boolean
  may_wait: boolean
  keep_bot: boolean
  wait_id: string | null
  closed_alias: string | null
  event_webhook_url: string | null
  text_to_operator: string | null
  bot_steps: BotStep[]
  last_text: string
  last_author: Request['lastAuthor'] | null
  last_at: Date
  unread: number
  waiting_since: Date | null
  created_at: Date
  closed_at: Date | null
  close_status_id: string | null
  close_status_name: string | null
  version: number
}

/** A request with what only the server needs. */
export interface RequestRecord {
  readonly request: Request
  readonly autoConnect: boolean
  /** `status: "queue"`: waits when nobody is free; otherwise the scenario gets `limit`. */
  readonly mayWait: boolean
  /** `continue`: the bot keeps the conversation until an operator has it. */
  readonly keepBot: boolean
  readonly waitId: string | undefined
  readonly closedAlias: string | undefined
  readonly eventWebhookUrl: string | undefined
  readonly textToOperator: string | undefined
  /** The last steps of the bot before the request, as `history_count` asked for. */
  readonly botSteps: readonly BotStep[]
}

export interface BotStep {
  readonly at: string
  readonly node: string
  readonly text: string
}

export const requestColumns = `
  r.*, t.alias AS topic_alias, t.name AS topic_name,
  u.first_name AS assignee_first_name, u.last_name AS assignee_last_name, s.name AS close_status_name`

export const requestJoins = `
  LEFT JOIN {topics} t ON t.id = r.topic_id
  LEFT JOIN {identity.users} u ON u.id = r.assignee_id
  LEFT JOIN {close_statuses} s ON s.id = r.close_status_id`

export const toRecord = (row: RequestRow): RequestRecord => ({
  request: toRequest(row),
  autoConnect: row.auto_connect,
  mayWait: row.may_wait,
  keepBot: row.keep_bot,
  waitId: row.wait_id ?? undefined,
  closedAlias: row.closed_alias ?? undefined,
  eventWebhookUrl: row.event_webhook_url ?? undefined,
  textToOperator: row.text_to_operator ?? undefined,
  botSteps: row.bot_steps,
})

export const toRequest = (row: RequestRow): Request => ({
  id: row.id,
  number: Number(row.number),
  type: 'chat',
  state: row.state,
  botId: row.bot_id,
  conversationId: row.conversation_id,
  channel: row.channel,
  clientId: row.client_id,
  clientName: row.client_name,
  ...(row.topic_id === null ? {} : { topic: { id: row.topic_id, alias: row.topic_alias ?? '', name: row.topic_name ?? '' } }),
  ...(row.assignee_id === null ? {} : { assignee: { id: row.assignee_id, name: fullName(row) } }),
  weight: row.weight,
  lastText: row.last_text,
  ...(row.last_author ? { lastAuthor: row.last_author } : {}),
  lastAt: row.last_at.toISOString(),
  unread: row.unread,
  ...(row.waiting_since === null ? {} : { waitingSince: row.waiting_since.toISOString() }),
  createdAt: row.created_at.toISOString(),
  ...(row.closed_at === null ? {} : { closedAt: row.closed_at.toISOString() }),
  ...(row.close_status_id === null ? {} : { closeStatus: { id: row.close_status_id, name: row.close_status_name ?? '' } }),
  version: row.version,
})

const fullName = (row: RequestRow): string => [row.assignee_first_name, row.assignee_last_name].filter(Boolean).join(' ') || '?'
