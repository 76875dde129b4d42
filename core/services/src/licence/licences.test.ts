import { generateKeyPair, signLicence, type LicenceDraft } from '@parley/kernel'
import { definePlugin, eventType, limitUsage } from '@parley/plugin-api'
import { createTestDatabase, createTestHost, until, type TestDatabase, type TestHost } from '@parley/test-kit'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createLicences, type Licences } from './index.ts'

// whole hosts, on machines that do other things too
vi.setConfig({ testTimeout: 60_000 })

const vendor = generateKeyPair()
const licence = (draft: Partial<LicenceDraft> = {}): object =>
  signLicence(
    { customer: 'ACME', id: 'lic_1', issued: '2026-11-20', expires: '2026-12-20', grace_days: 10, features: { gold: {} }, ...draft },
    vendor.privateKey,
  )
const renewal = (): object => licence({ id: 'lic_2', issued: '2026-11-21', expires: '2027-12-20', limits: { operators: 5 } })

const happened = eventType('base.happened@1', z.object({ n: z.number() }))
const payload = z.object({ n: z.number() })

/** What the plugin under licence did. */
let done: string[]
let database: TestDatabase
/** What is in the licence file of each host; a text that is not JSON is a broken file. */
let file: string | undefined
let hosts: TestHost[]
let dataDir: string
/** How far the licences' time is from the host's: months pass without every timer of them. */
let ahead: number

const sold = definePlugin({
  id: 'sold',
  routes: (http) => [
    http.get('/', { auth: 'public' }, async () => ({ ok: true })),
    http.post('/hook', { auth: 'webhook' }, async () => {
      done.push('hook')
      return {}
    }),
  ],
  jobs: (job) => [job('work', { payload }, async ({ n }) => void done.push(`job ${n}`))],
  on: (on) => [on(happened, async ({ n }) => void done.push(`event ${n}`))],
  connectors: (connector) => [
    connector('line', {
      keys: async () => ['one'],
      run: async (_key, _cradle, signal) => {
        done.push('connected')
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        done.push('disconnected')
      },
    }),
  ],
})
const base = definePlugin({ id: 'base', contributes: (add) => [add(limitUsage, 'operators', () => ({ used: async () => 7 }))] })

beforeEach(async () => {
  done = []
  hosts = []
  ahead = 0
  dataDir = mkdtempSync(join(tmpdir(), 'parley-licences-'))
  file = JSON.stringify(licence())
  database = await createTestDatabase()
})
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.stop()))
  await database.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function start(): Promise<TestHost & { licences: Licences }> {
  let licences: Licences | undefined
  const host = await createTestHost({
    plugins: [base, sold],
    manifests: { sold: { licence: 'gold', title: { en: 'Gold', uk: 'Золото' } } },
    database,
    dataDir,
    mayFail: ['sold'],
    licences: (parts) => {
      const clock = { ...parts.clock, now: () => new Date(parts.clock.now().getTime() + ahead) }
      const files = async () => ({ found: file === undefined ? [] : [{ text: file, origin: 'config/licence.json' }], problems: [] })
      return (licences = createLicences({ ...parts, clock, base: ['base'], required: false, keys: [vendor.publicKey], files }))
    },
  })
  hosts.push(host)
  return { ...host, licences: licences! }
}

const stateOf = (host: TestHost) => host.kernel.plugins().find(({ id }) => id === 'sold')!
const days = (count: number) => count * 86_400_000
/** Time passes, and the licences are looked at. */
const pass = async (host: { readonly licences: Licences }, milliseconds: number): Promise<void> => {
  ahead += milliseconds
  await host.licences.check()
}
/** Lets the host work until something is so. */
const eventually = (host: TestHost, holds: () => boolean) =>
  until(
    async () => {
      await host.clock.advance(1_000)
      return holds()
    },
    { within: 20_000 },
  )
test('when the grace days are over the plugin stops in place, loses nothing, and a renewal brings everything back', async () => {
  const host = await start()
  await eventually(host, () => done.includes('connected'))
  expect((await host.http.get('/api/v1/sold')).status).toBe(200)

  await pass(host, days(41))
  expect(stateOf(host)).toMatchObject({
    state: 'suspended',
    reason: 'the licence "lic_1" expired on 2026-12-20, and its 10 days of grace are over. Renew it',
  })
  await eventually(host, () => done.includes('disconnected'))
  expect((await host.http.get('/api/v1/sold')).body).toMatchObject({ status: 402, code: 'not_licensed' })
  // what a provider sends is taken in all the same
  expect((await host.http.post('/hooks/sold/hook', {})).status).toBe(200)
  done.length = 0
  await host.run('base', async ({ events }) => events.publish(happened, { n: 1 }))
  await host.platform.jobs.forPlugin('sold').add('work', { n: 2 })
  await host.clock.advance(5_000)
  expect(done).toEqual([])

  file = JSON.stringify(renewal())
  await eventually(host, () => stateOf(host).state === 'running')
  await eventually(host, () => done.length >= 3)
  expect(done.toSorted()).toEqual(['connected', 'event 1', 'job 2'])
  expect((await host.http.get('/api/v1/sold')).status).toBe(200)
})

