import { isParleyError } from '@parley/plugin-api'
import { messageContent } from '@parley/plugin-conversations/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { receiveEnvelope } from './receive-envelope.ts'
import { receiveTelegramLike } from './receive-telegram-like.ts'
import { sign, signatureProblem } from './standard-webhooks.ts'

const from = {
  id: 380501112233,
  first_name: 'Олена',
  last_name: 'Тест',
  username: 'olena',
  language_code: 'uk',
  is_bot: false,
  phone: '+12025550143',
  channel: 'crm',
  dialog_name: 'x',
}
const update = (message: object) => ({
  update_id: 123456789,
  message: { from, chat: { id: '380501112233_crm' }, date: 1767225702000, type: 'text', ...message },
})

describe('the documented Telegram-like body', () => {
  test('a text', () => {
    expect(receiveTelegramLike(update({ text: 'Привіт' }))).toEqual([
      {
        type: 'message',
        key: '123456789',
        chatId: '380501112233_crm',
        sender: { id: '380501112233', firstName: 'Олена', lastName: 'Тест', username: 'olena', language: 'uk', phone: '+12025550143' },
        content: { kind: 'text', text: 'Привіт' },
        at: new Date(1767225702000),
      },
    ])
  })
  test.each([
    ['seconds are understood', { text: 'a', date: 1767225702 }, { at: new Date(1767225702000) }],
    ['/start begins anew', { text: '/start' }, { start: '' }],
    ['/start with a parameter', { text: '/start promo' }, { start: 'promo' }],
    [
      'a photo by address',
      { photo: 'https://example.com/1.jpg', caption: 'Broken' },
      { content: { kind: 'image', media: { url: 'https://example.com/1.jpg' }, text: 'Broken' } },
    ],
    [
      'sizes of a photo: the last',
      { photo: [{ url: 'https://e.com/s' }, { url: 'https://e.com/l' }] },
      { content: { media: { url: 'https://e.com/l' } } },
    ],
    [
      'a document',
      { document: { url: 'https://e.com/d', file_name: 'a.pdf', mime_type: 'application/pdf' } },
      { content: { kind: 'file', media: { name: 'a.pdf', type: 'application/pdf' } } },
    ],
    ['a place', { location: { latitude: 50.4, longitude: 30.5 } }, { content: { kind: 'location', latitude: 50.4 } }],
    ['a contact', { contact: { phone_number: '+380', first_name: 'A' } }, { content: { kind: 'contact', phone: '+380', name: 'A' } }],
    ['something new', { type: 'hologram' }, { content: { kind: 'unsupported', original: 'hologram' } }],
  ])('%s', (_name, message, event) => {
    expect(receiveTelegramLike(update(message))[0]).toMatchObject(event)
  })
  test('a press on a button', () => {
    const press = { update_id: 'u-2', callback_query: { id: 1, from, data: 'dep:sales', message: { chat: { id: 7 } } } }
    expect(receiveTelegramLike(press)).toMatchObject([{ key: 'u-2', chatId: '7', content: { kind: 'press', value: 'dep:sales' } }])
  })
})

const contact = { external_id: 'user-77', name: 'Олена Тест', phone: '+12025550143', email: 'lead@example.com' }
const created = (message: object) => ({
  type: 'message.created',
  channel_id: 'ch_1',
  event_id: 'evt_0001',
  occurred_at: '2026-01-01T00:00:00.000Z',
  conversation: { external_id: 'user-77' },
  contact,
  message,
})

