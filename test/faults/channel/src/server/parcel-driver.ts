import { isParleyError, ParleyError, type HttpClient } from '@parley/plugin-api'
import type { ChannelAccount, ChannelDriver, InboundEvent, OutboundMessage, SendResult } from '@parley/plugin-conversations/api'
import { z } from 'zod'

const accountSchema = z.object({ url: z.url() })
const parcel = z.object({ id: z.string(), chat: z.string(), text: z.string() })

export class ParcelDriver implements ChannelDriver<z.infer<typeof accountSchema>> {
  readonly kind = 'parcel'
  readonly title = 'Parcel'
  readonly icon = 'package'
  readonly capabilities = { kinds: ['text'], textLimit: 4096, html: false, typing: false, receipts: [] } as const
  readonly accountSchema = accountSchema
  readonly idempotentSend = false
  readonly #http: HttpClient

  constructor({ http }: { http: HttpClient }) {
    this.#http = http
  }

  webhookPath({ id }: { id: string }): string {
    return `/hooks/channel-parcel/${id}`
  }

  receive(payload: unknown): readonly InboundEvent[] {
    const parsed = parcel.safeParse(payload)
    if (!parsed.success) throw new ParleyError('invalid_input', 'This is not a parcel: id, chat and text are needed.')
    const { id, chat, text } = parsed.data
    return [{ type: 'message', key: id, chatId: chat, sender: { id: chat }, content: { kind: 'text', text } }]
  }

  async send(message: OutboundMessage, account: ChannelAccount<z.infer<typeof accountSchema>>, signal: AbortSignal): Promise<SendResult> {
    const body = JSON.stringify({ chat_id: message.chatId, text: 'text' in message.content ? message.content.text : '' })
    try {
      const headers = { 'content-type': 'application/json', 'idempotency-key': message.id }
      const { status } = await this.#http(account.config.url, { method: 'POST', headers, body, signal })
      if (status === 200) return { outcome: 'sent' }
      if (status === 429) return { outcome: 'refused', reason: 'Too many parcels.', retry: true }
      return { outcome: 'unknown', reason: `The parcel service answered ${status}.` }
    } catch (error) {
      if (isParleyError(error, 'outbound_refused')) return { outcome: 'refused', reason: error.message, retry: true }
      return { outcome: 'unknown', reason: (error as Error).message }
    }
  }
}
