import { randomUUID } from 'node:crypto'
import { conversations, outbox } from '@parley/plugin-conversations/api'
import { until } from '@parley/test-kit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { VisitorMessage } from '../src/api/index.ts'
import { WidgetHost } from './widget-host.ts'

// The example of the documentation: hex(HMAC-SHA256(secret, id)).
const identitySecret = 'TEST_IDENTITY_SECRET_NOT_REAL'
const known = { user_id: 'customer-77', user_hash: 'a4c11c7fb5f2258341ccb7427cc5d1a4a365670ab822948763f76226e6e142e0' }

let widget: WidgetHost
beforeAll(async () => {
  widget = await WidgetHost.start({ identitySecret, allowedOrigins: ['https://shop.example'] })
})
afterAll(async () => await widget?.[Symbol.asyncDispose]())
beforeEach(() => void widget.received.splice(0))

/** What is read, without the tags that carry it. */
const wordsOf = ({ text = '' }: VisitorMessage): string =>
  text
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()

const item = async (at = 0) => {
  const found = await until(async () => widget.received[at])
  if (found.type !== 'message') throw new Error('The holder was given no message.')
  return found
}

describe('who a visitor is', () => {
  test('user_hash opens the dialog of user_id, from any computer', async () => {
    const socket = await widget.connect(known)
    await widget.ask(socket, 'message', { key: randomUUID(), text: 'It is me' })
    const { messages } = await widget.session(await widget.connect(known))
    expect(messages.map(({ text }) => text)).toEqual(['It is me'])
  })

  test.each([
    ['of somebody else', 'a'.repeat(64)],
    ['cut short', known.user_hash.slice(0, 62)],
    ['missing', undefined],
  ])('a hash that is %s opens nothing', async (_, user_hash) => {
    await expect(widget.connect({ ...known, user_hash })).rejects.toMatchObject({ code: 'bad_signature' })
  })

  test('the token of an earlier visit brings back its dialog; a token that was touched begins anew', async () => {
    const socket = await widget.connect()
    const { token } = await widget.session(socket)
    await widget.ask(socket, 'message', { key: randomUUID(), text: 'Remember me' })
    expect((await widget.session(await widget.connect({ token }))).messages).toHaveLength(1)
    expect(await widget.session(await widget.connect({ token: `${token.slice(0, -4)}AAAA` }))).toMatchObject({ begun: false, messages: [] })
  })

  test('only the sites of the account and this installation may ask', async () => {
    await widget.connect({}, 'https://shop.example')
    await expect(widget.connect({}, 'https://evil.example')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(widget.connect({}, 'https://shop.example.evil.example')).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('what a visitor does', () => {
  test('params go with a message to whoever has the conversation', async () => {
    await widget.ask(await widget.connect(), 'message', { key: randomUUID(), text: 'Hi', params: { plan: 'gold', visits: 3, member: true } })
    expect((await item()).params).toEqual({ plan: 'gold', visits: 3, member: true })
  })

  test('the same key is stored once, and a dialog that only began is known to have begun', async () => {
    const socket = await widget.connect()
    expect((await widget.session(socket)).begun).toBe(false)
    const start = { key: randomUUID(), alias: 'menu' }
    const first = await widget.ask(socket, 'start', start)
    expect(await widget.ask(socket, 'start', start)).toEqual(first)
    expect(await widget.session(socket)).toMatchObject({ begun: true, messages: [] })
    expect((await item()).start).toBe('menu')
    expect(widget.received).toHaveLength(1)
  })

  test('a file needs a visitor: without a session it is refused, in an answer that the page of a site can read', async () => {
    const upload = async (token: string) => {
      const form = new FormData()
      form.set('file', new Blob(['tea'], { type: 'text/plain' }), 'tea.txt')
      const query = { bot_id: widget.bot, token }
      return await widget.host.http.post('/hooks/channel-widget/files', form, { query, headers: { origin: 'https://shop.example' } })
    }
    const refused = await upload('')
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, 'https://shop.example'])
    const socket = await widget.connect()
    const { token } = await widget.session(socket)
    const { status, body } = await upload(token)
    expect(status).toBe(200)
    await widget.ask(socket, 'message', { key: randomUUID(), fileId: body.fileId })
    expect((await item()).message.content).toMatchObject({ kind: 'file', media: { name: 'tea.txt', size: 3 } })
  })
})

describe('what a visitor is told', () => {
  /** A page that listens, and the id of its conversation. */
  const listening = async () => {
    const socket = await widget.connect()
    const pushed: { type: string; message?: VisitorMessage; text?: string }[] = []
    socket.on('topic', ({ payload }: { payload: (typeof pushed)[number] }) => pushed.push(payload))
    await widget.session(socket)
    await widget.ask(socket, 'message', { key: randomUUID(), text: 'Hi' })
    return { socket, pushed, conversationId: (await item()).message.conversationId }
  }

  test('the longest caption and the widest keyboard come as they are stored, never in parts', async () => {
    const { socket, pushed, conversationId } = await listening()
    const text = '<b>' + '&amp;<i>tea</i> '.repeat(250) + '</b>'
    const row = Array.from({ length: 8 }, (_, index) => ({ text: `${index}`, action: 'reply' as const, value: `${index}` }))
    const contents = [
      { kind: 'image', media: { url: 'https://shop.example/tea.png' }, text, format: 'html' },
      { kind: 'text', text: 'word '.repeat(6500) },
      { kind: 'keyboard', text: 'Which?', buttons: Array.from({ length: 60 }, () => row), placement: 'inline' },
    ] as const
    await widget.host.service(outbox).send(
      conversationId,
      contents.map((content) => ({ author: { kind: 'bot' }, content })),
    )
    const messages = await until(() => {
      const found = pushed.flatMap(({ message }) => message ?? [])
      return found.length >= 3 ? found : undefined
    })
    const stored = (await widget.session(socket)).messages.slice(1)
    expect(messages.map(({ id }) => id)).toEqual(stored.map(({ id }) => id))
    expect(messages.map(({ buttons }) => buttons?.length)).toEqual([undefined, undefined, 60])
    expect(messages.map(wordsOf)).toEqual(stored.map(wordsOf))
  })

  test('an agent thinks with words of its own or without, an operator types by name', async () => {
    const { pushed, conversationId } = await listening()
    const hints = widget.host.service(conversations)
    await hints.typing(conversationId, { kind: 'bot', name: 'Looking at your order…' })
    await hints.typing(conversationId, { kind: 'bot' })
    await hints.typing(conversationId, { kind: 'operator', id: 'o1', name: 'Olena' })
    await until(() => (pushed.length >= 3 ? true : undefined))
    expect(pushed).toContainEqual({ type: 'thinking', text: 'Looking at your order…' })
    expect(pushed).toContainEqual({ type: 'thinking' })
    expect(pushed).toContainEqual({ type: 'typing', by: 'operator', name: 'Olena' })
  })
})
