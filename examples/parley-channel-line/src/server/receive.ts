import { ParleyError } from '@parley/plugin-api'
import type { InboundEvent, Media, MessageContent } from '@parley/plugin-conversations/api'
import { z } from 'zod'

// Only what is read is described; the rest is let through and kept in the raw intake.
const message = z.looseObject({
  id: z.string().min(1),
  type: z.string(),
  text: z.string().optional(),
  fileName: z.string().optional(),
  fileSize: z.number().int().nonnegative().optional(),
  /** Milliseconds. */
  duration: z.number().nonnegative().optional(),
  contentProvider: z.looseObject({ type: z.string(), originalContentUrl: z.url({ protocol: /^https?$/ }).optional() }).optional(),
  stickerId: z.string().optional(),
  title: z.string().optional(),
  address: z.string().optional(),
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(180).optional(),
})
type LineMessage = z.output<typeof message>

const event = z.looseObject({
  webhookEventId: z.string().min(1),
  type: z.string(),
  timestamp: z.number().int().min(0).max(Date.UTC(2200, 0)),
  source: z.looseObject({ type: z.string(), userId: z.string().min(1).optional() }).optional(),
  message: message.optional(),
  postback: z.looseObject({ data: z.string() }).optional(),
  follow: z.looseObject({ isUnblocked: z.boolean().optional() }).optional(),
})
type LineEvent = z.output<typeof event>
const webhook = z.looseObject({ events: z.array(event) })

/**
 * A webhook becomes events; one without any is LINE's "Verify". `webhookEventId` stays the same when LINE delivers again.
 * Groups and rooms are not served. What this version does not know is shown as "unsupported" rather than lost; what is no webhook is refused.
 */
export function receive(payload: unknown): readonly InboundEvent[] {
  const parsed = webhook.safeParse(payload)
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, 5).map(({ path }) => path.join('.'))
    throw new ParleyError('invalid_input', 'This is not a webhook of LINE.', { details: { issues } })
  }
  return parsed.data.events.flatMap((each) => inboundEvent(each) ?? [])
}

function inboundEvent({ webhookEventId: key, type, timestamp, source, message: incoming, postback, follow }: LineEvent): InboundEvent | undefined {
  if (source?.type !== 'user' || source.userId === undefined) return undefined
  const chatId = source.userId
  const said = { type: 'message', key, chatId, sender: { id: chatId }, at: new Date(timestamp) } as const
  switch (type) {
    case 'message':
      return incoming === undefined ? undefined : { ...said, externalId: incoming.id, content: contentOf(incoming) }
    case 'postback':
      return postback === undefined ? undefined : { ...said, content: { kind: 'press', value: postback.data } }
    case 'follow':
      // Somebody added the account as a friend: LINE has no parameter to say where from.
      if (follow?.isUnblocked !== true) return { ...said, start: '', content: { kind: 'text', text: '/start' } }
      return { type: 'unblocked', key, chatId }
    case 'unfollow':
      return { type: 'blocked', key, chatId }
    default:
      return undefined
  }
}

function contentOf(incoming: LineMessage): MessageContent {
  const { type, text, latitude, longitude, title, address, stickerId } = incoming
  switch (type) {
    case 'image':
      return { kind: 'image', media: mediaOf(incoming, 'image/jpeg') }
    case 'video':
      return { kind: 'video', media: mediaOf(incoming, 'video/mp4') }
    case 'audio':
      return { kind: 'audio', media: mediaOf(incoming, 'audio/mp4') }
    case 'file':
      return { kind: 'file', media: mediaOf(incoming) }
    case 'sticker':
      return { kind: 'sticker', emoji: '🙂', ...(stickerId === undefined ? {} : { media: { url: stickerAddress(stickerId), type: 'image/png' } }) }
  }
  if (type === 'location' && latitude !== undefined && longitude !== undefined)
    return {
      kind: 'location',
      latitude,
      longitude,
      ...(title === undefined ? {} : { title: title.slice(0, 256) }),
      ...(address === undefined ? {} : { address: address.slice(0, 512) }),
    }
  if (type === 'text' && text !== undefined && text !== '') return { kind: 'text', text }
  return { kind: 'unsupported', text: `A message of a kind that is not supported yet: ${type.slice(0, 64)}`, original: type.slice(0, 64) }
}

const stickerAddress = (id: string): string =>
  `https://stickershop.line-scdn.net/stickershop/v1/sticker/${encodeURIComponent(id)}/android/sticker.png`

/** LINE keeps the file and hands it out under the message's id, unless it lies where the sender's program has put it. */
const mediaOf = ({ id, fileName, fileSize, duration, contentProvider }: LineMessage, type?: string): Media => ({
  ...(contentProvider?.originalContentUrl === undefined ? { providerRef: id } : { url: contentProvider.originalContentUrl }),
  ...(fileName === undefined ? {} : { name: fileName.slice(0, 255) }),
  ...(fileSize === undefined ? {} : { size: fileSize }),
  ...(duration === undefined ? {} : { duration: duration / 1000 }),
  ...(type === undefined ? {} : { type }),
})
