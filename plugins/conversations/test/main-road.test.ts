import clientsPlugin from '@parley/plugin-clients'
import { createTestHost, until, type TestHost } from '@parley/test-kit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bots, channelAccounts, conversations, inbox, outbox, type ChannelAccount } from '../src/api/index.ts'
import plugin from '../src/server/plugin.ts'
import { toyMessage, ToyChannel, ToyHolder, toyPlugin } from './toys.ts'

describe('the main road', () => {
  const channel = new ToyChannel()
  const holder = new ToyHolder()
  let host: TestHost
  let account: ChannelAccount

  beforeAll(async () => {
    host = await createTestHost({
      plugins: [clientsPlugin, plugin, toyPlugin(channel, holder)],
      config: { conversations: { firstHolder: 'toy-holder' } },
    })
    const bot = await host.service(bots).create({ name: 'Toys' })
    account = await host.service(channelAccounts).create({ botId: bot.id, channel: 'toy', title: 'Toy', config: { token: 'secret' } })
  })
  afterAll(async () => {
    await host?.stop()
  })
  beforeEach(() => {
    channel.sent.length = 0
    holder.turns.length = 0
    holder.handle = undefined
  })

  const receive = (key: string, text: string, chat: string) => host.service(inbox).receive(account.id, toyMessage(key, text, chat))
  const pageOf = async (id: string) => (await host.service(conversations).messages(id, {})).messages

  it('takes a message in, hands it to the holder and sends the answer', async () => {
    const receipt = await receive('k1', 'hello', 'a')
    expect(receipt).toMatchObject({ stored: 1, duplicates: 0, messages: [{ number: 1, duplicate: false }] })
    await until(() => channel.texts('a').length === 1)
    const id = receipt.messages[0]!.conversationId
    await until(async () => (await pageOf(id)).at(-1)?.state === 'sent')
    expect(await pageOf(id)).toMatchObject([
      { number: 1, direction: 'in', state: 'received', content: { kind: 'text', text: 'hello' }, author: { kind: 'client', name: 'Olena' } },
      { number: 2, direction: 'out', state: 'sent', content: { kind: 'text', text: 'echo hello' }, author: { kind: 'bot' } },
    ])
    expect(await host.service(conversations).get(id)).toMatchObject({ channel: 'toy', chatId: 'a', botId: account.botId, holder: 'toy-holder' })
  })

  it('stores every event once, whatever the order and the moment of its copies', async () => {
    const copies = await Promise.all(Array.from({ length: 12 }, (_, n) => receive(`same-${n % 3}`, `text ${n % 3}`, 'b')))
    expect(copies.reduce((sum, { stored }) => sum + stored, 0)).toBe(3)
    expect(copies.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(9)
    await until(() => channel.texts('b').length === 3)
    const again = await receive('same-1', 'text 1', 'b')
    expect(again).toMatchObject({ stored: 0, duplicates: 1 })
    const messages = await pageOf(again.messages[0]!.conversationId)
    expect(messages.filter(({ direction }) => direction === 'in')).toHaveLength(3)
    const numbers = messages.map(({ number }) => number)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  })

  it('works off a conversation in the order in which it came, one item at a time', async () => {
    for (let n = 0; n < 20; n++) await receive(`order-${n}`, `m${n}`, 'c')
    await until(() => channel.texts('c').length === 20)
    expect(channel.texts('c')).toEqual(Array.from({ length: 20 }, (_, n) => `echo m${n}`))
  })

  it('needs few round trips for a message', async () => {
    await receive('trips-0', 'warm', 'd')
    await until(() => channel.texts('d').length === 1)
    await until(async () => !(await host.run('conversations', async ({ deliverer }) => deliverer.busy)))
    const before = host.database.statistics().queries
    await receive('trips-1', 'now', 'd')
    await until(() => channel.texts('d').length === 2)
    await until(async () => !(await host.run('conversations', async ({ deliverer }) => deliverer.busy)))
    expect(host.database.statistics().queries - before).toBeLessThanOrEqual(3)
  })

  it('sends what others than the holder say, behind what waits', async () => {
    const { messages } = await receive('send-0', 'first', 'e')
    await until(() => channel.texts('e').length === 1)
    const id = messages[0]!.conversationId
    const author = { kind: 'operator' as const, id: 'u1', name: 'Oksana' }
    const sent = await host.service(outbox).send(id, [
      { author, content: { kind: 'text', text: 'one' }, clientKey: 'x' },
      { author, content: { kind: 'text', text: 'two' } },
    ])
    const again = await host.service(outbox).send(id, [{ author, content: { kind: 'text', text: 'one' }, clientKey: 'x' }])
    expect(again).toEqual([sent[0]])
    await until(() => channel.texts('e').length === 3)
    expect(channel.texts('e')).toEqual(['echo first', 'one', 'two'])
    expect(channel.sent.at(-1)).toMatchObject({ id: sent[1], author, part: 0, number: 4 })
  })
})
