import { z } from 'zod'
import { messageContent } from './content.ts'
import { languageWords } from './words.ts'

/**
 * queued → sending → sent | failed | unknown, then delivered, read. `unknown`: the request left and no answer came; a person decides.
 * Inbound messages are `received`; notes and system lines `shown`.
 */
export const deliveryState = z.enum(['received', 'queued', 'sending', 'sent', 'failed', 'unknown', 'delivered', 'read', 'shown'])
export type DeliveryState = z.infer<typeof deliveryState>

/** Who wrote a message. `id` is that of an operator; a client has none here. */
export const author = z.object({
  kind: z.enum(['client', 'bot', 'operator', 'system']),
  id: z.string().optional(),
  name: z.string().optional(),
})
export type Author = z.infer<typeof author>

/** One message as screens and the widget see it. `number` orders the conversation; the provider's time is only shown. */
export const message = z.object({
  id: z.uuid(),
  conversationId: z.uuid(),
  number: z.number().int(),
  direction: z.enum(['in', 'out', 'internal']),
  author,
  content: messageContent,
  state: deliveryState,
  /** Why it failed or is unknown, in words for a person. */
  reason: z.string().optional(),
  /** The same by language, where they are known; `reason` is the English. */
  reasonWords: languageWords.optional(),
  /** The sender's own key: what an optimistic screen recognises its message by. */
  clientKey: z.string().optional(),
  /** The channel's own id of a message that came in. */
  externalId: z.string().optional(),
  createdAt: z.iso.datetime(),
  providerAt: z.iso.datetime().optional(),
})
export type Message = z.infer<typeof message>

/** One chat of one client in one account: the lane in which messages have their order. */
export interface Conversation {
  readonly id: string
  readonly botId: string
  readonly accountId: string
  /** Channel kind, such as `telegram`. */
  readonly channel: string
  /** The channel's id of the chat, as text. */
  readonly chatId: string
  readonly clientId: string
  readonly identityId: string
  /** Id of the holder (`conversations.holders@1`) that gets the client's messages now. */
  readonly holder: string
  readonly createdAt: Date
}
