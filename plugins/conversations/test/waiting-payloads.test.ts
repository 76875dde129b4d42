import { afterEach, beforeEach, expect, test } from 'vitest'
import { createToyHost } from './toy-host.ts'
import { toyMessage } from './toys.ts'
import { channels, inbox } from '../src/api/index.ts'

let toys: Awaited<ReturnType<typeof createToyHost>>
beforeEach(async () => {
  toys = await createToyHost()
})
afterEach(() => toys.host.stop())

const waiting = async (): Promise<number> => (await toys.host.database.forPlugin('conversations').query('SELECT 1 FROM {waiting_payloads}')).length

test('what comes while a channel is suspended is kept and taken in, in its order and once, when it runs again', async () => {
  const { host, account, holder } = toys
  const owner = host.kernel.plugins().find(({ id }) => id.includes('toy'))!.id
  host.kernel.suspend(owner, 'its licence ended')
  expect(host.kernel.point(channels).has('toy')).toBe(false)
  for (const key of ['1', '2', '2', '3']) {
    expect(await host.service(inbox).receive(account.id, toyMessage(key, `text ${key}`))).toEqual({ stored: 0, duplicates: 0, messages: [] })
  }
  await toys.pass(async () => (await waiting()) === 4)
  host.kernel.resume(owner)
  await toys.pass(async () => (await waiting()) === 0)
  await toys.pass(() => holder.turns.length >= 3)
  const [first] = await host.database.forPlugin('conversations').query<{ id: string }>('SELECT id FROM {conversations}')
  const inbound = (await toys.page(first!.id)).filter(({ direction }) => direction === 'in')
  expect(inbound.map(({ content }) => 'text' in content && content.text)).toEqual(['1', '2', '3'].map((key) => `text ${key}`))
})

test('what cannot be taken in any more does not stand in the way of the rest', async () => {
  const { host, account } = toys
  const owner = host.kernel.plugins().find(({ id }) => id.includes('toy'))!.id
  host.kernel.suspend(owner, 'its licence ended')
  await host.service(inbox).receive(account.id, undefined, { raw: Buffer.from('{ cut short') })
  await host.service(inbox).receive(account.id, toyMessage('1', 'hello'))
  host.kernel.resume(owner)
  await toys.pass(async () => (await waiting()) === 0)
  expect((await host.database.forPlugin('conversations').query('SELECT content FROM {messages}'))[0]).toMatchObject({
    content: { text: 'hello' },
  })
})
