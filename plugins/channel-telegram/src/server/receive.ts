import { ParleyError } from '@parley/plugin-api'
import type { InboundEvent, MessageContent, Sender } from '@parley/plugin-conversations/api'
import { z } from 'zod'

// Only what is read is described; everything else in an update is let through and kept in the raw intake.
const id = z.number().int()
const from = z.looseObject({
  id,
  is_bot: z.boolean().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  username: z.string().optional(),
  language_code: z.string().optional(),
})
const chat = z.looseObject({ id, type: z.string() })
const file = z.looseObject({
  file_id: z.string(),
  file_size: z.number().int().nonnegative().optional(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
  width: z.number().int().positive().optional().catch(undefined),
  height: z.number().int().positive().optional().catch(undefined),
  duration: z.number().nonnegative().optional(),
})
const message = z.looseObject({
  message_id: id,
  date: z.number(),
  from: from.optional(),
  chat,
  text: z.string().optional(),
  caption: z.string().optional(),
  photo: z.array(file).optional(),
  document: file.optional(),
  video: file.optional(),
  video_note: file.optional(),
  animation: file.optional(),
  voice: file.optional(),
  audio: file.optional(),
  sticker: file.extend({ emoji: z.string().optional() }).optional(),
  location: z.looseObject({ latitude: z.number(), longitude: z.number() }).optional(),
  venue: z.looseObject({ title: z.string().optional(), address: z.string().optional() }).optional(),
  contact: z
    .looseObject({ phone_number: z.string(), first_name: z.string().optional(), last_name: z.string().optional(), user_id: id.optional() })
    .optional(),
})
type TelegramMessage = z.infer<typeof message>
type TelegramFile = z.infer<typeof file>

const update = z.looseObject({
  update_id: id,
  message: message.optional(),
  callback_query: z
    .looseObject({ id: z.string(), from, message: z.looseObject({ chat, message_id: id, date: z.number() }).optional(), data: z.string().optional() })
    .optional(),
  my_chat_member: z.looseObject({ chat, from, new_chat_member: z.looseObject({ status: z.string() }) }).optional(),
})

/** Id of the callback that has to be answered, when the update is a press on an inline button. */
export const callbackId = (payload: unknown): string | undefined => {
  const id: unknown = (payload as { callback_query?: { id?: unknown } } | undefined)?.callback_query?.id
  return typeof id === 'string' ? id : undefined
}

/**
 * One update of the Bot API → events. `update_id` is the key: Telegram repeats an update until it is acknowledged.
 * Groups and channels are not served: their updates make no event. Throws `invalid_input` for what is not an update.
 */
export const receive = (payload: unknown): readonly InboundEvent[] => {
  const parsed = update.safeParse(payload)
  if (!parsed.success) {
    throw new ParleyError('invalid_input', 'This is not an update of the Telegram Bot API.', {
      details: { issues: parsed.error.issues.slice(0, 5).map((issue) => issue.path.join('.')) },
    })
  }
  const { update_id: updateId, message: incoming, callback_query: press, my_chat_member: member } = parsed.data
  const key = String(updateId)
  if (incoming !== undefined)
    return incoming.chat.type === 'private' && incoming.from !== undefined ? [messageEvent(key, incoming, incoming.from)] : []
  if (press?.message !== undefined) {
    if (press.message.chat.type !== 'private') return []
    return [
      {
        type: 'message',
        key,
        chatId: String(press.message.chat.id),
        sender: sender(press.from),
        content: { kind: 'press', value: press.data ?? '' },
      },
    ]
  }
  if (member !== undefined && member.chat.type === 'private') {
    const type = member.new_chat_member.status === 'kicked' ? 'blocked' : 'unblocked'
    return [{ type, key, chatId: String(member.chat.id), sender: sender(member.from) }]
  }
  return []
}

const messageEvent = (key: string, incoming: TelegramMessage, author: z.infer<typeof from>): InboundEvent => {
  const start = /^\/start(?:@\w+)?(?:\s+(\S+))?\s*$/.exec(incoming.text ?? '')
  return {
    type: 'message',
    key,
    chatId: String(incoming.chat.id),
    externalId: String(incoming.message_id),
    sender: sender(author),
    at: new Date(incoming.date * 1000),
    content: content(incoming, author.id),
    ...(start === null ? {} : { start: start[1] ?? '' }),
  }
}

const content = (incoming: TelegramMessage, authorId: number): MessageContent => {
  const text = incoming.caption === undefined || incoming.caption === '' ? {} : { text: incoming.caption }
  if (incoming.text !== undefined && incoming.text !== '') return { kind: 'text', text: incoming.text }
  const photo = incoming.photo?.at(-1)
  if (photo !== undefined) return { kind: 'image', media: media(photo, 'image/jpeg'), ...text }
  const video = incoming.video ?? incoming.video_note ?? incoming.animation
  if (video !== undefined) return { kind: 'video', media: media(video, 'video/mp4'), ...text }
  const audio = incoming.voice ?? incoming.audio
  if (audio !== undefined) return { kind: 'audio', media: media(audio, 'audio/ogg'), ...text }
  if (incoming.document !== undefined) return { kind: 'file', media: media(incoming.document), ...text }
  if (incoming.sticker !== undefined) {
    const { emoji } = incoming.sticker
    return { kind: 'sticker', media: media(incoming.sticker, 'image/webp'), ...(emoji === undefined ? {} : { emoji }) }
  }
  if (incoming.location !== undefined)
    return { kind: 'location', latitude: incoming.location.latitude, longitude: incoming.location.longitude, ...incoming.venue }
  if (incoming.contact !== undefined) {
    const name = [incoming.contact.first_name, incoming.contact.last_name].filter(Boolean).join(' ')
    // Anybody's card can be sent; only one with the sender's own id proves the number.
    return { kind: 'contact', phone: incoming.contact.phone_number, own: incoming.contact.user_id === authorId, ...(name === '' ? {} : { name }) }
  }
  const kind = Object.keys(incoming).find((name) => !['message_id', 'from', 'chat', 'date'].includes(name)) ?? 'empty'
  return { kind: 'unsupported', text: `[${kind}]`, original: kind.slice(0, 64) }
}

const media = (source: TelegramFile, type?: string) => ({
  providerRef: source.file_id,
  ...optional('type', source.mime_type ?? type),
  ...optional('name', source.file_name?.slice(0, 255)),
  ...optional('size', source.file_size),
  ...optional('width', source.width),
  ...optional('height', source.height),
  ...optional('duration', source.duration),
})

const sender = (author: z.infer<typeof from>): Sender => ({
  id: String(author.id),
  ...optional('firstName', author.first_name),
  ...optional('lastName', author.last_name),
  ...optional('username', author.username),
  ...optional('language', author.language_code),
})

const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
