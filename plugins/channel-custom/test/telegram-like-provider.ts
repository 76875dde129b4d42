import type { HttpProvider, ProviderEvent, ShownMessage } from '@parley/test-kit/channel-contract'

export const inputToken = 'input-token-of-the-contract'

/** Another system that speaks the documented Telegram-like format. */
export const telegramLikeProvider: HttpProvider = {
  update: (event) => {
    const update_id = `update-${event.number}`
    const message = messageOf(event)
    if (event.type === 'press') return { update_id, callback_query: { id: `${event.number}`, from, data: event.value, message: around(event) } }
    if (event.type === 'receipt') {
      const reason = event.state === 'failed' ? { reason: event.reason } : {}
      return { update_id, status: { message_id: event.id, state: event.state, ...reason } }
    }
    if (event.type === 'unknown') return { update_id, hologram: { chat: { id: event.chatId } } }
    return message === undefined ? undefined : { update_id, message: { ...around(event), ...message } }
  },
  sign: () => ({ 'x-access-token': inputToken }),
  answer: () => ({ body: { ok: true } }),
  shows: ({ method, body, headers }): ShownMessage | undefined =>
    method !== 'POST'
      ? undefined
      : {
          chatId: body.chat_id,
          kind: body.reply_markup === undefined ? body.type : 'keyboard',
          id: body.message_id,
          text: body.text,
          html: body.parse_mode === 'HTML',
          buttons: buttonsOf(body.reply_markup),
          file: body.media,
          latitude: body.location?.latitude,
          longitude: body.location?.longitude,
          phone: body.contact?.phone_number,
          idempotencyKey: headers['idempotency-key'],
        },
  refusals: {
    rateLimited: (seconds) => ({ status: 429, headers: { 'retry-after': String(seconds) } }),
    expiredToken: { status: 401 },
  },
}

const from = { id: 77, first_name: 'Olena', language_code: 'uk' }
const around = (event: ProviderEvent): object => ({
  message_id: `message-${event.number}`,
  from,
  chat: { id: event.chatId },
  date: event.at.getTime(),
})

const fields = { image: 'photo', file: 'document', audio: 'audio', video: 'video' } as const

const messageOf = (event: ProviderEvent): object | undefined => {
  switch (event.type) {
    case 'text':
      return { text: event.text }
    case 'start':
      return { text: `/start ${event.parameter}` }
    case 'image':
    case 'file':
    case 'audio':
    case 'video':
      return {
        [fields[event.type]]: { url: event.file.url, file_name: event.file.name, mime_type: event.file.type, file_size: event.file.bytes.length },
        ...(event.caption === undefined ? {} : { caption: event.caption }),
      }
    case 'location':
      return { location: { latitude: event.latitude, longitude: event.longitude } }
    case 'contact':
      return { contact: { phone_number: event.phone, first_name: event.name } }
    default:
      return undefined
  }
}

const buttonsOf = (markup: any): ShownMessage['buttons'] =>
  (markup?.inline_keyboard ?? markup?.keyboard)?.map((row: any[]) =>
    row.map((button) => ({
      text: button.text,
      value: button.callback_data,
      url: button.url,
      asks: button.request_contact ? 'contact' : button.request_location ? 'location' : undefined,
    })),
  )
