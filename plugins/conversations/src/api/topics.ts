import { eventType, permission, topicType } from '@parley/plugin-api'
import { z } from 'zod'
import { author, deliveryState, message } from './messages.ts'
import { languageWords } from './words.ts'

/**
 * A dialog as it happens. `message`: new, or changed as a whole; `state`: delivery only; `typing` is never stored. A receipt may be told before the answer
 * to the send that it is about: what is `delivered` or `read` stays so.
 */
export const dialogTopic = topicType('conversations.dialog@1', {
  key: z.object({ conversationId: z.string() }),
  payload: z.discriminatedUnion('type', [
    z.object({ type: z.literal('message'), message }),
    z.object({
      type: z.literal('state'),
      messageId: z.string(),
      state: deliveryState,
      reason: z.string().optional(),
      reasonWords: languageWords.optional(),
    }),
    z.object({ type: z.literal('typing'), by: author }),
  ]),
})

/** The first message of a chat was stored. */
export const conversationStarted = eventType(
  'conversations.conversation-started@1',
  z.object({ conversationId: z.string(), botId: z.string(), clientId: z.string(), channel: z.string() }),
)
/** A message did not reach the client, or nobody knows whether it did. */
export const deliveryFailed = eventType(
  'conversations.delivery-failed@1',
  z.object({
    conversationId: z.string(),
    messageId: z.string(),
    channel: z.string(),
    reason: z.string(),
    reasonWords: languageWords.optional(),
    state: z.enum(['failed', 'unknown']),
  }),
)
/** A client blocked the bot in the channel, or let it write again. */
export const clientBlocked = eventType(
  'conversations.client-blocked@1',
  z.object({ conversationId: z.string(), clientId: z.string(), blocked: z.boolean() }),
)

export const viewDialogs = permission('dialogs', 'view', 'Read dialogs', 'bot')
export const decideDeliveries = permission('dialogs', 'edit', 'Send again or give up what was not delivered', 'bot')
export const viewBots = permission('bots', 'view', 'See bots and channels', 'bot')
export const editBots = permission('bots', 'edit', 'Create and change bots and channels', 'bot')
export const deleteBots = permission('bots', 'delete', 'Delete bots and channels', 'bot')

/** Views other plugins may join: `db.published('conversations', 'conversations')` and `'messages'`. */
export const publishedViews = ['conversations', 'messages', 'bots'] as const
