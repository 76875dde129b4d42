import { definePlugin } from '@parley/plugin-api'
import clientsPlugin from '@parley/plugin-clients'
import { clients } from '@parley/plugin-clients/api'
import conversationsPlugin from '@parley/plugin-conversations'
import {
  bots,
  channelAccounts,
  channels,
  conversations,
  inbox,
  type ChannelCapabilities,
  type ChannelDriver,
  type MessageContent,
  type OutboundMessage,
} from '@parley/plugin-conversations/api'
import { createTestHost, until, type TestHost } from '@parley/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { scenarioActions, scenarioRuns, scenarios } from '../src/api/index.ts'
import { shopScenario } from '../src/server/demo/shop-scenario.ts'
import plugin from '../src/server/plugin.ts'
import { chain, say } from './documents.ts'

const delivered: OutboundMessage[] = []

const keyboard: NonNullable<ChannelCapabilities['keyboard']> = {
  placements: ['inline'],
  maxRows: 10,
  maxColumns: 3,
  textLimit: 64,
  valueLimit: 64,
  actions: ['reply'],
}

/** A channel that keeps what it was given, and the operator panel's action without a panel. */
const driver: ChannelDriver = {
  kind: 'custom_channel',
  title: 'Test',
  icon: 'plug',
  capabilities: { kinds: ['text', 'keyboard'], textLimit: 4096, html: true, typing: false, receipts: [], keyboard },
  accountSchema: z.object({}),
  webhookPath: ({ id }) => `/hooks/test-channel/${id}`,
  idempotentSend: true,
  receive: (payload) => {
    const { key, chat, content, start } = payload as { key: string; chat: string; content: MessageContent; start?: string }
    return [{ type: 'message', key, chatId: chat, sender: { id: chat, firstName: 'Оксана' }, content, ...(start === undefined ? {} : { start }) }]
  },
  send: async (message) => {
    delivered.push(message)
    return { outcome: 'sent', externalId: message.id }
  },
}
const testChannel = definePlugin({
  id: 'test-channel',
  contributes: (add) => [
    add(channels, 'custom_channel', () => driver),
    add(scenarioActions, 'operator_panel__connect_to_operator_with_msg', () => ({
      id: 'operator_panel__connect_to_operator_with_msg',
      title: 'Connect',
      group: 'operator_panel',
      description: '',
      parameters: z.looseObject({}),
      outcomes: ['success', 'connected', 'limit', 'error'],
      run: async () => ({ output: 'success' }),
    })),
  ],
})

let host: TestHost
let accountId: string
let botId: string
let count = 0

beforeAll(async () => {
  host = await createTestHost({ plugins: [clientsPlugin, conversationsPlugin, plugin, testChannel] })
  const bot = await host.service(bots).create({ name: 'Shop', language: 'uk' })
  botId = bot.id
  accountId = (await host.service(channelAccounts).create({ botId, channel: 'custom_channel', title: 'Test', config: {}, active: true })).id
  const library = host.service(scenarios)
  expect(await library.import(botId, shopScenario)).toMatchObject({ problems: [] })
  await library.publish(botId)
})
afterAll(() => host.stop())

const words = (chat: string): string[] =>
  delivered.filter(({ chatId }) => chatId === chat).map(({ content }) => ('text' in content ? String(content.text) : ''))

const send = async (chat: string, content: MessageContent, start?: string): Promise<void> => {
  await host.service(inbox).receive(accountId, { key: String(++count), chat, content, start })
}

/** Waits until the chat has been told something with this text. */
const told = (chat: string, text: string, times = 1) => until(() => words(chat).filter((line) => line.includes(text)).length >= times)

describe('a client, a channel, the scenario and back', () => {
  test('the shop from the first message to the way back', async () => {
    const press = (value: string): MessageContent => ({ kind: 'press', value })
    await send('c1', { kind: 'text', text: '/start' }, '')
    await told('c1', 'Чим можемо допомогти?')
    await send('c1', press('operator'))
    await told('c1', 'залиште номер')
    await send('c1', { kind: 'text', text: '+380 50 111 22 33' })
    await told('c1', 'Ви в черзі')
    const conversation = await host.service(conversations).find(accountId, 'c1')
    expect(await host.service(clients).fields(conversation?.clientId ?? '')).toMatchObject({ phone: '+380501112233' })
    const history = await host.service(scenarioRuns).history(conversation?.id ?? '', 3)
    expect(history.map(({ text }) => text)).toEqual(['“+380 50 111 22 33”', expect.stringContaining('Кличу'), expect.stringContaining('Ви в черзі')])
    await host.service(scenarioRuns).goto(conversation?.id ?? '', 'chat-closed')
    await told('c1', 'Чим можемо допомогти?', 2)
    expect(words('c1').slice(-2)).toEqual([expect.stringContaining('Дякуємо за розмову'), 'Чим можемо допомогти?'])
  })

  test('a call from outside reaches the client it names', async () => {
    const { body } = await host.http.post('/kw/api/call_node', { chat_id: 'c2', bot_id: 1, connector_alias: 'order-status', data: { order_id: 17 } })
    expect(body).toMatchObject({ status: 'success' })
    await told('c2', 'Замовлення №17: в дорозі')
  })

  test('messages of many clients are answered, each once and in order', async () => {
    const library = host.service(scenarios)
    await library.import(botId, chain(say('a', 'one {{user_input}}'), say('b', 'two {{user_input}}')))
    await library.publish(botId)
    const chats = Array.from({ length: 20 }, (_, index) => `m${index}`)
    await Promise.all(chats.flatMap((chat) => [1, 2, 3].map((n) => send(chat, { kind: 'text', text: String(n) }))))
    await until(() => chats.every((chat) => words(chat).length >= 6))
    for (const chat of chats) {
      const numbers = words(chat)
        .filter((line) => line.startsWith('one'))
        .map((line) => line.slice(4))
      expect(words(chat)).toEqual(numbers.flatMap((n) => [`one ${n}`, `two ${n}`]))
      expect([...numbers].sort()).toEqual(['1', '2', '3'])
    }
  })
})
