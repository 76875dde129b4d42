import { ParleyError } from '@parley/plugin-api'
import type { InboundEvent, MessageContent, Sender } from '@parley/plugin-conversations/api'
import { z } from 'zod'

const id = z.string().min(1).max(256)
const contact = z.looseObject({
  external_id: id,
  name: z.string().max(256).optional(),
  phone: z.string().max(64).optional(),
  email: z.string().max(320).optional(),
  language: z.string().max(35).optional(),
})
const attachment = z.looseObject({
  type: z.string().optional(),
  url: z.string().max(2048),
  mime_type: z.string().max(127).optional(),
  file_name: z.string().max(255).optional(),
  size: z.number().int().nonnegative().optional(),
})
const message = z.looseObject({
  external_id: id.optional(),
  type: z.string().max(64),
  text: z.string().max(32_768).optional(),
  payload: z.string().max(1024).optional(),
  location: z.looseObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).optional(),
  contact: z.looseObject({ phone: z.string().max(64), name: z.string().max(256).optional() }).optional(),
  attachments: z.array(attachment).max(10).optional(),
})
const common = { event_id: id, occurred_at: z.iso.datetime({ offset: true }).optional() }
const envelope = z.discriminatedUnion('type', [
  z.looseObject({
    ...common,
    type: z.literal('message.created'),
    conversation: z.looseObject({ external_id: id }),
    contact: contact.optional(),
    message,
    params: z.record(z.string().max(64), z.unknown()).optional(),
  }),
  z.looseObject({
    ...common,
    type: z.literal('message.status'),
    message: z.looseObject({ id }),
    status: z.enum(['sent', 'delivered', 'read', 'failed']),
    error: z.looseObject({ message: z.string().max(1024).optional(), code: z.string().max(256).optional() }).optional(),
  }),
  z.looseObject({
    ...common,
    type: z.literal('contact.subscribed'),
    contact,
    conversation: z.looseObject({ external_id: id }).optional(),
    referral: z.looseObject({ ref: z.string().max(512).optional() }).optional(),
  }),
  z.looseObject({ ...common, type: z.literal('contact.unsubscribed'), contact, conversation: z.looseObject({ external_id: id }).optional() }),
])
type Message = z.infer<typeof message>

/** The envelope of format 2 → events. `event_id` is the key. An event of another type makes nothing; a malformed one throws `invalid_input`. */
export const receiveEnvelope = (payload: unknown): readonly InboundEvent[] => {
  const parsed = envelope.safeParse(payload)
  if (!parsed.success) {
    const type = (payload as { type?: unknown } | undefined)?.type
    const known = envelope.options.some((option) => option.shape.type.value === type)
    if (typeof type === 'string' && !known && /^[a-z]+(\.[a-z_]+)+$/.test(type)) return []
    throw new ParleyError('invalid_input', 'The body is not an event of the custom channel. Nothing was stored.', {
      details: { issues: parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`) },
    })
  }
  const event = parsed.data
  const key = event.event_id
  switch (event.type) {
    case 'message.status': {
      const reason = event.error?.message ?? event.error?.code
      return [{ type: 'status', key, externalId: event.message.id, state: event.status, ...(reason === undefined ? {} : { reason }) }]
    }
    case 'contact.unsubscribed':
      return [{ type: 'blocked', key, chatId: event.conversation?.external_id ?? event.contact.external_id, sender: sender(event.contact) }]
    case 'contact.subscribed': {
      const chatId = event.conversation?.external_id ?? event.contact.external_id
      const unblocked: InboundEvent = { type: 'unblocked', key: `${key}:subscribed`, chatId, sender: sender(event.contact) }
      return [
        unblocked,
        { type: 'message', key, chatId, sender: sender(event.contact), content: { kind: 'text', text: '/start' }, start: event.referral?.ref ?? '' },
      ]
    }
    case 'message.created': {
      const chatId = event.conversation.external_id
      return [
        {
          type: 'message',
          key,
          chatId,
          sender: event.contact === undefined ? { id: chatId } : sender(event.contact),
          content: content(event.message),
          ...(event.message.external_id === undefined ? {} : { externalId: event.message.external_id }),
          ...(event.occurred_at === undefined ? {} : { at: new Date(event.occurred_at) }),
          ...(event.params === undefined ? {} : { params: event.params }),
        },
      ]
    }
  }
}

const fileKinds = { image: 'image', video: 'video', audio: 'audio', voice: 'audio', file: 'file', document: 'file' } as const

const content = (message: Message): MessageContent => {
  const words = message.text === undefined || message.text === '' ? {} : { text: message.text.slice(0, 4096) }
  if (message.type === 'postback')
    return {
      kind: 'press',
      value: message.payload ?? message.text ?? '',
      ...(message.text === undefined ? {} : { text: message.text.slice(0, 256) }),
    }
  if (message.location !== undefined) return { kind: 'location', latitude: message.location.latitude, longitude: message.location.longitude }
  if (message.contact !== undefined)
    return { kind: 'contact', phone: message.contact.phone, ...(message.contact.name === undefined ? {} : { name: message.contact.name }) }
  const file = message.attachments?.[0]
  if (file !== undefined) {
    const kind = fileKinds[(file.type ?? message.type) as keyof typeof fileKinds] ?? 'file'
    const media = {
      url: file.url,
      ...(file.mime_type === undefined ? {} : { type: file.mime_type }),
      ...(file.file_name === undefined ? {} : { name: file.file_name }),
      ...(file.size === undefined ? {} : { size: file.size }),
    }
    return { kind, media, ...words }
  }
  if (message.text !== undefined && message.text !== '') return { kind: 'text', text: message.text }
  return { kind: 'unsupported', text: `[${message.type}]`.slice(0, 64), original: message.type }
}

const sender = (from: z.infer<typeof contact>): Sender => {
  const [firstName, ...rest] = (from.name ?? '').trim().split(/\s+/)
  return {
    id: from.external_id,
    ...(firstName ? { firstName } : {}),
    ...(rest.length > 0 ? { lastName: rest.join(' ') } : {}),
    ...(from.phone === undefined ? {} : { phone: from.phone }),
    ...(from.email === undefined ? {} : { email: from.email }),
    ...(from.language === undefined ? {} : { language: from.language }),
  }
}
