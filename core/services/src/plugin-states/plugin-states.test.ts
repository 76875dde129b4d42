import { definePlugin, eventType, token } from '@parley/plugin-api'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, createTestHost, until, type TestDatabase, type TestHost, type TestHostOptions } from '@parley/test-kit'
import { asFunction } from 'awilix'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'

// whole hosts, on machines that do other things too
vi.setConfig({ testTimeout: 60_000 })

let done: string[]
let imports: number
let database: TestDatabase
let hosts: TestHost[]
let dataDir: string

const stockToken = token<{ count(): number }>('shop.stock@1')
const rained = eventType('base.rained@1', z.object({ n: z.number() }))
const base = definePlugin({ id: 'base' })
const shop = definePlugin({
  id: 'shop',
  services: { stock: asFunction(() => ({ count: () => 3 })).singleton() },
  provides: { stock: stockToken },
  routes: (http) => [
    http.get('/', { auth: 'public' }, async () => ({ open: true })),
    http.post('/hook', { auth: 'webhook' }, async () => (done.push('hook'), {})),
    http.get('/sell', { auth: 'public' }, async (_, { queue }) => (await queue.add('parcel', { n: 1 }), {})),
  ],
  jobs: (job) => [job('parcel', { payload: z.object({ n: z.number() }) }, async ({ n }) => void done.push(`parcel ${n}`))],
  on: (on) => [on(rained, async ({ n }) => void done.push(`rain ${n}`))],
  init: () => void (imports += 1),
})
const till = definePlugin({
  id: 'till',
  consumes: { stock: stockToken },
  routes: (http) => [http.get('/', { auth: 'public' }, async (_, { stock }) => ({ count: stock.count() }))],
})

beforeEach(async () => {
  done = []
  imports = 0
  hosts = []
  dataDir = mkdtempSync(join(tmpdir(), 'parley-states-'))
  database = await createTestDatabase()
})
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.stop()))
  await database.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const start = async (more: Partial<TestHostOptions> = {}): Promise<TestHost> => {
  const host = await createTestHost({ plugins: [base, shop, till], database, dataDir, mayFail: true, ...more })
  hosts.push(host)
  return host
}
const oksana = (host: TestHost) => host.http.as({ name: 'Oksana Koval', permissions: ['system.edit', 'audit.view'] })
const put = (host: TestHost, body: object, id = 'shop') => oksana(host).request('PUT', `/api/v1/system/plugins/${id}/state`, body)
const stateOf = (host: TestHost, id = 'shop') => host.kernel.plugins().find((plugin) => plugin.id === id)!
const statuses = async (host: TestHost, ...paths: readonly string[]) => Promise.all(paths.map(async (path) => (await host.http.get(path)).status))

test('a plugin is disabled where it runs, everything else goes on, and enabling it brings everything back', async () => {
  const host = await start()
  const { status, body } = await put(host, { state: 'disabled', reason: 'stocktaking' })
  expect([status, body]).toEqual([
    200,
    {
      id: 'shop',
      state: 'disabled',
      reason: 'Oksana Koval disabled it on 2026-11-20 09:00 UTC: stocktaking',
      decision: { state: 'disabled', reason: 'stocktaking', by: 'Oksana Koval', at: '2026-11-20T09:00:00.000Z', crashes: [] },
      loaded: true,
      waitsForRestart: false,
    },
  ])
  const refused = await host.http.get('/api/v1/shop')
  expect([refused.status, refused.body.detail]).toEqual([503, '"shop" does not run (disabled). An administrator sees why at /system/plugins.'])
  // who needs it goes on, and gets a refusal where it asks for it
  expect(stateOf(host, 'till').state).toBe('running')
  expect(await statuses(host, '/api/v1/till')).toEqual([503])
  expect((await host.http.post('/hooks/shop/hook', {})).status).toBe(200)

  expect((await put(host, { state: 'enabled' })).body).toEqual({ id: 'shop', state: 'running', loaded: false, waitsForRestart: false })
  expect(await statuses(host, '/api/v1/shop', '/api/v1/till')).toEqual([200, 200])
  const { body: audit } = await oksana(host).get('/api/v1/audit', { query: { object: 'plugin:shop' } })
  expect(audit.items.map(({ action, before, after }: any) => [action, before.state, after.state])).toEqual([
    ['plugin.enable', 'disabled', 'enabled'],
    ['plugin.disable', 'enabled', 'disabled'],
  ])
})