test('an upload is verified, holds at once here and within seconds in another process, and is audited', async () => {
  file = undefined
  const first = await start()
  const second = await start()
  expect(stateOf(first)).toMatchObject({ state: 'unlicensed', reason: 'it needs a licence with the feature "gold", and there is no licence here' })
  const http = first.http.as({ name: 'Maria', permissions: ['licence.view', 'licence.edit'] })
  const answer = await http.post('/api/v1/system/licence', licence({ limits: { operators: 5 }, trial: true }))
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    required: false,
    licences: [
      {
        id: 'lic_1',
        customer: 'ACME',
        key: vendor.publicKey,
        origin: 'the database',
        issued: '2026-11-20',
        expires: '2026-12-20',
        graceDays: 10,
        trial: true,
        state: 'valid',
        daysLeft: 31,
        suspendsAt: '2026-12-31T00:00:00.000Z',
        features: ['gold'],
        limits: [{ name: 'operators', limit: 5, used: 7 }],
      },
    ],
    problems: [],
    plugins: [
      {
        id: 'sold',
        title: { en: 'Gold', uk: 'Золото' },
        feature: 'gold',
        state: 'unlicensed',
        reason: 'the licence includes it now. Restart every process, one after the other, to load it',
        needsRestart: true,
      },
    ],
  })
  await eventually(second, () => stateOf(second).reason?.includes('includes it now') === true)
  const [entry] = await database.host.query('SELECT plugin, action, object_id, actor_name, after FROM {audit_log}')
  expect(entry).toMatchObject({ plugin: 'host', action: 'licence.upload', object_id: 'lic_1', actor_name: 'Maria', after: { features: ['gold'] } })
  // a restart loads it
  expect(stateOf(await start()).state).toBe('running')
})

test('of a list with a licence and its renewal the renewal counts, whatever their order', async () => {
  file = undefined
  const host = await start()
  const http = host.http.as({ permissions: ['licence.view', 'licence.edit'] })
  const { status, body } = await http.post('/api/v1/system/licence', [renewal(), licence()])
  expect(status).toBe(200)
  expect(body.licences).toMatchObject([{ id: 'lic_2', expires: '2027-12-20' }])
})

test('an upload is taken away at once, and not what is in a file', async () => {
  file = undefined
  const http = (host: TestHost) => host.http.as({ permissions: ['licence.view', 'licence.edit'] })
  const before = await start()
  await http(before).post('/api/v1/system/licence', renewal())
  const host = await start()
  expect(stateOf(host).state).toBe('running')
  const viewer = host.http.as({ permissions: ['licence.view'] })
  expect((await viewer.request('DELETE', '/api/v1/system/licence/lic_2')).status).toBe(403)
  expect((await http(host).request('DELETE', '/api/v1/system/licence/lic_9')).status).toBe(404)
  expect((await http(host).request('DELETE', '/api/v1/system/licence/lic_2')).body).toMatchObject({
    licences: [],
    plugins: [{ id: 'sold', state: 'suspended' }],
  })
  expect(stateOf(host).state).toBe('suspended')
  const [, entry] = await database.host.query('SELECT action, object_id, before, after FROM {audit_log} ORDER BY id')
  expect(entry).toMatchObject({ action: 'licence.remove', object_id: 'lic_2', before: { limits: { operators: 5 } }, after: null })
  file = JSON.stringify(renewal())
  await host.licences.check()
  expect((await http(host).request('DELETE', '/api/v1/system/licence/lic_2')).body).toMatchObject({
    code: 'licence/from_file',
    detail: 'The licence "lic_2" is in config/licence.json. Delete it there.',
  })
})

test('what another process took a moment ago is neither overwritten by an older one nor removed in its place', async () => {
  file = undefined
  const http = (host: TestHost) => host.http.as({ permissions: ['licence.view', 'licence.edit'] })
  const [one, other] = [await start(), await start()]
  await http(one).post('/api/v1/system/licence', licence())
  await other.licences.check()
  await http(one).post('/api/v1/system/licence', renewal())
  expect((await http(other).request('DELETE', '/api/v1/system/licence/lic_1')).status).toBe(404)
  await http(one).post('/api/v1/system/licence', licence({ id: 'lic_3', issued: '2026-11-22' }))
  expect((await http(other).post('/api/v1/system/licence', renewal())).body).toMatchObject({ code: 'licence/older' })
  const kept = await database.host.query("SELECT document->>'id' AS id FROM {licences}")
  expect(kept).toEqual([{ id: 'lic_3' }])
})

