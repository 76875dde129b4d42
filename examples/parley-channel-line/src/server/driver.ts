import { ParleyError, type Clock } from '@parley/plugin-api'
import type {
  AccountHealth,
  ChannelAccount,
  ChannelCapabilities,
  ChannelDriver,
  ConnectedPlace,
  InboundEvent,
  Media,
  NextStep,
  OutboundMessage,
  SendResult,
} from '@parley/plugin-conversations/api'
import { accountSchema, type AccountConfig } from './account.ts'
import { messageOf, type LineAnswer, type LineApi } from './line-api.ts'
import { lineWords } from './line-words.ts'
import { nextSteps } from './next-steps.ts'
import { outgoingBody, retryKey } from './outgoing.ts'
import { tokenEnd } from './token-end.ts'
import { receive } from './receive.ts'

/** What is not here is degraded before `send` sees it: long texts are split, other files become links, more buttons a numbered list. */
const capabilities: ChannelCapabilities = {
  kinds: ['text', 'image', 'location', 'keyboard'],
  textLimit: 5000,
  html: false,
  keyboard: { placements: ['inline', 'reply'], maxRows: 13, maxColumns: 1, textLimit: 20, valueLimit: 300, actions: ['reply', 'url', 'location'] },
  maxFileBytes: 10 * 1024 * 1024,
  typing: true,
  receipts: [],
}

const webhookEndpoint = '/v2/bot/channel/webhook/endpoint'
const quick = { timeout: 5000 }
/** Until a monthly limit is raised or over, there is no use in asking often. */
const monthlyPause = 3600

export class Driver implements ChannelDriver<AccountConfig> {
  readonly kind = 'line'
  readonly title = 'LINE'
  readonly icon = 'message-circle'
  readonly about = {
    title: { en: 'LINE', uk: 'LINE' },
    text: { en: 'Answer in Parley what clients write in LINE.', uk: 'Відповідайте в Parley на те, що клієнти пишуть у LINE.' },
  }
  readonly capabilities = capabilities
  readonly accountSchema = accountSchema
  /** LINE takes a push with the same retry key once, and answers 409 afterwards, for 24 hours. */
  readonly idempotentSend = true
  readonly #line: LineApi
  readonly #clock: Clock

  constructor({ lineApi, clock }: { lineApi: LineApi; clock: Clock }) {
    this.#line = lineApi
    this.#clock = clock
  }

  webhookPath({ id }: { id: string }): string {
    return `/hooks/line/${id}`
  }

  nextSteps(account: ChannelAccount<AccountConfig>, place: ConnectedPlace): readonly NextStep[] {
    return nextSteps(account, place)
  }

  receive(payload: unknown): readonly InboundEvent[] {
    return receive(payload)
  }