test('its jobs wait, and are done when it is enabled', async () => {
  const host = await start()
  await host.run('shop', ({ queue }) => queue.add('parcel', { n: 2 }, { delay: 1_000 }))
  await put(host, { state: 'disabled' })
  await host.clock.advance(60_000)
  expect(done).toEqual([])
  await put(host, { state: 'enabled' })
  await until(async () => (await host.clock.advance(10_000), done.length > 0))
  expect(done).toEqual(['parcel 2'])
})

test('what others tell it is kept while its code is loaded, and not after a restart', async () => {
  const rain = (host: TestHost, n: number) => host.run('base', async ({ events }) => events.publish(rained, { n }))
  const running = await start()
  await put(running, { state: 'disabled' })
  await rain(running, 1)
  const restarted = await start()
  expect(stateOf(restarted).state).toBe('disabled')
  await rain(restarted, 2)
  await put(running, { state: 'enabled' })
  await rain(running, 3)
  await until(async () => (await running.clock.advance(5_000), done.length >= 2), { within: 20_000 })
  expect(done.toSorted()).toEqual(['rain 1', 'rain 3'])
})

test('other processes hear of it, and a start does not load it', async () => {
  const [first, second] = [await start(), await start()]
  await put(first, { state: 'quarantined', reason: 'it leaks' })
  await until(async () => (await second.clock.advance(5_000), stateOf(second).state === 'suspended'))
  expect((await second.http.get('/api/v1/shop')).status).toBe(503)
  // nothing that does harm is given anything to do
  expect([(await second.http.post('/hooks/shop/hook', {})).status, done]).toEqual([503, []])

  imports = 0
  const third = await start()
  expect([imports, stateOf(third).state]).toEqual([0, 'quarantined'])
  const { state, reason } = stateOf(third, 'till')
  expect([state, reason]).toEqual(['blocked', expect.stringContaining('but Oksana Koval put it into quarantine on 2026-11-20 09:00 UTC: it leaks.')])
  expect((await third.http.get('/api/v1/shop')).status).toBe(503)

  expect((await put(third, { state: 'enabled' })).body).toMatchObject({ state: 'disabled', loaded: false, waitsForRestart: true })
  expect(stateOf(third).reason).toBe('it is enabled again. Restart every process, one after the other, to load it')
  await until(async () => (await second.clock.advance(5_000), stateOf(second).state === 'running'))
  expect(stateOf(await start()).state).toBe('running')
})

test('only who may edit the system decides, and never about what everything needs', async () => {
  const host = await start({ critical: ['till'] })
  const body = { state: 'disabled' }
  expect((await host.http.request('PUT', '/api/v1/system/plugins/shop/state', body)).status).toBe(401)
  const viewer = host.http.as({ permissions: ['system.view', 'licence.edit'] })
  expect((await viewer.request('PUT', '/api/v1/system/plugins/shop/state', body)).status).toBe(403)
  // the till is critical and needs the shop
  for (const id of ['till', 'shop']) {
    expect((await put(host, body, id)).body).toMatchObject({
      status: 409,
      code: 'system/needed',
      detail: `Parley does not work without "${id}" (host.critical), so it stays enabled. Remove it from the configuration if you must.`,
    })
  }
  expect((await put(host, body, 'nobody')).status).toBe(404)
  expect((await put(host, { state: 'enabled' }, 'base')).body).toMatchObject({ status: 409, code: 'system/not_disabled' })
  expect((await put(host, { state: 'gone' })).status).toBe(400)
  expect(host.kernel.plugins().every(({ state }) => state === 'running')).toBe(true)
})