test('without its entry in the audit log no licence comes, and none goes', async () => {
  file = undefined
  const host = await start()
  const http = host.http.as({ permissions: ['licence.view', 'licence.edit'] })
  const refuse = (action: string) => database.host.raw(`ALTER TABLE {audit_log} ADD CONSTRAINT refused CHECK (action <> '${action}') NOT VALID`)
  const kept = async () => [(await database.host.query('SELECT 1 FROM {licences}')).length, stateOf(host).state]
  await refuse('licence.upload')
  expect((await http.post('/api/v1/system/licence', [licence(), renewal()])).status).toBe(500)
  expect(await kept()).toEqual([0, 'unlicensed'])
  await database.host.raw('ALTER TABLE {audit_log} DROP CONSTRAINT refused')

  expect((await http.post('/api/v1/system/licence', renewal())).status).toBe(200)
  await refuse('licence.remove')
  const before = await kept()
  expect((await http.request('DELETE', '/api/v1/system/licence/lic_2')).status).toBe(500)
  await host.licences.check()
  expect([before[0], await kept()]).toEqual([1, before])
})

test('an upload that would not count is refused with the reason', async () => {
  const host = await start()
  file = JSON.stringify(renewal())
  await host.licences.check()
  const http = host.http.as({ permissions: ['licence.view', 'licence.edit'] })
  const refused = async (content: object) => {
    const { status, body } = await http.post('/api/v1/system/licence', content)
    return [status, body.code, body.detail]
  }
  expect(await refused({ ...licence(), customer: 'Me' })).toEqual([
    400,
    'licence/changed',
    'The licence "lic_1" in the upload was changed after it was signed, so it does not count. Use the file as its publisher sent it.',
  ])
  expect(await refused(licence())).toEqual([
    409,
    'licence/older',
    'The licence "lic_1" was issued on 2026-11-20, before "lic_2", which holds now. Upload the newer one.',
  ])
  expect(await refused(licence({ id: 'old', issued: '2026-01-01', expires: '2026-02-01', grace_days: 0 }))).toEqual([
    400,
    'licence/ended',
    'The licence "old" ended on 2026-02-01. Ask its publisher for a renewal.',
  ])
  expect((await host.http.as({ permissions: ['licence.view'] }).post('/api/v1/system/licence', renewal())).status).toBe(403)
  expect((await host.http.as({ permissions: [] }).get('/api/v1/system/licence')).status).toBe(403)
})

test('a file that is being written suspends nothing; one that stays broken does, with its reason', async () => {
  const host = await start()
  const whole = file!
  file = whole.slice(0, 100)
  await pass(host, 30_000)
  expect(stateOf(host).state).toBe('running')
  file = whole
  await pass(host, 30_000)
  file = undefined
  await pass(host, 40_000)
  expect(stateOf(host).state).toBe('running')
  await pass(host, 60_000)
  expect(stateOf(host)).toMatchObject({ state: 'suspended', reason: 'it needs a licence with the feature "gold", and there is no licence here' })
  file = whole.replace('ACME', 'Somebody')
  await pass(host, 10_000)
  expect(stateOf(host).reason).toContain('was changed after it was signed')
  file = whole
  await pass(host, 10_000)
  expect(stateOf(host).state).toBe('running')
})

test('while the file of a renewal is being written the licence that it renews does not take its place', async () => {
  const host = await start()
  await host.http.as({ permissions: ['licence.view', 'licence.edit'] }).post('/api/v1/system/licence', licence())
  const whole = JSON.stringify(renewal())
  file = whole
  await pass(host, days(41))
  expect(stateOf(host).state).toBe('running')
  file = whole.slice(0, 100)
  await pass(host, 30_000)
  expect(stateOf(host).state).toBe('running')
  await pass(host, 60_000)
  expect(stateOf(host)).toMatchObject({ state: 'suspended', reason: expect.stringContaining('"lic_1" expired') })
})

test('a clock that is set back does not make a licence longer, and a new licence starts afresh', async () => {
  const host = await start()
  await pass(host, days(41))
  expect(stateOf(host).state).toBe('suspended')
  await host.stop()
  ahead = days(5)
  const back = await start()
  expect(stateOf(back).state).toBe('suspended')
  expect((await back.licences.status(back.kernel)).problems.map(({ text }) => text)).toEqual([
    'The clock of this machine shows 2026-11-25, and the licence "lic_1" was in use on 2026-12-31 already. The later date counts. Set the clock right.',
  ])
  file = JSON.stringify(renewal())
  await back.licences.check()
  expect(stateOf(back).state).toBe('running')
  expect((await back.licences.status(back.kernel)).problems).toEqual([])
})

test('each step towards the end is told once in the log and to who asks for the state of the plugins', async () => {
  const host = await start()
  const told = () => host.logs.filter(({ level }) => level === 'warn').map(({ msg, daysLeft }) => [msg, daysLeft])
  expect([told(), host.licences.of('sold')]).toEqual([[], { feature: 'gold', state: 'valid', expires: '2026-12-20', daysLeft: 31 }])
  for (const step of [1, 1, 15, 7, 6, 1, 10]) await pass(host, days(step))
  expect(told()).toEqual([
    ['A licence ends soon', 30],
    ['A licence ends soon', 14],
    ['A licence ends soon', 7],
    ['A licence ends soon', 1],
    ['A licence expired; its grace days run', 10],
    ['A licence ended', 0],
  ])
  expect([host.licences.of('sold'), host.licences.of('base')]).toEqual([
    { feature: 'gold', state: 'ended', expires: '2026-12-20', daysLeft: 0 },
    undefined,
  ])
})
