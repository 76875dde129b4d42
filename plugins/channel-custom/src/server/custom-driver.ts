import { isParleyError, type Clock, type HttpClient } from '@parley/plugin-api'
import {
  requestProblem,
  type AccountHealth,
  type ChannelAccount,
  type ChannelCapabilities,
  type ChannelDriver,
  type ConnectedPlace,
  type InboundEvent,
  type NextStep,
  type OutboundMessage,
  type SendResult,
  type Words,
} from '@parley/plugin-conversations/api'
import { customChannel } from '../api/index.ts'
import { accountSchema, type CustomConfig } from './account.ts'
import { nextSteps } from './next-steps.ts'
import { envelopeBody, outgoingId, telegramLikeBody } from './outgoing-body.ts'
import { receiveEnvelope } from './receive-envelope.ts'
import { receiveTelegramLike } from './receive-telegram-like.ts'
import { signatureHeaders } from './standard-webhooks.ts'

const capabilities: ChannelCapabilities = {
  kinds: ['text', 'image', 'file', 'audio', 'video', 'location', 'contact', 'keyboard'],
  textLimit: 32_768,
  captionLimit: 4096,
  html: true,
  keyboard: {
    placements: ['inline', 'reply'],
    maxRows: 100,
    maxColumns: 8,
    textLimit: 256,
    valueLimit: 1024,
    actions: ['reply', 'url', 'contact', 'location'],
  },
  maxFileBytes: 50 * 1024 * 1024,
  typing: false,
  receipts: ['delivered', 'read'],
}

/** Any system over HTTP. Both formats name our message id as the idempotency key, so a repeated call is the other side's to drop. */
export class CustomDriver implements ChannelDriver<CustomConfig> {
  readonly kind = customChannel
  readonly title = 'Custom channel'
  readonly icon = 'plug'
  readonly about = {
    order: 90,
    title: { en: 'Custom channel', uk: 'Власний канал' },
    text: {
      en: 'Any system over HTTP: a mobile app, a CRM, a messenger of your own.',
      uk: 'Будь-яка система через HTTP: мобільний застосунок, CRM, власний месенджер.',
    },
  }
  readonly capabilities = capabilities
  readonly accountSchema = accountSchema
  readonly idempotentSend = true
  readonly #http: HttpClient
  readonly #clock: Clock

  constructor({ http, clock }: { http: HttpClient; clock: Clock }) {
    this.#http = http
    this.#clock = clock
  }

  webhookPath({ id }: { id: string }): string {
    return `/hooks/channel-custom/${id}`
  }

  nextSteps(account: ChannelAccount<CustomConfig>, place: ConnectedPlace): readonly NextStep[] {
    return nextSteps(account, place)
  }

  receive(payload: unknown, account: ChannelAccount<CustomConfig>): readonly InboundEvent[] {
    return account.config.format === 'standard_webhooks' ? receiveEnvelope(payload) : receiveTelegramLike(payload)
  }

  async send(message: OutboundMessage, account: ChannelAccount<CustomConfig>, signal: AbortSignal): Promise<SendResult> {
    const id = outgoingId(message)
    const body = JSON.stringify(account.config.format === 'standard_webhooks' ? envelopeBody(message, account) : telegramLikeBody(message, account))
    try {
      const response = await this.#http(account.config.custom_channel_url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': id, ...this.#proof(account.config, id, body) },
        body,
        signal,
      })
      return answered(response.status, response.headers['retry-after'], id)
    } catch (error) {
      if (isParleyError(error, 'outbound_refused')) return { outcome: 'refused', reason: requestProblem(error), retry: true, accountProblem: true }
      if (isParleyError(error, 'outbound_blocked')) return { outcome: 'refused', reason: requestProblem(error), retry: false, accountProblem: true }
      if (isParleyError(error, 'outbound_unknown')) return { outcome: 'unknown', reason: requestProblem(error) }
      throw error
    }
  }

  /** A look that changes nothing at the other side: whether the address answers at all. */
  async check(account: ChannelAccount<CustomConfig>, signal: AbortSignal): Promise<AccountHealth> {
    const open = account.config.format === 'telegram_like' && account.config.input_token === undefined
    try {
      const headers = this.#proof(account.config, 'check', '')
      const response = await this.#http(account.config.custom_channel_url, { method: 'HEAD', headers, signal, timeout: 5000 })
      if (response.status === 401 || response.status === 403)
        return {
          state: 'broken',
          text: {
            en: `Your system answers with HTTP ${response.status}: it does not accept our token or signature. Enter it again.`,
            uk: `Ваша система відповідає HTTP ${response.status}: вона не приймає наш токен або підпис. Введіть його ще раз.`,
          },
        }
      if (response.status >= 500) return { state: 'warning', text: answers(response.status) }
      if (open)
        return {
          state: 'warning',
          text: {
            en: 'Your system answers. Incoming messages need no token: anybody who knows the address can write. Set one in the account.',
            uk: 'Ваша система відповідає. Вхідні повідомлення не потребують токена: писати може кожен, хто знає адресу. Задайте його в обліковому записі.',
          },
        }
      return { state: 'ok', text: { en: 'Your system answers.', uk: 'Ваша система відповідає.' } }
    } catch (error) {
      if (!isParleyError(error)) throw error
      return { state: 'broken', text: requestProblem(error) }
    }
  }

  #proof(config: CustomConfig, id: string, body: string): Record<string, string> {
    if (config.format === 'telegram_like') return config.access_token === undefined ? {} : { 'x-access-token': config.access_token }
    return signatureHeaders(secretsOf(config), id, this.#clock.now(), body)
  }
}

/** The secret in force first. */
export const secretsOf = ({ secret, previous_secret: previous }: CustomConfig): string[] => [secret, previous].filter((each) => each !== undefined)

const answers = (status: number): Words => ({ en: `Your system answers with HTTP ${status}.`, uk: `Ваша система відповідає HTTP ${status}.` })
const unused: Words = {
  en: 'Your system answers with HTTP 410, which says that the address is no longer used.',
  uk: 'Ваша система відповідає HTTP 410: цією адресою більше не користуються.',
}

const answered = (status: number, retryAfter: string | undefined, id: string): SendResult => {
  if (status >= 200 && status < 300) return { outcome: 'sent', externalId: id }
  const reason = answers(status)
  if (status === 410) return { outcome: 'refused', reason: unused, retry: false, accountProblem: true }
  if (status === 429 || status === 503) {
    const seconds = Number(retryAfter)
    return { outcome: 'refused', reason, retry: true, ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfter: seconds } : {}) }
  }
  if (status === 408 || status >= 500) return { outcome: 'unknown', reason }
  if (status === 401 || status === 403 || status === 404) return { outcome: 'refused', reason, retry: true, accountProblem: true }
  return { outcome: 'refused', reason, retry: false }
}