describe('the envelope', () => {
  test.each([
    [
      'a text',
      created({ external_id: 'ext-1', type: 'text', text: 'Привіт' }),
      {
        key: 'evt_0001',
        chatId: 'user-77',
        externalId: 'ext-1',
        content: { kind: 'text', text: 'Привіт' },
        sender: { firstName: 'Олена', lastName: 'Тест' },
      },
    ],
    [
      'a press',
      created({ type: 'postback', text: 'Sales', payload: 'dep:sales' }),
      { content: { kind: 'press', value: 'dep:sales', text: 'Sales' } },
    ],
    ['a place', created({ type: 'location', location: { latitude: 50.45, longitude: 30.52 } }), { content: { kind: 'location' } }],
    [
      'an image',
      created({
        type: 'image',
        text: 'Broken',
        attachments: [{ type: 'image', url: 'https://example.com/1.jpg', mime_type: 'image/jpeg', file_name: '1.jpg', size: 88211 }],
      }),
      { content: { kind: 'image', text: 'Broken', media: { name: '1.jpg', size: 88211 } } },
    ],
    [
      'a receipt',
      { type: 'message.status', event_id: 'e', message: { id: 'our-1', external_id: 'x' }, status: 'delivered' },
      { type: 'status', externalId: 'our-1', state: 'delivered' },
    ],
    [
      'a failure',
      { type: 'message.status', event_id: 'e', message: { id: 'our-2' }, status: 'failed', error: { code: 'gone', message: 'user left' } },
      { state: 'failed', reason: 'user left' },
    ],
    ['a goodbye', { type: 'contact.unsubscribed', event_id: 'e', contact }, { type: 'blocked', chatId: 'user-77' }],
  ])('%s', (_name, payload, event) => {
    expect(receiveEnvelope(payload)[0]).toMatchObject(event)
  })
  test('a subscription unblocks and starts with its referral', () => {
    expect(receiveEnvelope({ type: 'contact.subscribed', event_id: 'e', contact, referral: { ref: 'src_qr-42' } })).toMatchObject([
      { type: 'unblocked' },
      { type: 'message', start: 'src_qr-42' },
    ])
  })
  test('an event of a later version makes nothing', () => {
    expect(receiveEnvelope({ type: 'contact.merged', event_id: 'e' })).toEqual([])
  })
})

describe('signatures', () => {
  const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
  const now = new Date(1767225600_000)
  const raw = Buffer.from('{"text":"Привіт"}')
  const headers = (over: object = {}) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1767225600',
    'webhook-signature': sign(secret, 'msg_1', '1767225600', raw),
    ...over,
  })

  test('a worked example of the scheme', () => {
    const body = JSON.stringify(created({ external_id: 'ext-1', type: 'text', text: 'Привіт' })).replace('Олена Тест', 'Олена')
    expect(sign(secret, 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W', '1767225600', body)).toBe('v1,O2bqSWRxkl6pvDKs7oXMjiR9cXbU1YgsO6yjEM9HfNI=')
  })
  test('the right one passes, also beside one of another secret', () => {
    expect(signatureProblem([secret], headers(), raw, now)).toBeUndefined()
    expect(signatureProblem([secret], headers({ 'webhook-signature': `v1,AAAA ${headers()['webhook-signature']}` }), raw, now)).toBeUndefined()
    expect(signatureProblem(['whsec_b3RoZXJvdGhlcm90aGVyb3RoZXI=', secret], headers(), raw, now)).toBeUndefined()
  })
  test.each([
    ['missing', {}, raw, now],
    ['of another body', headers(), Buffer.from('{}'), now],
    ['too old', headers(), raw, new Date(now.getTime() + 301_000)],
    ['from the future', headers(), raw, new Date(now.getTime() - 301_000)],
    ['nonsense', headers({ 'webhook-signature': 'x', 'webhook-timestamp': 'soon' }), raw, now],
  ])('%s is refused', (_name, given, body, at) => {
    expect(signatureProblem([secret], given as Record<string, string>, body, at)).toBeTypeOf('string')
  })
})

test.each([
  ['Telegram-like', receiveTelegramLike, (message: object) => update(message)],
  ['envelope', receiveEnvelope, (message: object) => created({ type: 'text', ...message })],
])('%s: anything else is invalid input, and what is accepted fits the contract', (_name, receive, around: (message: object) => object) => {
  const anything = fc.oneof(
    fc.anything(),
    fc.object().map(around),
    fc.record({ text: fc.string(), location: fc.anything(), photo: fc.anything(), attachments: fc.anything() }).map(around),
  )
  fc.assert(
    fc.property(anything, (payload) => {
      try {
        for (const event of receive(payload)) if (event.type === 'message') messageContent.parse(event.content)
      } catch (error) {
        expect(isParleyError(error, 'invalid_input')).toBe(true)
      }
    }),
    { numRuns: 400 },
  )
})
