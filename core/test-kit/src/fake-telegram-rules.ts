/** Telegram's refusal, in its own words. */
export interface TelegramProblem {
  readonly error_code: number
  readonly description: string
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number }
}

const problem = (error_code: number, description: string): TelegramProblem => ({ error_code, description })

const textLimit = 4096
const captionLimit = 1024
const callbackDataBytes = 64
const tags = new Set(['b', 'strong', 'i', 'em', 'u', 'ins', 's', 'strike', 'del', 'a', 'code', 'pre', 'blockquote', 'tg-spoiler', 'span', 'tg-emoji'])

/** Problems by name, and `of`: what Telegram would refuse a call for. */
export const telegramProblem = {
  unauthorized: problem(401, 'Unauthorized'),
  conflict: problem(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"),
  blocked: problem(403, 'Forbidden: bot was blocked by the user'),
  badWebhook: problem(400, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook'),
  fileNotFound: problem(400, 'Bad Request: wrong file_id or the file is temporarily unavailable'),
  serverError: problem(500, 'Internal Server Error'),
  flood: (seconds: number): TelegramProblem => ({
    ...problem(429, `Too Many Requests: retry after ${seconds}`),
    parameters: { retry_after: seconds },
  }),

  of(method: string, parameters: Readonly<Record<string, any>>): TelegramProblem | undefined {
    if (method.startsWith('send') && !/^-?\d+$/.test(String(parameters['chat_id'] ?? ''))) return problem(400, 'Bad Request: chat not found')
    const text = String(parameters['text'] ?? '')
    if (method === 'sendMessage') {
      if (text.trim() === '') return problem(400, 'Bad Request: message text is empty')
      if (visible(text, parameters).length > textLimit) return problem(400, 'Bad Request: message is too long')
    }
    const caption = String(parameters['caption'] ?? '')
    if (visible(caption, parameters).length > captionLimit) return problem(400, 'Bad Request: message caption is too long')
    if (parameters['parse_mode'] === 'HTML') {
      const bad = badMarkup(text || caption)
      if (bad !== undefined) return problem(400, `Bad Request: can't parse entities: ${bad}`)
    }
    return badKeyboard(parameters['reply_markup'])
  },
}

const visible = (text: string, parameters: Readonly<Record<string, any>>): string =>
  parameters['parse_mode'] === 'HTML' ? text.replaceAll(/<[^>]*>/g, '').replaceAll(/&(lt|gt|amp|quot|#\d+);/g, '.') : text

const badMarkup = (text: string): string | undefined => {
  const open: string[] = []
  for (const [, closing, name] of text.matchAll(/<(\/?)([a-z-]+)[^>]*>/gi)) {
    const tag = name!.toLowerCase()
    if (!tags.has(tag)) return `Unsupported start tag "${tag}"`
    if (closing === '') open.push(tag)
    else if (open.pop() !== tag) return `Unmatched end tag "${tag}"`
  }
  if (/<(?![/a-z])/i.test(text)) return 'Unsupported start tag ""'
  return open.length > 0 ? `Can't find end tag corresponding to start tag "${open.at(-1)}"` : undefined
}

const badKeyboard = (markup: unknown): TelegramProblem | undefined => {
  const parsed: any = typeof markup === 'string' ? JSON.parse(markup) : markup
  const rows: any[][] = parsed?.inline_keyboard ?? []
  if (rows.flat().length > 100) return problem(400, 'Bad Request: reply markup is too long')
  for (const button of rows.flat()) {
    if (typeof button.text !== 'string' || button.text === '')
      return problem(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if (button.callback_data === undefined && button.url === undefined) return problem(400, 'Bad Request: BUTTON_TYPE_INVALID')
    if (button.callback_data !== undefined && Buffer.byteLength(button.callback_data) > callbackDataBytes)
      return problem(400, 'Bad Request: BUTTON_DATA_INVALID')
  }
  return undefined
}
