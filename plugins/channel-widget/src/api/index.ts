import { topicType } from '@parley/plugin-api'
import { button, deliveryState, media } from '@parley/plugin-conversations/api'
import { z } from 'zod'

/** A message as the visitor may see it: never a note, never who the operator is beyond a name. */
export const visitorMessage = z.object({
  id: z.string(),
  number: z.number().int(),
  from: z.enum(['visitor', 'bot', 'operator', 'system']),
  name: z.string().optional(),
  kind: z.string(),
  text: z.string().optional(),
  format: z.enum(['plain', 'html']).optional(),
  media: media.pick({ url: true, name: true, type: true, size: true, width: true, height: true, failure: true }).optional(),
  latitude: z.number().optional(),
  longitude: z.number().optional(),
  buttons: z.array(z.array(button)).optional(),
  state: deliveryState.optional(),
  /** The visitor's own key of the message, by which the page knows it again. */
  key: z.string().optional(),
  at: z.string(),
})
export type VisitorMessage = z.infer<typeof visitorMessage>

/** What reaches an open widget. `thinking` shows that an agent works, and at what; it ends with the next message, or when it is not repeated. */
export const chatTopic = topicType('channel-widget.chat@1', {
  key: z.object({ accountId: z.string(), visitorId: z.string() }),
  payload: z.discriminatedUnion('type', [
    z.object({ type: z.literal('message'), message: visitorMessage }),
    z.object({ type: z.literal('typing'), by: z.enum(['bot', 'operator']), name: z.string().optional() }),
    z.object({ type: z.literal('thinking'), text: z.string().optional() }),
  ]),
})

/** What the page may know of the account: looks and words. */
export const widgetLook = z.object({
  title: z.string(),
  subtitle: z.string(),
  color: z.string(),
  position: z.enum(['right', 'left']),
  launcher: z.string(),
  files: z.boolean(),
  start: z.boolean(),
})
export type WidgetLook = z.infer<typeof widgetLook>

const key = z.string().min(8).max(64)

/** What the page says first: who it is (a token from an earlier visit), which bot it wants, where it stands. */
export const handshake = z.object({
  bot_id: z.union([z.number().int().positive(), z.string().max(64)]).default(1),
  token: z.string().max(2048).optional(),
  /** The site's own id of a person signed in there, with an HMAC-SHA256 of it (hex) under the account's identity secret. */
  user_id: z.string().max(256).optional(),
  user_hash: z.string().max(128).optional(),
  language_code: z.string().max(16).optional(),
})
export type WidgetHandshake = z.infer<typeof handshake>

/** Values a site hands over with a message or a start; the scenario reads them as constants. */
export const params = z
  .record(z.string().max(64), z.union([z.string().max(2048), z.number(), z.boolean(), z.null()]))
  .refine((value) => Object.keys(value).length <= 50, 'At most 50 parameters.')

/** Events of the socket, page → server. Each is acknowledged after the commit. */
export const widgetEvents = {
  session: z.object({ after: z.number().int().nonnegative().optional() }),
  message: z.object({
    key,
    text: z.string().trim().min(1).max(8000).optional(),
    /** Of a button. */
    value: z.string().max(1024).optional(),
    fileId: z.string().max(64).optional(),
    contact: z.object({ phone: z.string().max(64) }).optional(),
    location: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).optional(),
    params: params.optional(),
  }),
  /** Goes to an entry point of the scenario; without an alias, to its start. */
  start: z.object({ key, alias: z.string().max(128).default(''), params: params.optional() }),
  history: z.object({ before: z.number().int().positive() }),
  read: z.object({ number: z.number().int().positive() }),
  typing: z.object({}),
} as const
