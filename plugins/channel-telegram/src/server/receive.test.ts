import { isParleyError } from '@parley/plugin-api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messageContent } from '@parley/plugin-conversations/api'
import { callbackId, receive } from './receive.ts'

const from = { id: 700000001, is_bot: false, first_name: 'Olena', last_name: 'Test', username: 'olena_test', language_code: 'uk' }
const chat = { id: 700000001, first_name: 'Olena', type: 'private' }
const update = (message: object) => ({ update_id: 500000002, message: { message_id: 102, from, chat, date: 1767225702, ...message } })
const file = (name: string, more: object = {}) => ({ file_id: name, file_unique_id: `u${name}`, file_size: 10, ...more })

test('a text carries key, chat, sender and time', () => {
  expect(receive(update({ text: 'Привіт 👋' }))).toEqual([
    {
      type: 'message',
      key: '500000002',
      chatId: '700000001',
      externalId: '102',
      at: new Date(1767225702000),
      sender: { id: '700000001', firstName: 'Olena', lastName: 'Test', username: 'olena_test', language: 'uk' },
      content: { kind: 'text', text: 'Привіт 👋' },
    },
  ])
})

test.each([
  ['/start', ''],
  ['/start src_qr-42', 'src_qr-42'],
  ['/start@shop_bot abc', 'abc'],
])('%s is a start', (text, start) => {
  expect(receive(update({ text }))[0]).toMatchObject({ start })
})

test('other words are no start', () => {
  expect(receive(update({ text: '/started today' }))[0]).not.toHaveProperty('start')
})

describe('kinds', () => {
  test.each([
    [
      'the largest photo',
      { photo: [file('s'), file('x', { width: 800, height: 600 })], caption: 'Broken' },
      { kind: 'image', text: 'Broken', media: { providerRef: 'x', type: 'image/jpeg', width: 800 } },
    ],
    [
      'a document',
      { document: file('d', { file_name: 'invoice.pdf', mime_type: 'application/pdf' }) },
      { kind: 'file', media: { providerRef: 'd', name: 'invoice.pdf', type: 'application/pdf' } },
    ],
    ['a video note', { video_note: file('v', { duration: 4 }) }, { kind: 'video', media: { providerRef: 'v', duration: 4 } }],
    ['a voice message', { voice: file('o', { mime_type: 'audio/ogg' }) }, { kind: 'audio', media: { type: 'audio/ogg' } }],
    ['a sticker', { sticker: file('k', { emoji: '👍' }) }, { kind: 'sticker', emoji: '👍' }],
    [
      'a place',
      { location: { latitude: 50.45, longitude: 30.52 }, venue: { title: 'Shop', address: 'Khreshchatyk 1' } },
      { kind: 'location', latitude: 50.45, title: 'Shop' },
    ],
    [
      'the own contact',
      { contact: { phone_number: '12025550143', first_name: 'Olena', user_id: 700000001 } },
      { kind: 'contact', phone: '12025550143', own: true, name: 'Olena' },
    ],
    ["somebody else's contact", { contact: { phone_number: '12025550144', user_id: 5 } }, { kind: 'contact', own: false }],
    ['something new', { dice: { value: 3 } }, { kind: 'unsupported', original: 'dice' }],
  ])('%s', (_name, message, content) => {
    const [event] = receive(update(message))
    expect(event).toMatchObject({ type: 'message', content })
  })

  test('a press on an inline button', () => {
    const press = { update_id: 9, callback_query: { id: '3006477108456789012', from, data: 'dep:sales', message: { message_id: 95, date: 1, chat } } }
    expect(receive(press)).toMatchObject([{ type: 'message', key: '9', chatId: '700000001', content: { kind: 'press', value: 'dep:sales' } }])
    expect(callbackId(press)).toBe('3006477108456789012')
  })

  test.each([
    ['kicked', 'blocked'],
    ['member', 'unblocked'],
  ])('my_chat_member %s', (status, type) => {
    expect(receive({ update_id: 1, my_chat_member: { chat, from, new_chat_member: { status } } })).toMatchObject([{ type, chatId: '700000001' }])
  })
})

test('groups and channels make no event', () => {
  expect(receive(update({ chat: { id: -100123, type: 'supergroup' }, text: 'hi' }))).toEqual([])
})

test('anything else is refused as invalid input, and what is accepted fits the contract', () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.record({ update_id: fc.integer(), message: fc.anything() }),
    fc.object().map((message) => update(message)),
  )
  fc.assert(
    fc.property(anything, (payload) => {
      try {
        for (const event of receive(payload)) if (event.type === 'message') messageContent.parse(event.content)
      } catch (error) {
        expect(isParleyError(error, 'invalid_input')).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})
