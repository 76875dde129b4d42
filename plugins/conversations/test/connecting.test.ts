import { afterEach, beforeEach, expect, test } from 'vitest'
import { inbox, type ChannelAccount } from '../src/api/index.ts'
import { createToyHost } from './toy-host.ts'
import { toyMessage } from './toys.ts'

let toys: Awaited<ReturnType<typeof createToyHost>>
beforeEach(async () => {
  toys = await createToyHost()
})
afterEach(() => toys.host.stop())

test('a driver is told when to set its webhook and when to take it back, and what the provider sends meanwhile is taken in', async () => {
  const { host, channel, account: first } = toys
  const calls: string[] = []
  /** The provider calls the webhook back before it answers. */
  const calledBack = ({ id }: ChannelAccount): Promise<string> =>
    host
      .service(inbox)
      .receive(id, { events: [{ type: 'typing', chatId: 'somebody' }] })
      .then(
        () => 'taken in',
        (error: Error & { code: string }) => error.code,
      )
  channel.driver.connect = async (account) => {
    calls.push(`connect ${account.title}: ${await calledBack(account)}`)
    return { state: 'ok', text: 'set' }
  }
  channel.driver.disconnect = async (account) => void calls.push(`disconnect ${account.title}: ${await calledBack(account)}`)
  const http = host.http.as({})
  const base = '/api/v1/conversations'
  const said = async (work: () => Promise<{ status: number; body: any }>): Promise<{ body: any; calls: string[] }> => {
    calls.length = 0
    const { status, body } = await work()
    expect(status).toBe(200)
    return { body, calls: [...calls] }
  }

  const draft = { botId: first.botId, channel: 'toy', title: 'Shop', config: { token: 't' } }
  const made = await said(() => http.post(`${base}/accounts`, draft))
  expect(made.calls).toEqual(['connect Shop: taken in'])
  const at = `${base}/accounts/${made.body.id}`
  let { version } = made.body
  const change = async (body: object): Promise<string[]> => {
    const changed = await said(() => http.patch(at, { version, ...body }))
    version = changed.body.version
    return changed.calls
  }
  expect(await change({ title: 'Store' })).toEqual(['connect Store: taken in'])
  expect(await change({ active: false })).toEqual(['disconnect Store: not_found'])
  expect(await change({ title: 'Shop' })).toEqual(['disconnect Shop: not_found'])
  expect(await change({ active: true })).toEqual(['connect Shop: taken in'])
  expect((await said(() => http.delete(at))).calls).toEqual(['disconnect Shop: not_found'])
})

test('a bot that is switched off takes the webhooks of its accounts back', async () => {
  const { host, channel, account } = toys
  const calls: string[] = []
  channel.driver.connect = async ({ id }) => {
    calls.push(`connect ${id}`)
    return { state: 'ok', text: 'set' }
  }
  channel.driver.disconnect = async ({ id }) => void calls.push(`disconnect ${id}`)
  const http = host.http.as({})
  const bot = `/api/v1/conversations/bots/${account.botId}`
  for (const active of [false, true]) {
    const { version } = (await http.get(bot)).body
    expect((await http.patch(bot, { version, active })).status).toBe(200)
  }
  expect(calls).toEqual([`disconnect ${account.id}`, `connect ${account.id}`])
  await host.service(inbox).receive(account.id, toyMessage('1', 'hello'))
})
