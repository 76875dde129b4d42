import { afterEach, beforeEach, expect, test } from 'vitest'
import { createToyHost } from './toy-host.ts'
import { toyMessage } from './toys.ts'
import { channels, inbox, jsonPayload } from '../src/api/index.ts'

const accounts = '/api/v1/conversations/accounts'
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

/** Suspended meanwhile: what comes is acknowledged, and waits. */
const whileSuspended = async (work: () => Promise<unknown>): Promise<void> => {
  const { kernel } = toys.host
  const owner = kernel.contributor(channels, 'toy')!
  kernel.suspend(owner, 'its licence ended')
  await work()
  kernel.resume(owner)
  await toys.pass(async () => (await waiting()) === 0)
}
const intake = async (): Promise<{ id: string; payload: string; events: number; problem?: string }[]> =>
  (await administrator().get(`${accounts}/${toys.account.id}/intake`)).body.lines
const administrator = () => toys.host.http.as({ permissions: ['bots.view', 'bots.edit'] })
const replay = (id: string) => administrator().post(`${accounts}/${toys.account.id}/intake/${id}/replay`)
const texts = async (): Promise<unknown[]> =>
  (await toys.db.query(`SELECT content->>'text' AS text FROM {messages} WHERE direction = 'in' ORDER BY number`)).map(({ text }) => text)

test('what cannot be taken in stands in the intake with its problem, out of the way of the rest, until a replay takes it in', async () => {
  const { host, account, channel } = toys
  await whileSuspended(async () => {
    await host.service(inbox).receive(account.id, Buffer.from('text=by a form'))
    await host.service(inbox).receive(account.id, toyMessage('1', 'hello'))
  })
  expect(await texts()).toEqual(['hello'])
  const kept = (await intake()).find(({ problem }) => problem !== undefined)
  expect(kept).toMatchObject({ payload: 'text=by a form', events: 0, problem: 'The body is not JSON in UTF-8.' })
  expect(await replay(kept!.id)).toMatchObject({ status: 400 })
  expect(await intake()).toContainEqual(kept)

  channel.driver.parse = (raw) => toyMessage('form', new URLSearchParams(Buffer.from(raw).toString()).get('text') ?? '')
  expect((await replay(kept!.id)).body).toMatchObject({ stored: 1, duplicates: 0 })
  expect(await texts()).toEqual(['hello', 'by a form'])
  const { problem: _gone, ...rest } = kept!
  expect(await intake()).toContainEqual({ ...rest, events: 1 })
  expect(await intake()).toHaveLength(2)
})

test('what comes at once, what waited and what is taken in again are read by the driver, to the last digit', async () => {
  const { host, account, channel } = toys
  channel.driver.parse = (raw) => jsonPayload(raw, (text) => text.replaceAll(/"key":(\d+)/g, '"key":"$1"'))
  const bytes = (key: string): Buffer => Buffer.from(JSON.stringify(toyMessage('0', key)).replace('"key":"0"', `"key":${key}`))
  // as numbers the three are one
  const keys = ['4611686018427387905', '4611686018427387906', '4611686018427387907']
  await host.service(inbox).receive(account.id, bytes(keys[0]!))
  await whileSuspended(async () => {
    for (const key of keys) await host.service(inbox).receive(account.id, bytes(key))
  })
  expect(await texts()).toEqual(keys)
  for (const { id } of await intake()) expect((await replay(id)).body).toMatchObject({ stored: 0, duplicates: 1 })
})

test('what waited for an account that was switched off meanwhile is taken in again by a person', async () => {
  const { host, account } = toys
  const switched = (active: boolean) => administrator().patch(`${accounts}/${account.id}`, { version: active ? 2 : 1, active })
  await whileSuspended(async () => {
    await host.service(inbox).receive(account.id, toyMessage('1', 'hello'))
    expect(await switched(false)).toMatchObject({ status: 200 })
  })
  const [kept] = await intake()
  expect(kept!.problem).toContain('switch the channel on')
  await switched(true)
  expect((await replay(kept!.id)).body).toMatchObject({ stored: 1 })
  expect(await texts()).toEqual(['hello'])
})

test('what a driver fails at is tried some times, and is in the intake once', async () => {
  const { host, account, channel } = toys
  let tries = 0
  channel.driver.receive = () => {
    tries++
    throw new TypeError('cannot read properties of undefined')
  }
  await whileSuspended(() => host.service(inbox).receive(account.id, toyMessage('1', 'hello')))
  expect(tries).toBe(5)
  expect(await intake()).toEqual([expect.objectContaining({ problem: 'cannot read properties of undefined' })])
})

test('nothing is taken in again while the channel is suspended', async () => {
  const { host, account } = toys
  await host.service(inbox).receive(account.id, toyMessage('1', 'hello'))
  const [line] = await intake()
  await whileSuspended(async () => {
    expect(await replay(line!.id)).toMatchObject({ status: 503, body: { code: 'plugin_unavailable' } })
    expect(await waiting()).toBe(0)
  })
})
