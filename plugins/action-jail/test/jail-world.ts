import { definePlugin } from '@parley/plugin-api'
import clientsPlugin from '@parley/plugin-clients'
import conversationsPlugin from '@parley/plugin-conversations'
import { bots, channelAccounts, channels, inbox, type ChannelDriver, type OutboundMessage } from '@parley/plugin-conversations/api'
import scenarioPlugin from '@parley/plugin-scenario-runtime'
import { scenarioActions, scenarios } from '@parley/plugin-scenario-runtime/api'
import { createTestHost, until, type TestHostOptions } from '@parley/test-kit'
import { z } from 'zod'
import plugin from '../src/server/plugin.ts'

export const base = '/api/v1/action-jail'

/** A channel that keeps what it was given, and the operator panel's action without a panel. */
const channel = (delivered: OutboundMessage[]) => {
  const driver: ChannelDriver = {
    kind: 'custom_channel',
    title: 'Test',
    icon: 'plug',
    capabilities: { kinds: ['text', 'keyboard'], textLimit: 4096, html: true, typing: false, receipts: [] },
    accountSchema: z.object({}),
    webhookPath: ({ id }) => `/hooks/test-channel/${id}`,
    idempotentSend: true,
    receive: (payload) => {
      const { key, chat, text, press } = payload as { key: string; chat: string; text: string; press?: string }
      const content = press === undefined ? ({ kind: 'text', text } as const) : ({ kind: 'press', value: press } as const)
      return [{ type: 'message', key, chatId: chat, sender: { id: chat, firstName: 'Оксана' }, content }]
    },
    send: async (message) => {
      delivered.push(message)
      return { outcome: 'sent', externalId: message.id }
    },
  }
  return definePlugin({
    id: 'test-channel',
    contributes: (add) => [
      add(channels, 'custom_channel', () => driver),
      add(scenarioActions, 'operator_panel__connect_to_operator_with_msg', () => ({
        ...{ id: 'operator_panel__connect_to_operator_with_msg', title: 'Connect', group: 'operator_panel', description: '' },
        parameters: z.looseObject({}),
        outcomes: ['success', 'connected', 'limit', 'error'],
        run: async () => ({ output: 'success' }),
      })),
    ],
  })
}

/** Real plugins, a real database, the real sandbox, and a bot whose clients write by a test's channel. */
export const createJail = async (options: Partial<TestHostOptions> = {}) => {
  const delivered: OutboundMessage[] = []
  const host = await createTestHost({ ...options, plugins: [clientsPlugin, conversationsPlugin, scenarioPlugin, plugin, channel(delivered)] })
  const admin = host.http.as({ name: 'Ada' })
  let bot: { id: string; account: string } | undefined
  let count = 0

  const botOf = async () => {
    if (bot !== undefined) return bot
    const { id } = await host.service(bots).create({ name: 'Shop', language: 'en' })
    const account = await host.service(channelAccounts).create({ botId: id, channel: 'custom_channel', title: 'Test', config: {}, active: true })
    bot = { id, account: account.id }
    return bot
  }
  const words = (chat: string): string[] =>
    delivered.filter(({ chatId }) => chatId === chat).map(({ content }) => ('text' in content ? String(content.text) : ''))

  return {
    host,
    admin,
    botOf,
    words,
    publish: async (document: unknown) => {
      const { id } = await botOf()
      await host.service(scenarios).import(id, document)
      return await host.service(scenarios).publish(id)
    },
    /** What the bot answers to a text, once it has answered this often. */
    say: async (chat: string, text: string, answers = 1): Promise<string[]> => {
      const before = words(chat).length
      await host.service(inbox).receive((await botOf()).account, { key: String(++count), chat, text })
      await until(() => words(chat).length >= before + answers)
      return words(chat).slice(before)
    },
    stop: () => host.stop(),
  }
}
export type Jail = Awaited<ReturnType<typeof createJail>>

/** An action that checks a number and asks a shop. */
export const orderCode = `async function action_order() {
  const { number, token } = this.getCurrentNodeParamsJSON()
  console.log('asked for', number)
  if (!/^\\d+$/.test(number)) return 'wrong'
  const answer = await this.request({ url: 'https://shop.example/orders/' + number, headers: { authorization: 'Bearer ' + token } })
  if (!answer.ok) return 'none'
  this.setCurrentStateConstant('order_state', answer.body.state)
  this.setCurrentStateConstant('seen', [this.getCurrentConstJSON().order_state, this.getCurrentStateJSON().node.type])
  return 'found'
}
module.exports = action_order
`

export const orderAction = {
  name: 'Order',
  description: '',
  group: 'shop',
  code: orderCode,
  config: {
    parameters: [
      { name: 'number', type: 'string', required: true },
      { name: 'token', type: 'string', defaultValue: '{{instance_settings.shop_token}}' },
    ],
    events_schema: ['found', 'none', 'wrong'],
  },
  documentation: '',
}

/** Start, then a node that runs the action, and a message for each output. */
export const scenarioOf = (templateId: string, values: object, outputs: Readonly<Record<string, string>>) => ({
  format: 'parley.scenario@1',
  title: 'Test',
  sections: [
    {
      id: 'main',
      title: 'main',
      nodes: [
        { id: 'start', type: 'start' },
        { id: 'run', type: 'action', parameters: { templateId, values } },
        ...Object.entries(outputs).map(([output, text]) => ({ id: `at-${output}`, type: 'message', parameters: { text } })),
      ],
      edges: [{ from: 'start', to: 'run' }, ...Object.keys(outputs).map((output) => ({ from: 'run', output, to: `at-${output}` }))],
    },
  ],
})
