import { ParleyError, type Files } from '@parley/plugin-api'
import type {
  AccountHealth,
  Button,
  ChannelAccount,
  ChannelCapabilities,
  ChannelDriver,
  ConnectedPlace,
  Media,
  MessageContent,
  NextStep,
  OutboundMessage,
  SendResult,
} from '@parley/plugin-conversations/api'
import { accountSchema, type TelegramConfig } from './account.ts'
import { nextSteps } from './next-steps.ts'
import { receive } from './receive.ts'
import type { TelegramAnswer, TelegramClient } from './telegram-client.ts'
import { telegramWords as words } from './telegram-words.ts'

/** What we ask Telegram for, explicitly: an empty list would leave out kinds we may want later. */
const allowedUpdates = ['message', 'callback_query', 'my_chat_member']

/** Limits of the Bot API: 4096 characters of text, 1024 of a caption, 64 bytes of callback data, 100 buttons, 8 in a row; 30 messages/s a bot, 1/s a chat. */
const capabilities: ChannelCapabilities = {
  kinds: ['text', 'image', 'file', 'audio', 'video', 'sticker', 'location', 'contact', 'keyboard'],
  textLimit: 4096,
  captionLimit: 1024,
  html: true,
  keyboard: {
    placements: ['inline', 'reply'],
    maxRows: 100,
    maxColumns: 8,
    textLimit: 64,
    valueLimit: 64,
    actions: ['reply', 'url', 'contact', 'location'],
  },
  maxFileBytes: 50 * 1024 * 1024,
  typing: true,
  receipts: [],
  rate: { account: 30, chat: 1 },
}

interface Dependencies {
  telegramClient: TelegramClient
  files: Files
}

export class TelegramDriver implements ChannelDriver<TelegramConfig> {
  readonly kind = 'telegram'
  readonly title = 'Telegram'
  readonly icon = 'send'
  readonly about = {
    order: 2,
    title: 'Telegram',
    text: { en: 'A bot of yours: people write to it in Telegram.', uk: 'Ваш бот: люди пишуть йому в Telegram.' },
  }
  readonly capabilities = capabilities
  readonly accountSchema = accountSchema
  readonly idempotentSend = false
  readonly #client: TelegramClient
  readonly #files: Files

  constructor({ telegramClient, files }: Dependencies) {
    this.#client = telegramClient
    this.#files = files
  }

  webhookPath({ id }: { id: string }): string {
    return `/hooks/channel-telegram/${id}`
  }

  nextSteps(account: ChannelAccount<TelegramConfig>, place: ConnectedPlace): readonly NextStep[] {
    return nextSteps(account, place)
  }

  receive(payload: unknown) {
    return receive(payload)
  }

