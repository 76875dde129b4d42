import { until } from '@parley/test-kit'
import { afterEach, expect, test, vi } from 'vitest'
import { bots, channelAccounts, type AccountHealth } from '../src/api/index.ts'
import { createToyHost, type ToyHostOptions } from './toy-host.ts'
import { ToyChannel } from './toys.ts'

// whole hosts whose hours pass, on machines that do other things too
vi.setConfig({ testTimeout: 60_000 })

const hour = 3_600_000
const base = '/api/v1/conversations'

type Made = Awaited<ReturnType<typeof createToyHost>>
let made: Made
/** Titles of the accounts that the provider was asked about. */
let asked: string[] = []
let answer: (title: string) => AccountHealth | Promise<AccountHealth>
afterEach(() => made.host.stop())

const start = async (options: ToyHostOptions = {}): Promise<void> => {
  asked = []
  answer = () => ({ state: 'ok', text: 'Works.' })
  const check = async ({ title }: { title: string }): Promise<AccountHealth> => {
    asked.push(title)
    return await answer(title)
  }
  made = await createToyHost({ channel: new ToyChannel({ check }), publicUrl: 'https://chat.example.com', ...options })
}
const another = async (title: string, botId = made.account.botId) => {
  // those of one moment have no order
  await made.host.clock.advance(1)
  return await made.host.service(channelAccounts).create({ botId, channel: 'toy', title, config: { token: 'secret' } })
}
const health = async (id = made.account.id): Promise<AccountHealth> =>
  (await made.host.http.as({ permissions: ['bots.view'] }).get(`${base}/accounts/${id}`)).body.health
/** A round as its schedule begins it, with nothing between it and the test. */
const round = (signal = new AbortController().signal): Promise<void> =>
  made.host.run('conversations', ({ accountRounds }) => accountRounds.go(signal))
/** What a round looks at after so many hours. */
const after = async (hours: number): Promise<string[]> => {
  await made.host.clock.advance(hours * hour)
  asked = []
  await round()
  return asked
}

test('on schedule, without anybody who asks, an account is looked at and keeps what its provider says; nothing is audited', async () => {
  await start({ config: { checks: { every: 2 } } })
  const entries = async () => (await made.host.database.host.query('SELECT 1 FROM {audit_log}')).length
  const before = await entries()
  const credentialsEndAt = '2027-01-01T00:00:00.000Z'
  answer = () => ({ state: 'ok', text: 'Works.', credentialsEndAt })
  await made.host.clock.advance(2 * hour)
  // a tick that was being taken when time stood still comes a moment later
  await made.pass(async () => (await health()).credentialsEndAt === credentialsEndAt, 1_000, 500)
  expect(await health()).toMatchObject({ state: 'ok', text: 'Works.', credentialsEndAt })
  expect([asked, await entries()]).toEqual([['Toy'], before])
})

test('each has its turn after the time that the deployer set, counted from the last look', async () => {
  await start({ roles: ['web'], config: { checks: { every: 2 } } })
  expect(await after(1.5)).toEqual([])
  expect(await after(0.5)).toEqual(['Toy'])
  await made.host.clock.advance(hour)
  await made.host.http.as({ permissions: ['bots.view', 'bots.edit'] }).post(`${base}/accounts/${made.account.id}/check`)
  expect(await after(1)).toEqual([])
  expect(await after(1)).toEqual(['Toy'])
})

