import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { startRunner, type RunningRunner } from './process/start-runner.ts'
import { freePort, silentLogger, until } from '@parley/test-kit'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { RunnersConfig } from './create-runners.ts'
import { testLimits, testProgram, testRunners, type TestRunners } from './test-runners.ts'

const token = 'a token of sixteen characters'
let open: (() => PromiseLike<void>)[] = []
afterEach(async () => {
  for (const close of open.toReversed()) await close()
  open = []
})

const runner = async (limits: Partial<typeof testLimits> = {}, port = 0): Promise<RunningRunner> => {
  const started = await startRunner({
    program: testProgram(),
    limits: { ...testLimits, ...limits },
    token,
    log: silentLogger,
    port,
    address: '127.0.0.1',
  })
  open.push(() => started.stop(0))
  return started
}
const callers = (urls: readonly string[], more: Partial<RunnersConfig> = {}, roles: Parameters<typeof testRunners>[1] = ['worker']): TestRunners => {
  const host = testRunners({ urls, token, ...more }, roles)
  open.push(() => host[Symbol.asyncDispose]())
  return host
}
/** A run that is at a runner until it is released. */
const held = (host: TestRunners) => {
  let release = (): void => undefined
  let began = (): void => undefined
  const started = new Promise<void>((resolve) => (began = resolve))
  const waiting = new Promise<null>((resolve) => (release = () => resolve(null)))
  const functions = { wait: async () => (began(), waiting) }
  const call = '(exports, input, functions) => exports(functions)'
  const ended = host.run('module.exports = async ({ wait }) => { console.log("here"); await wait(); return "done" }', { call, functions })
  ended.catch(() => undefined)
  return { started: Promise.race([started, ended]), release, ended }
}

test('a runner is open to those who know the token, and to nobody else', async () => {
  const { url } = await runner()
  expect((await callers([url]).run('module.exports = () => 1')).value).toBe(1)
  const stranger = callers([url], { token: 'another of sixteen characters' })
  expect(await stranger.failing('module.exports = () => 1')).toMatchObject({
    reason: 'no_runner',
    code: 'runner_unavailable',
    message: 'No runner takes code now. The log says why.',
  })
  expect(stranger.runners.problem()).toContain(`${url} (127.0.0.1): it does not accept the token`)
  const bare = new WebSocket(url)
  await expect(new Promise((_, reject) => bare.on('error', reject))).rejects.toThrow('401')
})

test('without a runner it is said at once, and before the first run', async () => {
  const none = callers([])
  expect(none.runners.problem()).toMatch(/^Nothing here runs code of users\. Start processes with the role "runner" .*runner\.urls/)
  const start = performance.now()
  expect(await none.failing('')).toMatchObject({ reason: 'no_runner', message: none.runners.problem() })
  const port = await freePort()
  const away = callers([`http://127.0.0.1:${port}`])
  await until(() => away.runners.problem()?.includes('ECONNREFUSED'))
  expect((await away.failing('')).reason).toBe('no_runner')
  expect(performance.now() - start).toBeLessThan(2000)
  expect(away.runners.statistics()).toEqual({ connected: 0, unreachable: 1 })

  // as soon as there is one, it is found
  await runner({}, port)
  await until(async () => (await away.run('module.exports = () => 1').catch(() => undefined))?.value === 1)
  expect([away.runners.problem(), away.runners.statistics()]).toEqual([undefined, { connected: 1, unreachable: 0 }])
})

test('of several the least busy; what was at one that dies is lost, the others go on', async () => {
  const [one, two] = [await runner(), await runner()]
  const host = callers([one.url, two.url])
  await until(() => host.runners.statistics().connected === 2)
  const runs = [held(host), held(host), held(host), held(host)]
  await Promise.all(runs.map(({ started }) => started))
  expect([one.state().running, two.state().running]).toEqual([2, 2])
  await one.stop(0)
  for (const { release } of runs) release()
  const ends = await Promise.allSettled(runs.map(({ ended }) => ended))
  const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
  expect(lost).toHaveLength(2)
  expect(lost[0]).toMatchObject({ reason: 'lost', code: 'run_lost', log: [{ level: 'info', text: 'here' }] })
  expect((await host.run('module.exports = () => 1')).value).toBe(1)
})

test('a runner that ends takes nothing new, ends what it has, and its callers go elsewhere', async () => {
  const one = await runner()
  const host = callers([one.url])
  const old = held(host)
  await old.started
  const stopped = one.stop(10_000)
  await until(() => host.runners.statistics().connected === 0)
  expect((await host.failing('module.exports = () => 1')).reason).toBe('no_runner')
  old.release()
  expect((await old.ended).value).toBe('done')
  await stopped
})

