import clientsPlugin from '@parley/plugin-clients'
import { createTestHost, until, type TestDatabase, type TestHost } from '@parley/test-kit'
import type { Role } from '@parley/plugin-api'
import { bots, channelAccounts, conversations, inbox, type ChannelAccount, type Message } from '../src/api/index.ts'
import plugin from '../src/server/plugin.ts'
import { toyMessage, ToyChannel, ToyHolder, toyPlugin } from './toys.ts'

export interface ToyHostOptions {
  readonly channel?: ToyChannel
  readonly holder?: ToyHolder
  readonly holders?: string[]
  readonly roles?: readonly Role[]
  readonly database?: TestDatabase
  /** Of another host on the same database. */
  readonly account?: ChannelAccount
  readonly dataDir?: string
  readonly config?: object
  readonly publicUrl?: string | undefined
  /** Under which the toy channel is known; default `toy`. */
  readonly channelKey?: string
}

/** A host with conversations, a toy channel and a toy holder, and one connected account. */
export const createToyHost = async (options: ToyHostOptions = {}) => {
  const channel = options.channel ?? new ToyChannel()
  const holder = options.holder ?? new ToyHolder()
  const host: TestHost = await createTestHost({
    plugins: [clientsPlugin, plugin, toyPlugin(channel, holder, options.holders, options.channelKey)],
    config: { conversations: { firstHolder: 'toy-holder', ...options.config } },
    ...(options.roles === undefined ? {} : { roles: options.roles }),
    ...(options.database === undefined ? {} : { database: options.database }),
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
  const connect = async (): Promise<ChannelAccount> => {
    const bot = await host.service(bots).create({ name: 'Toys' })
    return await host
      .service(channelAccounts)
      .create({ botId: bot.id, channel: options.channelKey ?? 'toy', title: 'Toy', config: { token: 'secret' } })
  }
  const account = options.account ?? (await connect())
  const receive = async (key: string, text: string, chat = 'chat-1'): Promise<string> => {
    const { messages } = await host.service(inbox).receive(account.id, toyMessage(key, text, chat))
    return messages[0]!.conversationId
  }
  const page = async (id: string): Promise<Message[]> => (await host.service(conversations).messages(id, {})).messages
  return {
    host,
    channel,
    holder,
    account,
    receive,
    page,
    /** So many messages went out, and each has an outcome. */
    settled: (id: string, outgoing = 1) =>
      until(async () => {
        const messages = await page(id)
        const out = messages.filter(({ direction }) => direction === 'out')
        return out.length >= outgoing && out.every(({ state }) => state !== 'queued' && state !== 'sending') && messages
      }),
    /** Advances time in steps until the condition holds. */
    async pass(condition: () => boolean | Promise<boolean>, step = 1000, steps = 200): Promise<void> {
      for (let n = 0; n < steps; n++) {
        const met = await until(async () => (await condition()) || undefined, { within: 60 }).catch(() => false)
        if (met !== false) return
        await host.clock.advance(step)
      }
      throw new Error(`It did not come true in ${steps} steps: ${condition.toString()}`)
    },
    db: host.database.forPlugin('conversations'),
  }
}
