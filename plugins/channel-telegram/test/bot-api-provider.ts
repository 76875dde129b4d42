import { telegramProblem, type TelegramProblem } from '@parley/test-kit'
import type { HttpProvider, ProviderAnswer, ProviderEvent, ProviderRequest, ShownMessage } from '@parley/test-kit/channel-contract'

export const botToken = '100000001:TEST_TOKEN_NOT_REAL_aaaaaaaaaaaaaaa'

/** Telegram's Bot API as its public documentation describes it. */
export const botApiProvider = (): HttpProvider => {
  // what setWebhook was given; getWebhookInfo says it again
  let webhook = ''
  return {
    update: (event) => {
      const update_id = 500_000_000 + event.number
      const chat = chatOf(event)
      if (event.type === 'press') {
        return {
          update_id,
          callback_query: { id: String(event.number), from: fromOf(event), data: event.value, message: { message_id: 1, date: 0, chat } },
        }
      }
      if (event.type === 'blocked' || event.type === 'unblocked') {
        const status = event.type === 'blocked' ? 'kicked' : 'member'
        return { update_id, my_chat_member: { chat, from: fromOf(event), date: 0, new_chat_member: { user: { id: 1 }, status } } }
      }
      if (event.type === 'receipt') return undefined
      return {
        update_id,
        message: { message_id: event.number, from: fromOf(event), chat, date: Math.floor(event.at.getTime() / 1000), ...contentOf(event) },
      }
    },
    sign: (_body, account) => ({ 'x-telegram-bot-api-secret-token': account.secret }),
    answer: (request, file) => {
      const { method, bodyOf } = callOf(request)
      if (method === undefined) {
        const found = file(/^\/file\/bot[^/]+\/files\/(.+)$/.exec(request.path)?.[1] ?? '')
        return found && { body: found.bytes }
      }
      switch (method) {
        case 'getMe':
          return ok({ id: 100000001, is_bot: true, first_name: 'Shop bot', username: 'shop_example_bot' })
        case 'setWebhook':
          webhook = bodyOf['url']
          return ok(true)
        case 'deleteWebhook':
          webhook = ''
          return ok(true)
        case 'getWebhookInfo':
          return ok({ url: webhook, has_custom_certificate: false, pending_update_count: 0 })
        case 'getFile': {
          const found = file(bodyOf['file_id'])
          if (found === undefined) return refusal(telegramProblem.fileNotFound)
          return found.bytes.length > 1024 * 1024
            ? refusal({ error_code: 400, description: 'Bad Request: file is too big' })
            : ok({ file_id: found.id, file_path: `files/${found.id}`, file_size: found.bytes.length })
        }
        case 'sendChatAction':
        case 'answerCallbackQuery':
          return ok(true)
        default: {
          const problem = telegramProblem.of(method, bodyOf)
          return problem === undefined ? ok({ message_id: request.number, date: 0, chat: { id: bodyOf['chat_id'] } }) : refusal(problem)
        }
      }
    },
    shows: (request) => {
      const { method, bodyOf } = callOf(request)
      if (method?.startsWith('send') !== true || method === 'sendChatAction') return undefined
      return shown(method, bodyOf, request.number)
    },
    typing: (request) => {
      const { method, bodyOf } = callOf(request)
      return method === 'sendChatAction' ? bodyOf['chat_id'] : undefined
    },
    webhook: (request) => {
      const { method, bodyOf } = callOf(request)
      if (method === 'deleteWebhook') return 'removed'
      return method === 'setWebhook' ? { url: bodyOf['url'] } : undefined
    },
    refusals: {
      rateLimited: (seconds) => refusal(telegramProblem.flood(seconds)),
      expiredToken: refusal(telegramProblem.unauthorized),
      blocked: refusal(telegramProblem.blocked),
      refused: refusal({ error_code: 400, description: 'Bad Request: message text is empty' }),
      serverError: refusal(telegramProblem.serverError),
    },
  }
}

const ok = (result: unknown): ProviderAnswer => ({ body: { ok: true, result } })
const refusal = (problem: TelegramProblem): ProviderAnswer => ({ status: problem.error_code, body: { ok: false, ...problem } })

const callOf = ({ path, body }: ProviderRequest): { method: string | undefined; bodyOf: Record<string, any> } => ({
  method: new RegExp(`^/bot${botToken}/(\\w+)$`).exec(path)?.[1],
  bodyOf: body ?? {},
})

const fromOf = (event: ProviderEvent): object => ({ id: Number(event.chatId), is_bot: false, first_name: 'Olena', language_code: 'uk' })
const chatOf = (event: ProviderEvent): object => ({ id: Number(event.chatId), first_name: 'Olena', type: 'private' })

const contentOf = (event: ProviderEvent): object => {
  switch (event.type) {
    case 'text':
      return { text: event.text }
    case 'start':
      return { text: `/start ${event.parameter}` }
    case 'image':
    case 'file':
    case 'audio':
    case 'video':
    case 'sticker': {
      const file = { file_id: event.file.id, file_unique_id: event.file.id, file_name: event.file.name, mime_type: event.file.type }
      const field = { image: 'photo', file: 'document', audio: 'voice', video: 'video', sticker: 'sticker' }[event.type]
      return { [field]: event.type === 'image' ? [file] : file, ...(event.caption === undefined ? {} : { caption: event.caption }) }
    }
    case 'location':
      return { location: { latitude: event.latitude, longitude: event.longitude } }
    case 'contact':
      return { contact: { phone_number: event.phone, first_name: event.name } }
    default:
      return { dice: { emoji: '🎲', value: 3 } }
  }
}

const kinds: Readonly<Record<string, ShownMessage['kind']>> = {
  sendMessage: 'text',
  sendPhoto: 'image',
  sendDocument: 'file',
  sendAudio: 'audio',
  sendVideo: 'video',
  sendSticker: 'sticker',
  sendLocation: 'location',
  sendContact: 'contact',
}

const shown = (method: string, body: Record<string, any>, number: number): ShownMessage => {
  const markup = typeof body['reply_markup'] === 'string' ? JSON.parse(body['reply_markup']) : body['reply_markup']
  const file = body['photo'] ?? body['document'] ?? body['audio'] ?? body['video'] ?? body['sticker']
  return {
    chatId: String(body['chat_id']),
    kind: markup === undefined ? (kinds[method] ?? 'unsupported') : 'keyboard',
    id: String(number),
    text: body['text'] ?? body['caption'],
    html: body['parse_mode'] === 'HTML',
    buttons: (markup?.inline_keyboard ?? markup?.keyboard)?.map((row: any[]) =>
      row.map((button) => ({
        text: button.text,
        value: button.callback_data,
        url: button.url,
        asks: button.request_contact ? 'contact' : button.request_location ? 'location' : undefined,
      })),
    ),
    file: typeof file === 'string' ? { url: file } : file,
    latitude: body['latitude'],
    longitude: body['longitude'],
    phone: body['phone_number'],
  }
}