  async send(message: OutboundMessage, account: ChannelAccount<TelegramConfig>, signal: AbortSignal): Promise<SendResult> {
    const { method, parameters, upload } = request(message)
    const answer = await this.#client.call(account.config, method, upload === undefined ? parameters : await this.#form(parameters, upload), signal)
    if (answer.ok === false && answer.status === 400 && answer.description.includes("can't parse entities")) {
      // Markup Telegram does not know must not cost the client the words.
      const { parse_mode: _dropped, ...plain } = parameters
      return result(await this.#client.call(account.config, method, upload === undefined ? plain : await this.#form(plain, upload), signal))
    }
    return result(answer)
  }

  async check(account: ChannelAccount<TelegramConfig>, signal: AbortSignal): Promise<AccountHealth> {
    const me = await this.#client.call(account.config, 'getMe', {}, signal)
    if (me.ok !== true) return problem(me)
    const { first_name: name, username } = me.result as { first_name: string; username: string }
    const identity = { name: `${name} (@${username})`, url: `https://t.me/${username}` }
    if (account.config.mode === 'polling') return { state: 'ok', text: words.polls(username), identity }
    if (!account.webhookUrl.startsWith('https://')) return { state: 'broken', text: words.needsHttps, identity }
    const info = await this.#client.call(account.config, 'getWebhookInfo', {}, signal)
    if (info.ok !== true) return { ...problem(info), identity }
    const {
      url,
      last_error_message: lastError,
      pending_update_count: pending = 0,
    } = info.result as { url: string; last_error_message?: string; pending_update_count?: number }
    // what was entered and is not saved yet: only a stranger's webhook is worth a word
    if (!account.active) {
      if (url === '' || url === account.webhookUrl) return { state: 'ok', text: words.tokenWorks, identity }
      return { state: 'warning', text: words.sendsElsewhere(new URL(url).host), identity }
    }
    if (url !== account.webhookUrl) return { state: 'warning', text: words.notSet, identity }
    if (lastError !== undefined && pending > 0) return { state: 'warning', text: words.notDelivered(pending, lastError), identity }
    return { state: 'ok', text: words.receives(username), identity }
  }

  async connect(account: ChannelAccount<TelegramConfig>, signal: AbortSignal): Promise<AccountHealth> {
    const webhook = account.config.mode === 'webhook' && account.active
    if (webhook && !account.webhookUrl.startsWith('https://')) return { state: 'broken', text: words.needsHttps }
    const answer = webhook
      ? await this.#client.call(
          account.config,
          'setWebhook',
          { url: account.webhookUrl, secret_token: account.secret, allowed_updates: allowedUpdates, max_connections: 40 },
          signal,
        )
      : await this.#client.call(account.config, 'deleteWebhook', {}, signal)
    return answer.ok === true ? this.check(account, signal) : problem(answer)
  }

  async disconnect(account: ChannelAccount<TelegramConfig>, signal: AbortSignal): Promise<void> {
    await this.#client.call(account.config, 'deleteWebhook', {}, signal)
  }

  async fetchMedia(media: Media, account: ChannelAccount<TelegramConfig>, signal: AbortSignal) {
    const answer = await this.#client.call(account.config, 'getFile', { file_id: media.providerRef }, signal)
    if (answer.ok === false && answer.description.includes('too big')) throw tooLarge()
    if (answer.ok !== true) throw new Error(words.english(answer.description))
    const path = (answer.result as { file_path?: string }).file_path
    if (path === undefined) throw tooLarge()
    const bytes = await this.#client.download(account.config, path, signal)
    return { content: once(bytes), ...(media.name === undefined ? { name: path.split('/').at(-1)! } : {}) }
  }

  async typing(chatId: string, account: ChannelAccount<TelegramConfig>, signal: AbortSignal): Promise<void> {
    await this.#client.call(account.config, 'sendChatAction', { chat_id: chatId, action: 'typing' }, signal)
  }

  async answerCallback(callbackId: string, account: ChannelAccount<TelegramConfig>, signal: AbortSignal): Promise<void> {
    await this.#client.call(account.config, 'answerCallbackQuery', { callback_query_id: callbackId }, signal)
  }

  async getUpdates(account: ChannelAccount<TelegramConfig>, offset: number, signal: AbortSignal): Promise<TelegramAnswer> {
    const seconds = 25
    return this.#client.call(
      account.config,
      'getUpdates',
      { offset, limit: 100, timeout: seconds, allowed_updates: allowedUpdates },
      signal,
      (seconds + 10) * 1000,
    )
  }

  async #form(parameters: Record<string, unknown>, upload: { field: string; media: Media }): Promise<FormData> {
    const form = new FormData()
    for (const [name, value] of Object.entries(parameters)) form.set(name, typeof value === 'string' ? value : JSON.stringify(value))
    const chunks: Uint8Array[] = []
    for await (const chunk of await this.#files.read(upload.media.fileId!)) chunks.push(chunk)
    form.set(upload.field, new Blob(chunks as BlobPart[], { type: upload.media.type ?? 'application/octet-stream' }), upload.media.name ?? 'file')
    return form
  }
}

const tooLarge = (): ParleyError => new ParleyError('too_large', 'The file is too large: Telegram gives bots files of up to 20 MB only.')

const methods = {
  image: ['sendPhoto', 'photo'],
  file: ['sendDocument', 'document'],
  audio: ['sendAudio', 'audio'],
  video: ['sendVideo', 'video'],
} as const

