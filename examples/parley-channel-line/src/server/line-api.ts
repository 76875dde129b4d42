import { isParleyError, type HttpClient, type OutboundResponse } from '@parley/plugin-api'
import type { Words } from '@parley/plugin-conversations/api'
import { lineApi, lineData, type AccountConfig } from './account.ts'
import { lineWords } from './line-words.ts'

/** What LINE said, or why it said nothing. `unreachable` proves that the request did not leave; `unknown` does not. */
export type LineAnswer =
  | { readonly said: 'yes'; readonly body: unknown }
  | { readonly said: 'no'; readonly status: number; readonly body: unknown; readonly reason: Words; readonly retryAfter?: number }
  | { readonly said: 'unreachable' | 'forbidden-address' | 'unknown'; readonly reason: Words }

interface LineCall {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly body?: object
  /** Instead of `body`, where LINE wants a form. */
  readonly form?: Readonly<Record<string, string>>
  readonly retryKey?: string
  readonly timeout?: number
}

/** More than Parley takes by default: the limit is the installation's. */
const largestFile = 200 * 1024 * 1024

/** Calls of the Messaging API. */
export class LineApi {
  readonly #http: HttpClient

  constructor({ http }: { http: HttpClient }) {
    this.#http = http
  }

  async call({ apiRoot, channelAccessToken }: AccountConfig, path: string, signal: AbortSignal, call: LineCall = {}): Promise<LineAnswer> {
    const { method = 'GET', body, form, retryKey, timeout } = call
    const type = body !== undefined ? 'application/json' : form && 'application/x-www-form-urlencoded'
    try {
      const response = await this.#http(apiRoot + path, {
        method,
        headers: {
          authorization: `Bearer ${channelAccessToken}`,
          ...(type === undefined ? {} : { 'content-type': type }),
          ...(retryKey === undefined ? {} : { 'x-line-retry-key': retryKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
        ...(timeout === undefined ? {} : { timeout }),
        signal,
      })
      const answer: unknown = await response.json().catch(() => undefined)
      if (response.ok) return { said: 'yes', body: answer }
      const seconds = Number(response.headers['retry-after'])
      const reason = lineWords.answered(response.status, messageOf(answer))
      return { said: 'no', status: response.status, body: answer, reason, ...(seconds > 0 ? { retryAfter: seconds } : {}) }
    } catch (error) {
      if (isParleyError(error, 'outbound_refused')) return { said: 'unreachable', reason: lineWords.unreachable }
      if (isParleyError(error, 'outbound_blocked')) return { said: 'forbidden-address', reason: lineWords.forbiddenAddress }
      if (signal.aborted) throw signal.reason
      return { said: 'unknown', reason: lineWords.noAnswer }
    }
  }

  /** A file that a client sent. LINE keeps it for some days only, at an address beside the API's. */
  download({ apiRoot, channelAccessToken }: AccountConfig, messageId: string, signal: AbortSignal): Promise<OutboundResponse> {
    const address = `${apiRoot === lineApi ? lineData : apiRoot}/v2/bot/message/${encodeURIComponent(messageId)}/content`
    return this.#http(address, { headers: { authorization: `Bearer ${channelAccessToken}` }, signal, timeout: 60_000, maxBytes: largestFile })
  }
}

export function messageOf(body: unknown): string {
  const message = (body as { message?: unknown } | undefined)?.message
  return typeof message === 'string' ? `: ${message.slice(0, 300).replace(/\.$/, '')}` : ''
}
