import { createHmac } from 'node:crypto'
import type { HttpProvider, ProviderEvent, ShownMessage } from '@parley/test-kit/channel-contract'

const key = Buffer.from('0123456789abcdef0123456789abcdef')
export const signingSecret = `whsec_${key.toString('base64')}`

/** Another system that speaks the signed envelopes of Standard Webhooks. */
export const envelopeProvider: HttpProvider = {
  chatId: (number) => `user-${number}`,
  update: (event) => {
    const common = { event_id: `event-${event.number}`, occurred_at: event.at.toISOString(), channel_id: 'ch_1', contact: contactOf(event) }
    const conversation = { external_id: event.chatId }
    switch (event.type) {
      case 'receipt':
        return { ...common, type: 'message.status', message: { id: event.id }, status: event.state, ...errorOf(event) }
      case 'blocked':
        return { ...common, type: 'contact.unsubscribed', conversation }
      case 'unblocked':
        return { ...common, type: 'contact.subscribed', conversation }
      case 'start':
        return { ...common, type: 'contact.subscribed', conversation, referral: { ref: event.parameter } }
      case 'unknown':
        return { ...common, type: 'contact.merged', conversation }
      case 'sticker':
        return undefined
      default:
        return { ...common, type: 'message.created', conversation, message: { external_id: `message-${event.number}`, ...messageOf(event) } }
    }
  },
  sign: (body, _account, now) => {
    const timestamp = String(Math.floor(now.getTime() / 1000))
    const signature = createHmac('sha256', key).update(`evt_1.${timestamp}.${body}`, 'utf8').digest('base64')
    return { 'webhook-id': 'evt_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
  },
  answer: () => ({ status: 204 }),
  shows: ({ method, body, headers }): ShownMessage | undefined => {
    if (method !== 'POST') return undefined
    const { conversation, message } = body
    return {
      chatId: conversation.external_id,
      kind: message.buttons === undefined ? message.type : 'keyboard',
      id: message.id,
      text: message.text,
      html: message.format === 'html',
      buttons: message.buttons?.map((row: any[]) =>
        row.map(({ type, text, payload, url }) => ({ text, value: payload, url, asks: /^request_(\w+)$/.exec(type)?.[1] as 'contact' | undefined })),
      ),
      file: message.attachments?.[0],
      latitude: message.location?.latitude,
      longitude: message.location?.longitude,
      phone: message.contact?.phone,
      idempotencyKey: headers['webhook-id'],
    }
  },
  refusals: {
    rateLimited: (seconds) => ({ status: 429, headers: { 'retry-after': String(seconds) } }),
    expiredToken: { status: 401 },
  },
}

const errorOf = (event: ProviderEvent & { type: 'receipt' }): object => (event.state === 'failed' ? { error: { message: event.reason } } : {})

const contactOf = (event: ProviderEvent): object => ({ external_id: event.chatId, name: 'Olena Test', language: 'uk' })

const messageOf = (event: ProviderEvent): object => {
  switch (event.type) {
    case 'text':
      return { type: 'text', text: event.text }
    case 'press':
      return { type: 'postback', text: event.text, payload: event.value }
    case 'location':
      return { type: 'location', location: { latitude: event.latitude, longitude: event.longitude } }
    case 'contact':
      return { type: 'contact', contact: { phone: event.phone, name: event.name } }
    case 'image':
    case 'file':
    case 'audio':
    case 'video': {
      const { url, name, type, bytes } = event.file
      const attachments = [{ type: event.type, url, mime_type: type, file_name: name, size: bytes.length }]
      return { type: event.type, attachments, ...(event.caption === undefined ? {} : { text: event.caption }) }
    }
    default:
      return { type: event.type }
  }
}