interface TelegramRequest {
  readonly method: string
  readonly parameters: Record<string, unknown>
  readonly upload?: { field: string; media: Media }
}

const request = ({ chatId, content }: OutboundMessage): TelegramRequest => {
  const chat = { chat_id: chatId }
  switch (content.kind) {
    case 'text':
      return { method: 'sendMessage', parameters: { ...chat, text: content.text, ...parseMode(content) } }
    case 'keyboard':
      return {
        method: 'sendMessage',
        parameters: { ...chat, text: content.text, ...parseMode(content), reply_markup: keyboard(content.buttons, content.placement) },
      }
    case 'image':
    case 'file':
    case 'audio':
    case 'video': {
      const [method, field] = methods[content.kind]
      const caption = content.text === undefined ? {} : { caption: content.text, ...parseMode(content) }
      return withMedia(method, field, content.media, { ...chat, ...caption })
    }
    case 'sticker':
      if (content.media === undefined) return { method: 'sendMessage', parameters: { ...chat, text: content.emoji ?? '🙂' } }
      return withMedia('sendSticker', 'sticker', content.media, chat)
    case 'location':
      return { method: 'sendLocation', parameters: { ...chat, latitude: content.latitude, longitude: content.longitude } }
    case 'contact':
      return { method: 'sendContact', parameters: { ...chat, phone_number: content.phone, first_name: content.name ?? content.phone } }
    default:
      return { method: 'sendMessage', parameters: { ...chat, text: content.kind === 'press' ? content.value : content.text } }
  }
}

const withMedia = (method: string, field: string, media: Media, parameters: Record<string, unknown>): TelegramRequest =>
  media.fileId === undefined
    ? { method, parameters: { ...parameters, [field]: media.url ?? media.providerRef } }
    : { method, parameters, upload: { field, media } }

const parseMode = (content: MessageContent): { parse_mode?: 'HTML' } =>
  'format' in content && content.format === 'html' ? { parse_mode: 'HTML' } : {}

/** Contact and location can only be asked for from the keyboard that takes the place of the phone's own. */
const keyboard = (rows: readonly (readonly Button[])[], placement: 'inline' | 'reply') => {
  const asks = rows.flat().some((button) => button.action === 'contact' || button.action === 'location')
  if (placement === 'reply' || asks) {
    return {
      keyboard: rows.map((row) =>
        row.map((button) => ({
          text: button.text,
          ...(button.action === 'contact' ? { request_contact: true } : {}),
          ...(button.action === 'location' ? { request_location: true } : {}),
        })),
      ),
      resize_keyboard: true,
      one_time_keyboard: true,
    }
  }
  return {
    inline_keyboard: rows.map((row) =>
      row.map((button) =>
        button.action === 'url' ? { text: button.text, url: button.url } : { text: button.text, callback_data: button.value ?? button.text },
      ),
    ),
  }
}

const result = (answer: TelegramAnswer): SendResult => {
  if (answer.ok === true) {
    const id = (answer.result as { message_id?: number } | undefined)?.message_id
    return { outcome: 'sent', ...(id === undefined ? {} : { externalId: String(id) }) }
  }
  const reason = words.said(answer.description)
  if (answer.ok === 'unknown') return { outcome: 'unknown', reason }
  if (answer.ok === 'unreachable') return { outcome: 'refused', reason, retry: true }
  const refused = { outcome: 'refused', reason } as const
  if (answer.status === 429) return { ...refused, retry: true, retryAfter: answer.retryAfter ?? 1 }
  if (answer.status === 403) return { ...refused, retry: false, blocked: true }
  if (answer.status === 401 || answer.status === 404) return { ...refused, retry: true, accountProblem: true }
  return { ...refused, retry: false }
}

const problem = (answer: Exclude<TelegramAnswer, { ok: true }>): AccountHealth => {
  if (answer.ok !== false) return { state: 'warning', text: words.said(answer.description) }
  if (answer.status === 401 || answer.status === 404) return { state: 'broken', text: words.unknownToken }
  if (answer.status === 409) return { state: 'broken', text: words.takenByOther }
  return { state: 'warning', text: words.said(answer.description) }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
