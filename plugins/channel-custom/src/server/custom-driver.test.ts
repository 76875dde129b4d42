import type { HttpClient, OutboundResponse } from '@parley/plugin-api'
import type { ChannelAccount, OutboundMessage } from '@parley/plugin-conversations/api'
import { systemClock } from '@parley/services'
import { describe, expect, it } from 'vitest'
import { CustomDriver } from './custom-driver.ts'

const account = { id: 'a', config: { custom_channel_url: 'https://example.test/in', format: 'telegram_like' } } as ChannelAccount
const message = { id: 'm', chatId: 'c', botId: 'b', part: 0, content: { kind: 'text', text: 'hello' } } as OutboundMessage

const answering = (status: number, headers: Record<string, string> = {}) => {
  const http = (async () => ({ status, ok: status < 300, headers }) as OutboundResponse) as unknown as HttpClient
  return new CustomDriver({ http, clock: systemClock() }).send(message, account, AbortSignal.timeout(1000))
}

describe('what the other system answers', () => {
  it('is a pause of as many seconds as it asks for', async () => {
    expect(await answering(429, { 'retry-after': '2' })).toMatchObject({ outcome: 'refused', retry: true, retryAfter: 2 })
    const reason = { en: 'Your system answers with HTTP 503.', uk: 'Ваша система відповідає HTTP 503.' }
    expect(await answering(503)).toEqual({ outcome: 'refused', retry: true, reason })
  })

  it('is unknown when it may have taken the message', async () => {
    expect(await answering(500)).toMatchObject({ outcome: 'unknown' })
  })
})
