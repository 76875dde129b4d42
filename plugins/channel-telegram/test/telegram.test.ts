import { createTestHost, FakeTelegram, telegramProblem, until, type TestHost } from '@parley/test-kit'
import type { Clock } from '@parley/plugin-api'
import clients from '@parley/plugin-clients'
import { clients as people } from '@parley/plugin-clients/api'
import conversationsPlugin from '@parley/plugin-conversations'
import {
  bots,
  channelAccounts,
  conversations,
  holders,
  outbox,
  type ChannelAccount,
  type ConversationHolder,
  type Message,
} from '@parley/plugin-conversations/api'
import { definePlugin } from '@parley/plugin-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import telegramPlugin from '../src/server/plugin.ts'

/** Has every conversation and only listens: these tests are about the channel. */
const received: Message[] = []
const starts: (string | undefined)[] = []
const listener: ConversationHolder = {
  handle: async (turn) => {
    if (turn.item.type === 'message') {
      received.push(turn.item.message)
      starts.push(turn.item.start)
    }
    await turn.finish(turn.batch())
  },
}
const listenerPlugin = definePlugin({ id: 'scenario-runtime', contributes: (add) => [add(holders, 'scenario-runtime', () => listener)] })

let host: TestHost<Clock>
let telegram: FakeTelegram
let account: ChannelAccount

beforeAll(async () => {
  host = await createTestHost({ plugins: [clients, conversationsPlugin, telegramPlugin, listenerPlugin], time: 'real' })
})
afterAll(() => host.stop())

beforeEach(async () => {
  telegram = await FakeTelegram.start({ flood: false })
  account = await connect('webhook')
})
afterEach(async () => {
  received.length = 0
  starts.length = 0
  await telegram.stop()
})

const connect = async (mode: 'webhook' | 'polling'): Promise<ChannelAccount> => {
  const bot = await host.service(bots).create({ name: 'Shop' })
  const made = await host
    .service(channelAccounts)
    .create({ botId: bot.id, channel: 'telegram', title: 'Shop', config: { token: telegram.token, mode, apiRoot: telegram.url }, active: true })
  if (mode === 'webhook') await call('setWebhook', { url: `${host.url}/hooks/channel-telegram/${made.id}`, secret_token: made.secret })
  return made
}

