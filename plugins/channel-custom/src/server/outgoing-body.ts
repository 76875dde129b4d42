import type { Button, ChannelAccount, Media, OutboundMessage } from '@parley/plugin-conversations/api'

/** The other side's id of the message, and what makes a repeated call harmless there. */
export const outgoingId = (message: OutboundMessage): string => (message.part === 0 ? message.id : `${message.id}.${message.part}`)

/** The documented body: fields of the Bot API, plus `event`, `bot_id`, `message_id`. */
export const telegramLikeBody = (message: OutboundMessage, account: ChannelAccount): object => {
  const { content } = message
  return {
    event: 'message',
    bot_id: message.botId,
    message_id: outgoingId(message),
    chat_id: message.chatId,
    type: content.kind === 'keyboard' ? 'text' : content.kind,
    ...('text' in content && content.text !== undefined ? { text: content.text } : {}),
    ...('format' in content && content.format === 'html' ? { parse_mode: 'HTML' } : {}),
    ...('media' in content && content.media !== undefined ? { media: fileOf(content.media, account) } : {}),
    ...(content.kind === 'location' ? { location: { latitude: content.latitude, longitude: content.longitude } } : {}),
    ...(content.kind === 'contact' ? { contact: { phone_number: content.phone, first_name: content.name ?? '' } } : {}),
    ...(content.kind === 'keyboard' ? { reply_markup: markup(content.buttons, content.placement) } : {}),
  }
}

/** `message.send` of format 2. */
export const envelopeBody = (message: OutboundMessage, account: ChannelAccount): object => {
  const { content } = message
  const buttons = content.kind === 'keyboard' ? content.buttons.map((row) => row.map(envelopeButton)) : undefined
  const file = 'media' in content && content.media !== undefined ? fileOf(content.media, account) : undefined
  return {
    type: 'message.send',
    channel_id: account.id,
    conversation: { external_id: message.chatId },
    message: {
      id: outgoingId(message),
      type: content.kind === 'keyboard' ? 'text' : content.kind,
      ...('text' in content && content.text !== undefined ? { text: content.text } : {}),
      ...('format' in content && content.format === 'html' ? { format: 'html' } : {}),
      ...(buttons === undefined ? {} : { buttons }),
      ...(file === undefined ? {} : { attachments: [{ type: content.kind, ...file }] }),
      ...(content.kind === 'location' ? { location: { latitude: content.latitude, longitude: content.longitude } } : {}),
      ...(content.kind === 'contact' ? { contact: { phone: content.phone, name: content.name } } : {}),
    },
  }
}

const fileOf = (media: Media, account: ChannelAccount): object => ({
  // Files of this installation have signed paths; the other side needs the whole address.
  url: media.url === undefined ? undefined : new URL(media.url, account.webhookUrl).href,
  mime_type: media.type,
  file_name: media.name,
  size: media.size,
})

const markup = (rows: readonly (readonly Button[])[], placement: 'inline' | 'reply'): object => {
  if (placement === 'inline') {
    const inline = (button: Button): object => {
      if (button.action === 'url') return { text: button.text, url: button.url }
      if (button.action === 'contact') return { text: button.text, request_contact: true }
      if (button.action === 'location') return { text: button.text, request_location: true }
      return { text: button.text, callback_data: button.value ?? button.text }
    }
    return { inline_keyboard: rows.map((row) => row.map(inline)) }
  }
  const key = (button: Button): object => ({
    text: button.text,
    ...(button.action === 'contact' ? { request_contact: true } : {}),
    ...(button.action === 'location' ? { request_location: true } : {}),
  })
  return { keyboard: rows.map((row) => row.map(key)), resize_keyboard: true, one_time_keyboard: true }
}

const envelopeButton = (button: Button): object => {
  if (button.action === 'url') return { type: 'url', text: button.text, url: button.url }
  if (button.action === 'reply') return { type: 'postback', text: button.text, payload: button.value ?? button.text }
  return { type: `request_${button.action}`, text: button.text }
}
