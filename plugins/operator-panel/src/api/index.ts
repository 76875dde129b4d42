import { eventType, permission, token, topicType, type Within } from '@parley/plugin-api'
import { z } from 'zod'

/** The holder id under which operators have a conversation. */
export const holderId = 'operator-panel'

/** `new`: nobody has it (folder Unassigned); `queued`: waits for distribution; `open`: an operator has it; `closed`. */
export const requestState = z.enum(['new', 'queued', 'open', 'closed'])

/** A request as lists show it. The product also calls it dialog, chat, chat room. */
export const request = z.object({
  id: z.uuid(),
  /** For people: counts from 1. */
  number: z.number().int(),
  type: z.literal('chat'),
  state: requestState,
  botId: z.string(),
  conversationId: z.string(),
  channel: z.string(),
  clientId: z.string(),
  clientName: z.string(),
  topic: z.object({ id: z.string(), alias: z.string(), name: z.string() }).optional(),
  assignee: z.object({ id: z.string(), name: z.string() }).optional(),
  weight: z.number(),
  lastText: z.string(),
  lastAuthor: z.enum(['client', 'bot', 'operator', 'system']).optional(),
  lastAt: z.iso.datetime(),
  unread: z.number().int(),
  /** Since when the client waits for an answer. */
  waitingSince: z.iso.datetime().optional(),
  createdAt: z.iso.datetime(),
  closedAt: z.iso.datetime().optional(),
  closeStatus: z.object({ id: z.string(), name: z.string() }).optional(),
  version: z.number().int(),
})
export type Request = z.infer<typeof request>

/** Where others hand a conversation to operators. */
export interface Requests {
  /** Opens a request for a conversation that has none open; answers the open one otherwise. */
  open(request: OpenRequest, options?: { within?: Within }): Promise<{ requestId: string; created: boolean }>
  get(requestId: string): Promise<Request | undefined>
}
export const requests = token<Requests>('operator-panel.requests@1')

/** Whose request it is, where it goes and what happens when it ends. */
export interface OpenRequest {
  readonly conversationId: string
  readonly botId: string
  readonly clientId: string
  readonly channel: string
  readonly topicAlias?: string
  readonly weight?: number
  readonly queue: boolean
  readonly autoConnect: boolean
  readonly assigneeId?: string
  readonly waitId?: string
  readonly closedAlias?: string
  readonly eventWebhookUrl?: string
  readonly textToOperator?: string
}

/** A request in some folder of this operator changed; lists patch themselves. Key `userId`: the operator's own view. */
export const requestsTopic = topicType('operator-panel.requests@1', {
  key: z.object({ userId: z.string() }),
  payload: z.object({ request, reason: z.string() }),
})
/**
 * Requests of a bot changed; coalesced. `all`: every one whole, for who may see those of other operators; otherwise those in shared folders, and of the
 * others only that they are not there.
 */
export const botRequestsTopic = topicType('operator-panel.bot-requests@1', {
  key: z.object({ botId: z.string(), all: z.boolean() }),
  payload: z.object({ requests: z.array(request), gone: z.array(z.object({ id: z.string(), version: z.number().int() })) }),
})
/** Requests moved between folders; coalesced, so that numbers beside folders are asked for again. */
export const foldersTopic = topicType('operator-panel.folders@1', {
  key: z.object({ folder: z.enum(['unassigned', 'queue', 'all']) }),
  payload: z.object({ requestIds: z.array(z.string()) }),
})

/** An operator closed a request, or it was closed by itself. */
export const requestClosed = eventType(
  'operator-panel.request-closed@1',
  z.object({ requestId: z.string(), conversationId: z.string(), botId: z.string(), statusId: z.string().optional(), by: z.string().optional() }),
)

export const viewRequests = permission('operator_panel', 'view', 'See requests', 'bot')
export const editRequests = permission('operator_panel', 'edit', 'Answer, take, transfer and close requests', 'bot')
export const writeNotes = permission('operator_panel', 'notes', 'Write notes', 'bot')
export const viewAllRequests = permission('operator_panel', 'view_all', 'See requests of other operators', 'bot')
export const configurePanel = permission('operator_panel', 'settings', 'Change topics, skill groups, statuses and distribution')
export const queueStatus = permission('operator_panel', 'queue_status', 'Queue Status')
export const distributionAudit = permission('operator_panel', 'distribution_audit', 'Distribution Audit')
