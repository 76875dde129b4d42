import type { ChannelAccount, OutboundMessage } from '@parley/plugin-conversations/api'
import { expect, test } from 'vitest'
import { outgoingBody, retryKey } from '../src/server/outgoing.ts'
import { receive } from '../src/server/receive.ts'

const account = { webhookUrl: 'https://chat.example.com/hooks/line/1' } as ChannelAccount
const message = (content: OutboundMessage['content'], part = 0): OutboundMessage => ({
  id: '0199aaaa-0000-7000-8000-000000000001',
  conversationId: 'c',
  botId: 'b',
  chatId: 'U1',
  number: 1,
  author: { kind: 'bot' },
  content,
  part,
})
const sent = (content: OutboundMessage['content']): any[] => (outgoingBody(message(content), account) as { messages: any[] }).messages
const keyboard = (count: number, text = 'Where to?') => ({
  kind: 'keyboard' as const,
  text,
  buttons: Array.from({ length: count }, (_, index) => [{ text: `No ${index}`, action: 'reply' as const }]),
  placement: 'inline' as const,
})
const webhook = (event: object): object => ({
  destination: 'U0',
  events: [{ type: 'message', webhookEventId: '01', timestamp: 1_700_000_000_000, source: { type: 'user', userId: 'U1' }, ...event }],
})

test('up to four buttons stay under a short text; more, or a longer text, become quick replies', () => {
  expect(sent(keyboard(4))).toMatchObject([{ type: 'template', altText: 'Where to?', template: { actions: { length: 4 } } }])
  expect(sent(keyboard(5))).toMatchObject([{ type: 'text', text: 'Where to?', quickReply: { items: { length: 5 } } }])
  expect(sent(keyboard(2, 'x'.repeat(161)))).toMatchObject([{ type: 'text', quickReply: { items: { length: 2 } } }])
})

test('a picture has a whole address and its words after it; one that LINE does not show is a link', () => {
  const media = { url: '/files/1?signature=2', type: 'image/png' }
  const address = 'https://chat.example.com/files/1?signature=2'
  expect(sent({ kind: 'image', media, text: 'See this' })).toEqual([
    { type: 'image', originalContentUrl: address, previewImageUrl: address },
    { type: 'text', text: 'See this' },
  ])
  expect(sent({ kind: 'image', media: { ...media, type: 'image/webp' }, text: 'See this' })).toEqual([{ type: 'text', text: `See this\n${address}` }])
})

test('retry keys are UUIDs: the same at each try, another for each part', () => {
  const keys = [0, 1, 2].map((part) => retryKey(message({ kind: 'text', text: 'x' }, part)))
  expect(new Set(keys).size).toBe(3)
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(retryKey(message({ kind: 'text', text: 'x' }, 1))).toBe(keys[1])
})

test('a new friend starts, one who comes back is unblocked, a group is not served', () => {
  expect(receive(webhook({ type: 'follow', follow: { isUnblocked: false } }))).toMatchObject([{ type: 'message', start: '', chatId: 'U1' }])
  expect(receive(webhook({ type: 'follow', follow: { isUnblocked: true } }))).toMatchObject([{ type: 'unblocked' }])
  expect(receive(webhook({ message: { id: '1', type: 'text', text: 'x' }, source: { type: 'group', groupId: 'C1', userId: 'U1' } }))).toEqual([])
})

test('"Verify" in the console is a webhook without events', () => {
  expect(receive({ destination: 'U0', events: [] })).toEqual([])
})

test('a sticker is its picture; a file of another program lies where that has put it', () => {
  const sticker = { id: '1', type: 'sticker', packageId: '446', stickerId: '1988' }
  expect(receive(webhook({ message: sticker }))).toMatchObject([{ content: { kind: 'sticker', media: { url: expect.stringContaining('/1988/') } } }])
  const image = { id: '1', type: 'image', contentProvider: { type: 'external', originalContentUrl: 'https://example.com/a.jpg' } }
  expect(receive(webhook({ message: image }))).toMatchObject([{ content: { kind: 'image', media: { url: 'https://example.com/a.jpg' } } }])
})