const call = (method: string, body: object): Promise<Response> =>
  fetch(`${telegram.url}/bot${telegram.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const conversationOf = async (user: number): Promise<string> => (await until(() => host.service(conversations).find(account.id, String(user)))).id
const write = async (user: number, ...texts: string[]): Promise<readonly string[]> =>
  host.service(outbox).send(
    await conversationOf(user),
    texts.map((text) => ({ author: { kind: 'bot' as const }, content: { kind: 'text' as const, text } })),
  )
const stateOf = async (id: string, user: number): Promise<Message | undefined> =>
  (await host.service(conversations).messages(await conversationOf(user), {})).messages.find((message) => message.id === id)

describe('receiving by webhook', () => {
  test('an update becomes one message, however often Telegram repeats it', async () => {
    const update = telegram.say(701, 'Привіт')
    telegram.repeat(update)
    telegram.repeat(update)
    telegram.say(701, 'ще')
    await until(() => received.length === 2)
    expect(received.map((message) => message.content)).toEqual([
      { kind: 'text', text: 'Привіт' },
      { kind: 'text', text: 'ще' },
    ])
    await until(() => telegram.webhookStatuses.length === 4)
    expect(telegram.webhookStatuses).toEqual([200, 200, 200, 200])
  })

  test('a deep link starts with its parameter; a press is answered', async () => {
    telegram.say(702, '/start promo-1')
    telegram.press(702, 'dep:sales')
    await until(() => received.length === 2)
    expect(starts[0]).toBe('promo-1')
    expect(received[1]?.content).toMatchObject({ kind: 'press', value: 'dep:sales' })
    await until(() => telegram.calls.some((made) => made.method === 'answerCallbackQuery'))
  })

  test.each([
    ['no secret', undefined, 401],
    ['a wrong secret', 'x'.repeat(32), 401],
  ])('%s is refused and nothing is stored', async (_name, secret, status) => {
    const response = await fetch(`${host.url}/hooks/channel-telegram/${account.id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret }) },
      body: JSON.stringify({ update_id: 1, message: { message_id: 1, date: 1, chat: { id: 703, type: 'private' }, from: { id: 703 }, text: 'x' } }),
    })
    expect(response.status).toBe(status)
    expect(await host.service(conversations).find(account.id, '703')).toBeUndefined()
  })

  test('a file is fetched and kept here', async () => {
    telegram.addFile('doc-1', new TextEncoder().encode('%PDF-1.4 invoice'))
    telegram.say(704, undefined, { document: { file_id: 'doc-1', file_unique_id: 'u', file_name: 'invoice.pdf', mime_type: 'application/pdf' } })
    const content = await until(async () => {
      const { messages } = await host.service(conversations).messages(await conversationOf(704), {})
      const found = messages[0]?.content
      return found?.kind === 'file' && found.media.fileId !== undefined && found
    })
    expect(content.media).toMatchObject({ name: 'invoice.pdf', url: expect.stringMatching(/^\/files\//) })
    const file = await fetch(`${host.url}${content.media.url}`)
    expect(await file.text()).toBe('%PDF-1.4 invoice')
  })

  test('blocking and coming back are kept with the identity', async () => {
    telegram.say(705, 'hi')
    await until(() => received.length === 1)
    telegram.setBlocked(705, true)
    const clientId = (await host.service(conversations).get(await conversationOf(705)))!.clientId
    const blocked = (): Promise<boolean> =>
      host
        .service(people)
        .identities(clientId)
        .then((list) => list[0]?.blocked === true)
    await until(blocked)
    telegram.setBlocked(705, false)
    expect(await until(async () => !(await blocked()))).toBe(true)
  })
})

describe('sending', () => {
  beforeEach(async () => {
    telegram.say(710, 'hi')
    await until(() => received.length === 1)
  })

  test('texts, buttons and markup in the fields of the Bot API, in order', async () => {
    await host.service(outbox).send(await conversationOf(710), [
      { author: { kind: 'bot' }, content: { kind: 'text', text: '<b>Hello</b> & welcome', format: 'html' } },
      {
        author: { kind: 'bot' },
        content: {
          kind: 'keyboard',
          text: 'Where to?',
          buttons: [
            [
              { text: 'Sales', value: 'dep:sales' },
              { text: 'Site', action: 'url', url: 'https://example.com' },
            ],
          ],
        },
      },
      {
        author: { kind: 'bot' },
        content: { kind: 'keyboard', text: 'Your number?', placement: 'reply', buttons: [[{ text: 'Share', action: 'contact' }]] },
      },
    ])
    await until(() => telegram.sent().length === 3)
    const [text, inline, reply] = telegram.sent().map((each) => each.parameters)
    expect(text).toMatchObject({ chat_id: '710', parse_mode: 'HTML' })
    expect(inline?.['reply_markup']).toEqual({
      inline_keyboard: [
        [
          { text: 'Sales', callback_data: 'dep:sales' },
          { text: 'Site', url: 'https://example.com' },
        ],
      ],
    })
    expect(reply?.['reply_markup']).toMatchObject({ keyboard: [[{ text: 'Share', request_contact: true }]] })
  })

  test('429 waits as long as Telegram says, and nothing is lost or overtaken', async () => {
    telegram.failNext(telegramProblem.flood(1))
    await write(710, 'one', 'two')
    await until(() => telegram.sent().length === 2)
    expect(telegram.sent().map((each) => each.parameters['text'])).toEqual(['one', 'two'])
  })

  test('a lost answer is unknown: sent once, not again, and the next one goes on', async () => {
    telegram.failNext('reset')
    const [lost] = await write(710, 'lost?')
    await until(async () => (await stateOf(lost!, 710))?.state === 'unknown')
    const [next] = await write(710, 'next')
    await until(async () => (await stateOf(next!, 710))?.state === 'sent')
    expect(telegram.sent().map((each) => each.parameters['text'])).toEqual(['lost?', 'next'])
  })

  test('a client who blocked us: failed with the reason', async () => {
    telegram.setBlocked(710, true)
    const [id] = await write(710, 'hello?')
    const message = await until(async () => {
      const found = await stateOf(id!, 710)
      return found?.state === 'failed' && found
    })
    expect(message.reason).toMatch(/blocked/)
  })

  test('a long text comes in parts that fit', async () => {
    await write(710, `${'слово '.repeat(1000)}кінець`)
    await until(() => telegram.sent().length >= 2)
    const texts = telegram.sent().map((each) => String(each.parameters['text']))
    expect(texts.every((text) => text.length <= 4096)).toBe(true)
    expect(texts.join(' ').replaceAll(/\s+/g, ' ')).toMatch(/^слово .* кінець$/)
  })
})

test('polling receives without a webhook', async () => {
  await call('deleteWebhook', {})
  account = await connect('polling')
  telegram.say(720, 'nobody can read this', { date: 'never' })
  telegram.say(720, 'from behind a firewall')
  await until(() => received.some((message) => message.content.kind === 'text' && message.content.text === 'from behind a firewall'), {
    within: 20_000,
  })
  expect((await host.service(conversations).find(account.id, '720'))?.channel).toBe('telegram')
  // Telegram was told that it was taken
  const { lines } = (await host.http.as({}).get(`/api/v1/conversations/accounts/${account.id}/intake`)).body
  expect(lines).toContainEqual(
    expect.objectContaining({ payload: expect.stringContaining('nobody can read this'), problem: expect.stringContaining('message.date') }),
  )
})