  async send(message: OutboundMessage, account: ChannelAccount<AccountConfig>, signal: AbortSignal): Promise<SendResult> {
    const call = { method: 'POST', body: outgoingBody(message, account), retryKey: retryKey(message) } as const
    return sendResult(await this.#line.call(account.config, '/v2/bot/message/push', signal, call))
  }

  async typing(chatId: string, { config }: ChannelAccount<AccountConfig>, signal: AbortSignal): Promise<void> {
    await this.#line.call(config, '/v2/bot/chat/loading/start', signal, { method: 'POST', body: { chatId, loadingSeconds: 5 } })
  }

  async fetchMedia(media: Media, { config }: ChannelAccount<AccountConfig>, signal: AbortSignal) {
    const response = await this.#line.download(config, media.providerRef ?? '', signal)
    // LINE still prepares it; another try comes later.
    if (response.status === 202) throw new Error('LINE is still preparing the file.')
    if (!response.ok) throw new ParleyError('outbound_refused', `LINE answered ${response.status} for the file.`)
    const type = response.headers['content-type']?.split(';')[0]
    return { content: once(await response.bytes()), ...(type === undefined ? {} : { type }) }
  }

  /** A look that changes nothing. Never throws for what LINE says. */
  async check(account: ChannelAccount<AccountConfig>, signal: AbortSignal): Promise<AccountHealth> {
    const { config } = account
    const info = await this.#line.call(config, '/v2/bot/info', signal, quick)
    if (info.said !== 'yes') return problem(info)
    const { displayName = 'LINE', basicId } = info.body as { displayName?: string; basicId?: string }
    const identity = { name: displayName, ...(basicId === undefined ? {} : { url: `https://line.me/R/ti/p/${basicId}` }) }
    const end = await tokenEnd(this.#line, config, this.#clock, signal)
    return { ...(await this.#webhook(account, displayName, signal)), identity, ...(end === undefined ? {} : { credentialsEndAt: end }) }
  }

  async #webhook({ config, webhookUrl, active }: ChannelAccount<AccountConfig>, name: string, signal: AbortSignal): Promise<AccountHealth> {
    if (!active) return { state: 'ok', text: lineWords.tokenWorks }
    if (!webhookUrl.startsWith('https://')) return needsHttps
    const webhook = await this.#line.call(config, webhookEndpoint, signal, quick)
    // 404: the channel has none yet
    if (webhook.said !== 'yes' && !(webhook.said === 'no' && webhook.status === 404)) return problem(webhook)
    const { endpoint, active: used } = (webhook.said === 'yes' ? webhook.body : {}) as { endpoint?: string; active?: boolean }
    if (endpoint !== webhookUrl) return { state: 'warning', text: lineWords.otherAddress }
    if (used === false) return { state: 'warning', text: lineWords.webhookOff }
    return { state: 'ok', text: lineWords.receives(name) }
  }

  /** LINE cannot take an address back; it is answered with 404 once the account is off. */
  async connect(account: ChannelAccount<AccountConfig>, signal: AbortSignal): Promise<AccountHealth> {
    if (account.active) {
      if (!account.webhookUrl.startsWith('https://')) return needsHttps
      const set = await this.#line.call(account.config, webhookEndpoint, signal, { ...quick, method: 'PUT', body: { endpoint: account.webhookUrl } })
      if (set.said !== 'yes') return problem(set)
    }
    return await this.check(account, signal)
  }
}

type Refusal = Exclude<LineAnswer, { said: 'yes' }>

/** `refused` proves that nothing was delivered; `unknown` that nobody knows. */
function sendResult(answer: LineAnswer): SendResult {
  if (answer.said === 'yes') return sent(answer.body)
  const { reason } = answer
  if (answer.said === 'no') return refusal(answer)
  if (answer.said === 'unknown') return { outcome: 'unknown', reason }
  return answer.said === 'unreachable'
    ? { outcome: 'refused', reason, retry: true }
    : { outcome: 'refused', reason, retry: false, accountProblem: true }
}

function refusal({ status, body, reason, retryAfter }: Extract<LineAnswer, { said: 'no' }>): SendResult {
  // taken at an earlier try
  if (status === 409) return sent(body)
  if (status >= 500) return { outcome: 'unknown', reason }
  if (status === 401 || status === 403) return { outcome: 'refused', reason, retry: true, accountProblem: true }
  if (status !== 429) return { outcome: 'refused', reason, retry: false }
  if (/monthly limit/i.test(messageOf(body))) return { outcome: 'refused', reason, retry: true, accountProblem: true, retryAfter: monthlyPause }
  return { outcome: 'refused', reason, retry: true, ...(retryAfter === undefined ? {} : { retryAfter }) }
}

function sent(body: unknown): SendResult {
  const id: unknown = (body as { sentMessages?: { id?: unknown }[] } | undefined)?.sentMessages?.[0]?.id
  return { outcome: 'sent', ...(typeof id === 'string' ? { externalId: id } : {}) }
}

function problem(answer: Refusal): AccountHealth {
  if (answer.said === 'no' && answer.status === 401) return { state: 'broken', text: lineWords.unknownToken }
  return { state: answer.said === 'no' ? 'warning' : 'broken', text: answer.reason }
}

const needsHttps: AccountHealth = {
  state: 'broken',
  text: lineWords.needsHttps,
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
