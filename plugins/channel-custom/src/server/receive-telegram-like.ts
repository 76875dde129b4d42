import { ParleyError } from '@parley/plugin-api'
import type { InboundEvent, Media, MessageContent, Sender } from '@parley/plugin-conversations/api'
import { z } from 'zod'

const id = z.union([z.string().min(1).max(256), z.number()]).transform(String)
const text = z.string().max(32_768)
const from = z.looseObject({
  id: id.optional(),
  first_name: z.string().max(256).optional(),
  last_name: z.string().max(256).optional(),
  username: z.string().max(256).optional(),
  language_code: z.string().max(35).optional(),
  phone_number: z.string().max(64).optional(),
  phone: z.string().max(64).optional(),
  email: z.string().max(320).optional(),
})
const attachment = z.union([
  z
    .string()
    .max(2048)
    .transform((url) => ({ url })),
  z.looseObject({
    url: z.string().max(2048),
    file_name: z.string().max(255).optional(),
    mime_type: z.string().max(127).optional(),
    file_size: z.number().int().nonnegative().optional(),
  }),
])
const attachments = z.union([
  attachment,
  z
    .array(attachment)
    .min(1)
    .transform((list) => list.at(-1)!),
])
const message = z.looseObject({
  message_id: id.optional(),
  from: from.optional(),
  chat: z.looseObject({ id }),
  date: z.number().optional(),
  text: text.optional(),
  caption: z.string().max(4096).optional(),
  photo: attachments.optional(),
  document: attachments.optional(),
  video: attachments.optional(),
  audio: attachments.optional(),
  voice: attachments.optional(),
  location: z.looseObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).optional(),
  contact: z
    .looseObject({ phone_number: z.string().max(64), first_name: z.string().max(256).optional(), last_name: z.string().max(256).optional() })
    .optional(),
  params: z.record(z.string().max(64), z.unknown()).optional(),
})
type Incoming = z.infer<typeof message>

const update = z.looseObject({
  update_id: id,
  message: message.optional(),
  callback_query: z.looseObject({ id: id.optional(), from: from.optional(), data: z.string().max(1024), message }).optional(),
  status: z
    .looseObject({ message_id: id, state: z.enum(['sent', 'delivered', 'read', 'failed']), reason: z.string().max(1024).optional() })
    .optional(),
})

/**
 * The documented body: a Telegram-like update, `date` in milliseconds (seconds are understood), `update_id` unique for ever.
 * Files come by address. Throws `invalid_input` for anything else.
 */
export const receiveTelegramLike = (payload: unknown): readonly InboundEvent[] => {
  const parsed = update.safeParse(payload)
  if (!parsed.success) {
    throw new ParleyError(
      'invalid_input',
      'The body is not an update of the custom channel: update_id and message.chat.id are needed. Nothing was stored.',
      {
        details: { issues: parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`) },
      },
    )
  }
  const { update_id: key, message: incoming, callback_query: press, status } = parsed.data
  if (status !== undefined) {
    return [
      { type: 'status', key, externalId: status.message_id, state: status.state, ...(status.reason === undefined ? {} : { reason: status.reason }) },
    ]
  }
  if (press !== undefined) return [event(key, press.message, press.from ?? press.message.from, { kind: 'press', value: press.data })]
  if (incoming !== undefined) return [event(key, incoming, incoming.from, content(incoming))]
  return []
}

const event = (key: string, incoming: Incoming, author: z.infer<typeof from> | undefined, what: MessageContent): InboundEvent => {
  const start = /^\/start(?:\s+(\S+))?\s*$/.exec(incoming.text ?? '')
  const at = incoming.date === undefined ? undefined : new Date(incoming.date < 1e12 ? incoming.date * 1000 : incoming.date)
  return {
    type: 'message',
    key,
    chatId: incoming.chat.id,
    sender: sender(incoming.chat.id, author),
    content: what,
    ...(incoming.message_id === undefined ? {} : { externalId: incoming.message_id }),
    ...(at === undefined || Number.isNaN(at.getTime()) ? {} : { at }),
    ...(incoming.params === undefined ? {} : { params: incoming.params }),
    ...(start === null || what.kind !== 'text' ? {} : { start: start[1] ?? '' }),
  }
}

const content = (incoming: Incoming): MessageContent => {
  const caption = incoming.caption ?? incoming.text
  const words = caption === undefined || caption === '' ? {} : { text: caption.slice(0, 4096) }
  if (incoming.photo !== undefined) return { kind: 'image', media: media(incoming.photo), ...words }
  if (incoming.video !== undefined) return { kind: 'video', media: media(incoming.video), ...words }
  const audio = incoming.audio ?? incoming.voice
  if (audio !== undefined) return { kind: 'audio', media: media(audio), ...words }
  if (incoming.document !== undefined) return { kind: 'file', media: media(incoming.document), ...words }
  if (incoming.location !== undefined) return { kind: 'location', latitude: incoming.location.latitude, longitude: incoming.location.longitude }
  if (incoming.contact !== undefined) {
    const name = [incoming.contact.first_name, incoming.contact.last_name].filter(Boolean).join(' ').slice(0, 256)
    return { kind: 'contact', phone: incoming.contact.phone_number, ...(name === '' ? {} : { name }) }
  }
  if (incoming.text !== undefined && incoming.text !== '') return { kind: 'text', text: incoming.text }
  return { kind: 'unsupported', text: '[message]', original: String(incoming['type'] ?? 'empty').slice(0, 64) }
}

const media = (file: { url: string; [key: string]: unknown }): Media => ({
  url: file.url,
  ...(typeof file['file_name'] === 'string' ? { name: file['file_name'] } : {}),
  ...(typeof file['mime_type'] === 'string' ? { type: file['mime_type'] } : {}),
  ...(typeof file['file_size'] === 'number' ? { size: file['file_size'] } : {}),
})

const sender = (chatId: string, author: z.infer<typeof from> | undefined): Sender => {
  const phone = author?.phone_number ?? author?.phone
  return {
    id: author?.id ?? chatId,
    ...(author?.first_name === undefined ? {} : { firstName: author.first_name }),
    ...(author?.last_name === undefined ? {} : { lastName: author.last_name }),
    ...(author?.username === undefined ? {} : { username: author.username }),
    ...(author?.language_code === undefined ? {} : { language: author.language_code }),
    ...(author?.email === undefined ? {} : { email: author.email }),
    ...(phone === undefined ? {} : { phone }),
  }
}
