import { until } from '@parley/test-kit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { channelAccounts, type AccountHealth } from '../src/api/index.ts'
import { createToyHost } from './toy-host.ts'
import { ToyChannel } from './toys.ts'

const base = '/api/v1/conversations'
const day = 86_400_000

let made: Awaited<ReturnType<typeof createToyHost>>
/** What the provider says of the token. */
let says: Partial<AccountHealth> = {}
let path: string
const look = async (): Promise<AccountHealth> => ({ state: 'ok', text: 'Works.', ...says })

beforeAll(async () => {
  made = await createToyHost({ channel: new ToyChannel({ check: look, connect: look }) })
  path = `${base}/accounts/${made.account.id}`
})
afterAll(() => made.host.stop())
beforeEach(async () => {
  says = {}
  Object.assign(made.channel.driver, { check: look, connect: look })
  await change({ config: { token: 'secret' }, active: true })
})

const admin = () => made.host.http.as({ permissions: ['bots.view', 'bots.edit'] })
const account = async (): Promise<any> => (await admin().get(path)).body
const change = async (what: object): Promise<any> => (await admin().patch(path, { version: (await account()).version, ...what })).body
const inDays = (days: number): string => new Date(made.host.clock.now().getTime() + days * day).toISOString()
const check = async (): Promise<AccountHealth> => (await admin().post(`${path}/check`)).body
const metric = async (): Promise<number | undefined> => {
  const text = await made.host.platform.metrics.text()
  const found = /^parley_conversations_account_credentials_left_seconds\{(.*)\} (\S+)$/m.exec(text)
  if (found === null) return undefined
  expect(found[1]).toBe(`account="${made.account.id}",channel="toy",title="Toy"`)
  return Number(found[2])
}

test('the end of a token is asked for with each look, told, and measured as time goes on', async () => {
  expect([(await account()).health.credentialsEndAt, await metric()]).toEqual([undefined, undefined])
  says = { credentialsEndAt: inDays(20) }
  expect(await check()).toMatchObject({ state: 'ok', credentialsEndAt: says.credentialsEndAt })
  expect((await account()).health).toMatchObject({ state: 'ok', credentialsEndAt: says.credentialsEndAt })
  const before = await metric()
  expect(before).toBe(20 * 86_400)
  await made.host.clock.advance(60_000)
  expect(await metric()).toBe(before! - 60)

  says = { credentialsEndAt: inDays(60) }
  await check()
  expect(await metric()).toBe(60 * 86_400)
})

test('a look that does not say it, and what is seen while working, leave the date; other settings do not', async () => {
  says = { credentialsEndAt: inDays(20) }
  await check()
  const { credentialsEndAt } = says
  says = {}
  await check()
  await made.host.service(channelAccounts).report(made.account.id, { state: 'broken', text: 'The token was refused.' })
  expect((await account()).health).toMatchObject({ state: 'broken', credentialsEndAt })
  await change({ title: 'Toy' })
  expect((await account()).health.credentialsEndAt).toBe(credentialsEndAt)

  const renewed = await change({ config: { token: 'another' } })
  expect([renewed.health.credentialsEndAt, await metric()]).toEqual([undefined, undefined])
})

test('settings that are saved are looked at with their own date', async () => {
  says = { credentialsEndAt: inDays(20) }
  await check()
  says = { credentialsEndAt: inDays(90) }
  expect((await change({ config: { token: 'another' } })).health.credentialsEndAt).toBe(says.credentialsEndAt)
})

test('what is seen of settings that were replaced meanwhile is not kept', async () => {
  let seen = (): void => undefined
  const looking = new Promise<void>((resolve) => (seen = resolve))
  let release = (_: AccountHealth): void => undefined
  const slow = new Promise<AccountHealth>((resolve) => (release = resolve))
  made.channel.driver.check = () => (seen(), slow)
  const old = check()
  await looking
  await change({ config: { token: 'another' } })
  release({ state: 'broken', text: 'The old token ended.', credentialsEndAt: inDays(-1) })
  await old
  const { health } = await account()
  expect([health.state, health.text, await metric()]).toEqual(['ok', 'Works.', undefined])
  expect(health).not.toHaveProperty('credentialsEndAt')
})

test('what is saved is connected, also for somebody who closes the page at once', async () => {
  const calls: AbortSignal[] = []
  let release = (_: AccountHealth): void => undefined
  made.channel.driver.connect = (_, signal) => {
    calls.push(signal)
    return new Promise((resolve) => (release = resolve))
  }
  const page = new AbortController()
  const { version } = await account()
  const saving = admin().patch(path, { version, config: { token: 'another' } }, { signal: page.signal })
  await until(() => calls.length === 1, { within: 20_000 })
  page.abort()
  await expect(saving).rejects.toThrow('aborted')
  // a request that comes after the end of the connection was noticed
  await account()
  expect(calls[0]!.aborted).toBe(false)
  release({ state: 'ok', text: 'Connected.' })
  await until(async () => (await account()).health.text === 'Connected.', { within: 20_000 })
})

test('nothing is kept of a look that is over', async () => {
  const signals: AbortSignal[] = []
  made.channel.driver.check = async (_, signal) => {
    signals.push(signal)
    expect(signal.aborted).toBe(false)
    return await look()
  }
  expect(await check()).toMatchObject({ state: 'ok' })
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
})

test('an account that is off is nobody to be woken for', async () => {
  says = { credentialsEndAt: inDays(1) }
  await check()
  await change({ active: false })
  expect(await metric()).toBeUndefined()
  await change({ active: true })
  expect(await metric()).toBe(86_400)
})

test('a date that is none is not kept, and the rest of what was seen is', async () => {
  says = { credentialsEndAt: 'soon', text: 'Works all the same.' }
  expect(await check()).toMatchObject({ state: 'ok', text: 'Works all the same.' })
  expect((await account()).health).not.toHaveProperty('credentialsEndAt')
  expect(made.host.logs.at(-1)).toMatchObject({ msg: 'a channel says that its credentials end at a date that is none' })
})
