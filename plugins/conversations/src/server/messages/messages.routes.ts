import { ParleyError, type Actor, type Audit, type Permission, type Route, type RouteBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { decideDeliveries, message, viewDialogs, type Conversations, type Outbox } from '../../api/index.ts'
import type { ConversationStore } from '../conversation-store.ts'
import type { MessageStore } from './message-store.ts'

interface Cradle {
  readonly conversations: Conversations
  readonly conversationStore: ConversationStore
  readonly messageStore: MessageStore
  readonly outbox: Outbox
  readonly audit: Audit
}

const params = z.object({ id: z.uuid() })

const ofConversation = async (store: ConversationStore, id: string, actor: Actor, permission: Permission): Promise<void> => {
  const conversation = await store.get(id)
  if (conversation !== undefined && actor.can(permission, conversation.botId)) return
  throw new ParleyError('not_found', 'This dialog does not exist, or your role does not show it.')
}

const ofMessage = async ({ messageStore, conversationStore }: Cradle, id: string, actor: Actor): Promise<{ readonly state: string }> => {
  const found = await messageStore.get(id)
  if (found === undefined) throw new ParleyError('not_found', 'This message does not exist.')
  await ofConversation(conversationStore, found.conversationId, actor, decideDeliveries)
  return { state: found.state }
}

export const messageRoutes = (http: RouteBuilder<Cradle>): Route[] => [
  http.get(
    '/conversations/:id/messages',
    {
      permission: viewDialogs,
      params,
      query: z.object({
        before: z.coerce.number().int().optional(),
        after: z.coerce.number().int().optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      response: z.object({ messages: z.array(message), more: z.boolean() }),
      summary: 'A page of a dialog in number order: the newest, those before, or those after',
    },
    async ({ params: p, query, actor }, { conversations, conversationStore }) => {
      await ofConversation(conversationStore, p.id, actor, viewDialogs)
      const { before, after, limit } = query
      return await conversations.messages(p.id, { limit, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) })
    },
  ),
  http.post(
    '/messages/:id/retry',
    { permission: decideDeliveries, params, summary: 'Send a message again that failed or whose delivery is unknown' },
    async ({ params: p, actor }, cradle) => {
      const before = await ofMessage(cradle, p.id, actor)
      await cradle.outbox.retry(p.id)
      await cradle.audit.record({ action: 'message.retry', object: { type: 'message', id: p.id }, before, after: { state: 'queued' } })
      return { ok: true }
    },
  ),
  http.post(
    '/messages/:id/discard',
    { permission: decideDeliveries, params, summary: 'Give a message up that failed or whose delivery is unknown' },
    async ({ params: p, actor }, cradle) => {
      const before = await ofMessage(cradle, p.id, actor)
      await cradle.outbox.discard(p.id)
      await cradle.audit.record({
        action: 'message.discard',
        object: { type: 'message', id: p.id },
        before,
        after: { state: 'failed', givenUp: true },
      })
      return { ok: true }
    },
  ),
]