test('what is off, of a bot that is off, or of a channel that cannot be asked is left alone', async () => {
  await start({ roles: ['web'], config: { checks: { every: 2 } } })
  const service = made.host.service(channelAccounts)
  const off = await another('Off')
  const { version } = await made.host.http
    .as({ permissions: ['bots.view'] })
    .get(`${base}/accounts/${off.id}`)
    .then(({ body }) => body)
  const http = made.host.http.as({ permissions: ['bots.view', 'bots.edit'] })
  await http.patch(`${base}/accounts/${off.id}`, { version, active: false })
  const bot = await made.host.service(bots).create({ name: 'Resting' })
  await another('Of a resting bot', bot.id)
  await http.patch(`${base}/bots/${bot.id}`, { version: (await http.get(`${base}/bots/${bot.id}`)).body.version, active: false })
  expect(await after(3)).toEqual(['Toy'])

  await service.report(made.account.id, { state: 'broken', text: 'The token was refused.' })
  delete made.channel.driver.check
  expect(await after(3)).toEqual([])
  expect(await health()).toMatchObject({ state: 'broken', text: 'The token was refused.' })
})

test('one that throws, never answers or cannot be opened does not keep the others from their turn', async () => {
  await start({ roles: ['web'], config: { checks: { every: 1 } } })
  const [silent, sealed, last] = [await another('Silent'), await another('Sealed'), await another('Last')]
  await made.db.query("UPDATE {accounts} SET secret = 'not sealed with this key' WHERE id = $1", [sealed.id])
  await made.host.clock.advance(2 * hour)
  answer = (title) => {
    if (title === 'Toy') throw new Error('no route to host')
    return title === 'Silent' ? new Promise(() => undefined) : { state: 'ok', text: 'Works.' }
  }
  const rounds = (async () => {
    for (let n = 0; n < 4; n++) await round()
  })()
  await until(() => asked.includes('Silent'), { within: 20_000 })
  await made.host.clock.advance(20_000)
  await rounds
  expect(asked).toEqual(['Toy', 'Silent', 'Last'])
  expect(await health()).toMatchObject({ state: 'broken', text: 'The check did not work: no route to host' })
  expect(await health(silent.id)).toMatchObject({ state: 'broken', text: expect.stringContaining('did not answer within 20 seconds') })
  expect(await health(last.id)).toMatchObject({ state: 'ok' })
  const [row] = await made.db.query('SELECT health_state FROM {accounts} WHERE id = $1', [sealed.id])
  expect(row).toEqual({ health_state: 'broken' })
})

test('many are spread over the rounds; what did not work is looked at again within the hour', async () => {
  await start({ roles: ['web'], config: { checks: { every: 1 } } })
  for (let n = 0; n < 8; n++) await another(`Toy ${n}`)
  // nine accounts, six rounds an hour, and twice the share
  expect(await after(1)).toEqual(['Toy', 'Toy 0', 'Toy 1'])
  expect(await after(1 / 6)).toEqual(['Toy 2', 'Toy 3', 'Toy 4'])
  await made.host.stop()

  await start({ roles: ['web'], config: { checks: { every: 4 } } })
  answer = () => ({ state: 'broken', text: 'A bad minute.' })
  expect(await after(4)).toEqual(['Toy'])
  answer = () => ({ state: 'ok', text: 'Works.' })
  expect([await after(1), (await health()).state]).toEqual([['Toy'], 'ok'])
  expect(await after(1)).toEqual([])
})

test('a process that stops or does not know where it is reached says nothing of an account', async () => {
  await start({ roles: ['web'], config: { checks: { every: 2 } } })
  await made.host.clock.advance(3 * hour)
  const stop = new AbortController()
  answer = () => new Promise(() => undefined)
  const stopped = round(stop.signal)
  await until(() => asked.length === 1, { within: 20_000 })
  stop.abort(new Error('the process stops'))
  await stopped
  expect(await health()).toMatchObject({ state: 'unchecked' })
  await made.host.stop()

  await start({ roles: ['web'], publicUrl: undefined, config: { checks: { every: 2 } } })
  // a person who looks by an address of the inside says nothing of the one outside
  expect((await made.host.http.as({ permissions: ['bots.view'] }).get(`${base}/accounts`)).status).toBe(200)
  expect([await after(3), await after(1)]).toEqual([[], []])
  expect(made.host.logs.filter(({ msg }) => msg.includes('PARLEY_PUBLIC_URL'))).toHaveLength(1)
})
