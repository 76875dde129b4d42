import { isParleyError, type HttpClient } from '@parley/plugin-api'
import type { Words } from '@parley/plugin-conversations/api'
import type { TelegramConfig } from './account.ts'
import { telegramWords } from './telegram-words.ts'

/** Telegram's own refusal: the request arrived and was not carried out. */
export interface TelegramRefusal {
  readonly ok: false
  readonly status: number
  readonly description: string
  /** Seconds. */
  readonly retryAfter?: number
  readonly migrateTo?: number
}

export type TelegramAnswer =
  | { readonly ok: true; readonly result: unknown }
  | TelegramRefusal
  | { readonly ok: 'unknown'; readonly description: Words }
  | { readonly ok: 'unreachable'; readonly description: Words }

const uploadTimeout = 60_000

/** Calls of the Bot API. The token is part of the address, so no error of this class names an address. */
export class TelegramClient {
  readonly #http: HttpClient

  constructor({ http }: { http: HttpClient }) {
    this.#http = http
  }

  /** @param method a Bot API method; `body` its parameters, or a form with files. Never throws for what Telegram or the network say. */
  async call(config: TelegramConfig, method: string, body: object | FormData, signal: AbortSignal, timeout?: number): Promise<TelegramAnswer> {
    const form = body instanceof FormData
    try {
      const response = await this.#http(`${root(config)}/bot${config.token}/${method}`, {
        method: 'POST',
        ...(form ? {} : { headers: { 'content-type': 'application/json' } }),
        body: form ? body : JSON.stringify(body),
        signal,
        timeout: timeout ?? (form ? uploadTimeout : 15_000),
        maxBytes: 4 * 1024 * 1024,
      })
      return read(response.status, await response.json().catch(() => undefined))
    } catch (error) {
      if (isParleyError(error, 'outbound_refused') || isParleyError(error, 'outbound_blocked')) {
        return {
          ok: 'unreachable',
          description: isParleyError(error, 'outbound_blocked') ? telegramWords.forbiddenAddress : telegramWords.unreachable,
        }
      }
      if (signal.aborted) throw signal.reason
      return { ok: 'unknown', description: telegramWords.noAnswer }
    }
  }

  async download(config: TelegramConfig, path: string, signal: AbortSignal): Promise<Uint8Array> {
    const response = await this.#http(`${root(config)}/file/bot${config.token}/${path}`, {
      signal,
      timeout: uploadTimeout,
      maxBytes: 20 * 1024 * 1024,
    })
    if (!response.ok) throw new Error(`Telegram answered ${response.status} for the file.`)
    return response.bytes()
  }
}

const root = (config: TelegramConfig): string => config.apiRoot.replace(/\/+$/, '')

const read = (status: number, body: unknown): TelegramAnswer => {
  if (typeof body !== 'object' || body === null || !('ok' in body)) {
    // Not the Bot API's words: a proxy in between. A 5xx may hide a delivered message.
    return status >= 500 ? { ok: 'unknown', description: `HTTP ${status}` } : { ok: false, status, description: `HTTP ${status}` }
  }
  const answer = body as {
    ok: boolean
    result?: unknown
    error_code?: number
    description?: string
    parameters?: { retry_after?: number; migrate_to_chat_id?: number }
  }
  if (answer.ok) return { ok: true, result: answer.result }
  if ((answer.error_code ?? status) >= 500) return { ok: 'unknown', description: answer.description ?? `HTTP ${status}` }
  return {
    ok: false,
    status: answer.error_code ?? status,
    description: answer.description ?? `HTTP ${status}`,
    ...(answer.parameters?.retry_after === undefined ? {} : { retryAfter: answer.parameters.retry_after }),
    ...(answer.parameters?.migrate_to_chat_id === undefined ? {} : { migrateTo: answer.parameters.migrate_to_chat_id }),
  }
}
