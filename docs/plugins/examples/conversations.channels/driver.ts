import { isParleyError, ParleyError, type HttpClient } from '@parley/plugin-api'
import { requestProblem, type ChannelDriver, type SendResult } from '@parley/plugin-conversations/api'
import { z } from 'zod'

const account = z.object({
  gateway: z.url().meta({ title: 'Gateway', translations: { uk: { title: 'Шлюз' } } }),
  token: z.string().meta({ title: 'Token', format: 'password', translations: { uk: { title: 'Токен' } } }),
})
const update = z.object({ id: z.string().min(1), phone: z.string().min(1), text: z.string() })

/** Texts of 160 characters; what the channel cannot do is degraded to text before `send` sees it. */
export const smsDriver = (http: HttpClient): ChannelDriver<z.output<typeof account>> => ({
  kind: 'sms',
  title: 'SMS',
  icon: 'phone',
  capabilities: { kinds: ['text'], textLimit: 160, html: false, typing: false, receipts: [] },
  accountSchema: account,
  idempotentSend: false,
  webhookPath: ({ id }) => `/hooks/channel-sms/${id}`,
  receive: (payload) => {
    const { data } = update.safeParse(payload)
    if (data === undefined) throw new ParleyError('invalid_input', 'This is no message of the gateway.')
    return [
      {
        type: 'message',
        key: data.id,
        chatId: data.phone,
        sender: { id: data.phone, phone: data.phone },
        content: { kind: 'text', text: data.text },
      },
    ]
  },
  send: async ({ chatId, content }, { config }, signal): Promise<SendResult> => {
    const body = JSON.stringify({ to: chatId, text: content.kind === 'text' ? content.text : '' })
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${config.token}` }
    try {
      const { ok, status } = await http(`${config.gateway}/messages`, { method: 'POST', headers, body, signal })
      const reason = { en: `The gateway answered ${status}.`, uk: `Шлюз відповів ${status}.` }
      return ok ? { outcome: 'sent' } : { outcome: 'refused', reason, retry: status === 429 || status >= 500 }
    } catch (error) {
      // only what proves that nothing arrived may be tried again
      const reason = requestProblem(error)
      return isParleyError(error, 'outbound_refused') ? { outcome: 'refused', reason, retry: true } : { outcome: 'unknown', reason }
    }
  },
})
