import { createHmac, timingSafeEqual } from 'node:crypto'
import { definePlugin, isParleyError, ParleyError, type HttpClient } from '@parley/plugin-api'
import { asFunction } from 'awilix'
import { z } from 'zod'
import type { HttpProvider } from '@parley/test-kit/channel-contract'
import { channelAccounts, channels, inbox, jsonPayload, type ChannelDriver, type SendResult } from '../src/api/index.ts'

const secret = 'a-secret-of-the-bare-channel'
/** As numbers two neighbours are one. */
const firstId = 2n ** 62n
const update = z.object({ id: z.string().min(1).max(64), phone: z.string().min(1).max(64), text: z.string().optional() })
const signatureOf = (body: string | Buffer, key: string): Buffer => createHmac('sha256', key).update(body).digest()

/** Texts of 160 characters and nothing else, as SMS has them: everything that can be degraded is. */
export const bareDriver = (http: HttpClient): ChannelDriver => ({
  kind: 'bare',
  title: 'Bare',
  icon: 'phone',
  capabilities: { kinds: ['text'], textLimit: 160, html: false, typing: false, receipts: [] },
  accountSchema: z.object({
    gateway: z.url().meta({ title: 'Gateway', translations: { uk: { title: 'Шлюз' } } }),
    secret: z.string().meta({ title: 'Secret', format: 'password', translations: { uk: { title: 'Секрет' } } }),
  }),
  idempotentSend: false,
  webhookPath: ({ id }) => `/hooks/channel-bare/${id}`,
  nextSteps: ({ webhookUrl }) => [{ title: 'Enter this address', code: webhookUrl }],
  // ids above 2^53 that are JSON numbers: in a string the quotes around "id" would be escaped
  parse: (raw) => jsonPayload(raw, (text) => text.replaceAll(/"id":(\d+)/g, '"id":"$1"')),
  receive: (payload) => {
    const parsed = update.safeParse(payload)
    if (!parsed.success) throw new ParleyError('invalid_input', 'This is no message of the gateway.')
    const { id, phone, text } = parsed.data
    return text === undefined ? [] : [{ type: 'message', key: id, chatId: phone, sender: { id: phone, phone }, content: { kind: 'text', text } }]
  },
  send: async ({ chatId, content }, { config }, signal): Promise<SendResult> => {
    const body = JSON.stringify({ to: chatId, text: content.kind === 'text' ? content.text : '' })
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${config.secret}` }
    try {
      const { status } = await http(`${config.gateway}/messages`, { method: 'POST', headers, body, signal })
      const reason = `The gateway answered ${status}.`
      if (status < 300) return { outcome: 'sent' }
      if (status === 429) return { outcome: 'refused', reason, retry: true, retryAfter: 5 }
      if (status === 401) return { outcome: 'refused', reason, retry: true, accountProblem: true }
      return status >= 500 ? { outcome: 'refused', reason, retry: true } : { outcome: 'refused', reason, retry: false }
    } catch (error) {
      if (isParleyError(error, 'outbound_refused')) return { outcome: 'refused', reason: error.message, retry: true }
      return { outcome: 'unknown', reason: (error as Error).message }
    }
  },
  check: async ({ config }, signal) => {
    const headers = { authorization: `Bearer ${config.secret}` }
    const status = await http(`${config.gateway}/balance`, { headers, signal }).then(
      (answer) => answer.status,
      () => 0,
    )
    return status === 200 ? { state: 'ok', text: 'The gateway answers.' } : { state: 'broken', text: `The gateway answered ${status}.` }
  },
})

export const bareChannel = definePlugin({
  id: 'channel-bare',
  consumes: { inbox, accounts: channelAccounts },
  services: { driver: asFunction(({ http }: { http: HttpClient }) => bareDriver(http)).singleton() },
  contributes: (add) => [add(channels, 'bare', ({ driver: made }) => made)],
  routes: (http) => [
    http.post(
      '/:account',
      { auth: 'webhook', params: z.object({ account: z.uuid() }) },
      async ({ params, rawBody, headers }, { accounts, inbox: box }) => {
        const account = await accounts.get(params.account)
        if (account?.active !== true) throw new ParleyError('not_found', 'Nobody receives here.')
        const given = Buffer.from(headers['x-signature'] ?? '', 'hex')
        const expected = signatureOf(rawBody, account.config.secret)
        if (given.length !== expected.length || !timingSafeEqual(given, expected))
          throw new ParleyError('bad_signature', 'The signature does not fit.')
        await box.receive(account.id, rawBody)
        return {}
      },
    ),
  ],
})

export const bareAccount = (origin: string): Record<string, unknown> => ({ gateway: origin, secret })

export const bareProvider: HttpProvider = {
  chatId: (number) => `+1202${number}`,
  update: ({ number, chatId, ...event }) => {
    const rest = event.type === 'text' ? { text: event.text } : event.type === 'unknown' ? { fax: 'a new kind' } : undefined
    return rest && `{"id":${firstId + BigInt(number)},${JSON.stringify({ phone: chatId, ...rest }).slice(1)}`
  },
  sign: (body) => ({ 'x-signature': signatureOf(body, secret).toString('hex') }),
  answer: ({ path }) => (path === '/messages' || path === '/balance' ? { body: {} } : undefined),
  shows: ({ path, body }) => (path === '/messages' ? { chatId: body.to, kind: 'text', text: body.text } : undefined),
  refusals: {
    rateLimited: () => ({ status: 429 }),
    saysHowLong: false,
    expiredToken: { status: 401 },
    serverErrorTakesNothing: true,
  },
}