test('busy: more than may wait, or longer than they may', async () => {
  const { url } = await runner({ parallel: 1, waiting: 1, waitTime: 3000 })
  const host = callers([url])
  const first = held(host)
  await first.started
  const second = host.failing('module.exports = () => 2')
  const third = await host.failing('module.exports = () => 3')
  expect(third).toMatchObject({ reason: 'busy', code: 'runner_unavailable', message: expect.stringContaining('1 runs wait already') })
  expect(await second).toMatchObject({ reason: 'busy', message: expect.stringContaining('did not come within 3000 ms') })
  // another runner takes it instead
  const more = callers([url, (await runner()).url])
  await until(() => more.runners.statistics().connected === 2)
  expect((await Promise.all([1, 2, 3].map(() => more.run('module.exports = () => 4')))).map(({ value }) => value)).toEqual([4, 4, 4])
  first.release()
  expect((await first.ended).value).toBe('done')
  expect(await host.metrics.text()).toContain('parley_runner_runs_total{plugin="toy",result="busy"} 2')
})

test('what nobody waits for any more ends with the connection', async () => {
  const { url, state } = await runner()
  const host = testRunners({ urls: [url], token }, ['worker'])
  const run = held(host)
  await run.started
  await host[Symbol.asyncDispose]()
  await expect(run.ended).rejects.toMatchObject({ reason: 'lost' })
  await until(() => state().running === 0)
  expect(state().replaced).toEqual({ cancelled: 1 })
})

test('one runner behind two names is one runner', async () => {
  const { url } = await runner()
  const host = callers([url, url.replace('127.0.0.1', 'localhost')])
  expect((await host.run('module.exports = () => 1')).value).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(host.runners.statistics().connected).toBe(1)
})

test('code that forges a refusal is run once, by one runner', async () => {
  const urls = await Promise.all([runner(), runner(), runner()])
  const host = callers(urls.map(({ url }) => url))
  await until(() => host.runners.statistics().connected === 3)
  let paid = 0
  const source = `module.exports = async ({ pay }) => {
    await pay()
    Array.prototype.then = function (ok) { delete Array.prototype.then; ok({ 0: 'refused', 1: 'x' }) }
  }`
  const call = '(exports, input, functions) => exports(functions)'
  expect(await host.failing(source, { call, functions: { pay: async () => ++paid } })).toMatchObject({ reason: 'thrown', message: 'x' })
  expect(paid).toBe(1)
})

test('a server that accepts and says nothing is no runner, and whoever waits is told', async () => {
  const silent = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(silent, 'listening')
  const host = callers([`http://127.0.0.1:${(silent.address() as AddressInfo).port}`])
  expect(await host.failing('module.exports = () => 1')).toMatchObject({ reason: 'no_runner' })
  silent.close()
})

const state = { runner: 'r', parallel: 1, running: 0, waiting: 0, replaced: {}, draining: false }
test.each([
  ['no JSON', () => '{'],
  ['a type that does not exist', () => '{"type":"constructor"}'],
  ['a state without numbers', () => JSON.stringify({ type: 'state', state: { ...state, parallel: 0 } })],
  ['an outcome that is two', (id: number) => JSON.stringify({ type: 'done', id, outcome: { value: '1', failure: {} }, log: [], duration: 1 })],
  [
    'a reason of its own',
    (id: number) => JSON.stringify({ type: 'done', id, outcome: { failure: { reason: 'no_runner', message: '' } }, log: [], duration: 1 }),
  ],
  ['a time before it began', (id: number) => JSON.stringify({ type: 'done', id, outcome: { value: '1' }, log: [], duration: -1 })],
  ['a log that is none', (id: number) => JSON.stringify({ type: 'call', id, call: 1, name: 'x', args: '[]', log: 'all' })],
])('a runner that says %s is left, and its run is lost', async (_, odd) => {
  const fake = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(fake, 'listening')
  fake.on('connection', (socket) => {
    socket.on('message', (data) => socket.send(odd((JSON.parse(String(data)) as { id: number }).id)))
    socket.send(JSON.stringify({ type: 'state', state }))
  })
  const host = callers([`http://127.0.0.1:${(fake.address() as AddressInfo).port}`])
  expect(await host.failing('module.exports = () => 1')).toMatchObject({ reason: 'lost' })
  expect(host.log.some(({ msg }) => msg === 'A runner said what it should not; its connection is ended')).toBe(true)
  fake.close()
})
