import { connect } from 'node:net'
import { createTestDatabase, testRedisUrl, until, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { plugins as pluginsCommand } from '../src/cli/plugins.command.ts'
import { buildMain, ParleyProcess } from './started-host.ts'
import { TemporaryInstallation } from './temporary-installation.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 90_000 })

let program: string
let place: TemporaryInstallation
let database: TestDatabase
let started: ParleyProcess[] = []
let redisUrl: string

beforeAll(async () => {
  program = await buildMain()
})
beforeEach(async () => {
  place = new TemporaryInstallation()
  database = await createTestDatabase()
  redisUrl = testRedisUrl()
})
afterEach(async () => {
  for (const one of started) if (one.child.exitCode === null) one.child.kill('SIGKILL')
  await Promise.all(started.map((one) => one.ended))
  started = []
  await database.close()
  place[Symbol.dispose]()
})

const parley = (role: string, variables: Readonly<Record<string, string>> = {}): ParleyProcess => {
  const one = new ParleyProcess(program, place.root, ['start', '--role', role], {
    DATABASE_URL: database.url,
    PARLEY_DATA_DIR: `${place.root}/data`,
    REDIS_URL: redisUrl,
    ...variables,
  })
  started.push(one)
  return one
}

/** Each part of it writes down in which process it ran. */
const watchful = `
  migrations: { '20261121T0900_seen': { up: (db) => db.raw('CREATE TABLE seen (part text, pid int)') } },
  routes: (http) => [
    http.post('/ask', { auth: 'public', audit: false }, async (_, { db, queue }) => { await seen(db, 'route'); await queue.add('work', {}); return {} }),
    http.get('/slow', { auth: 'public' }, async () => { await new Promise((resolve) => setTimeout(resolve, 3000)); return 'done' }),
  ],
  jobs: (job) => [
    job('work', { payload: anything }, async (_, { db }) => seen(db, 'job')),
    job('tidy', { payload: anything, schedule: 'every 500ms' }, async (_, { db }) => seen(db, 'schedule')),
  ],
  connectors: (connector) => [connector('poll', { keys: async () => ['a'], run: async (_, { db }, signal) => {
    await seen(db, 'connector')
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
  } })],`
const library = `
const seen = (db, part) => db.query('INSERT INTO {seen} VALUES ($1, $2)', [part, process.pid])
const anything = { '~standard': { version: 1, vendor: 'toy', validate: (value) => ({ value }) } }
`

const install = async (): Promise<void> => {
  const folder = place.plugin('watchful', watchful)
  place.write('plugins/watchful/plugin.js', `${library}export default { apiVersion: 1, spec: { id: 'watchful', ${watchful} } }\n`)
  await pluginsCommand({ root: place.root, variables: {}, args: ['add', folder, '--yes'], print: () => undefined })
}

const parts = async (): Promise<Record<string, number[]>> => {
  const rows = await database
    .forPlugin('watchful')
    .query<{ part: string; pids: number[] }>('SELECT part, array_agg(DISTINCT pid) AS pids FROM {seen} GROUP BY part')
  return Object.fromEntries(rows.map(({ part, pids }) => [part, pids]))
}
const status = async (url: string, path: string): Promise<number> => (await fetch(url + path)).status
const ask = (url: string): Promise<Response> => fetch(`${url}/api/v1/watchful/ask`, { method: 'POST' })

test('each role starts its part and no other, and without one of them the rest goes on', async () => {
  await install()
  const web = parley('web')
  const url = await web.ready()
  const [worker, realtime, connector, scheduler] = [parley('worker'), parley('realtime'), parley('connector'), parley('scheduler')]
  const others = await Promise.all([worker, realtime, connector, scheduler].map((one) => one.ready()))
  const [workerUrl, realtimeUrl] = others as [string, string]

  expect((await ask(url)).status).toBe(200)
  await until(async () => Object.keys(await parts()).length === 4, { within: 30_000 })
  const pid = (one: ParleyProcess): number => one.child.pid!
  expect(await parts()).toEqual({ route: [pid(web)], job: [pid(worker)], schedule: [pid(worker)], connector: [pid(connector)] })
  for (const other of others) expect(await status(other, '/health/ready')).toBe(200)
  expect([await status(workerUrl, '/api/v1/openapi.json'), await status(workerUrl, '/api-docs'), await status(url, '/api/v1/openapi.json')]).toEqual([
    404, 404, 200,
  ])
  // the socket server answers that this is no handshake; elsewhere there is none
  expect([await status(realtimeUrl, '/socket.io/?EIO=4'), await status(url, '/socket.io/?EIO=4')]).toEqual([400, 404])

  for (const one of [realtime, connector, scheduler]) one.child.kill('SIGKILL')
  await Promise.all([realtime, connector, scheduler].map((one) => one.ended))
  const jobs = async (): Promise<number> => (await database.forPlugin('watchful').query("SELECT FROM {seen} WHERE part = 'job'")).length
  const before = await jobs()
  expect((await ask(url)).status).toBe(200)
  await until(async () => (await jobs()) > before, { within: 30_000 })

  // another process takes the lease of the one that was killed long before it would have expired by itself
  const heir = parley('connector')
  await heir.ready()
  await until(async () => (await parts())['connector']!.includes(pid(heir)), { within: 30_000 })
  expect((await parts())['connector']).toHaveLength(2)
})

test('SIGTERM: not ready, still answering, the last answer says so, then an end in order', async () => {
  await install()
  const host = parley('web,worker', { PARLEY__host__drainDelay: '2' })
  const url = await host.ready()
  const slow = fetch(`${url}/api/v1/watchful/slow`)
  // on a connection of its own, so that the answer shows which requests were begun before
  await until(async () => (await status(url, '/health/ready')) === 200)
  host.child.kill('SIGTERM')
  await until(async () => (await status(url, '/health/ready')) === 503)
  const served = await ask(url)
  expect([served.status, served.headers.get('connection')]).toEqual([200, 'close'])
  expect(await (await slow).json()).toBe('done')
  expect(await host.ended).toBe(0)
  await expect(connected(new URL(url).port)).rejects.toThrow('ECONNREFUSED')
  expect(await database.host.query('SELECT gone_at IS NOT NULL AS gone FROM {instances}')).toEqual([{ gone: true }])
})

const connected = (port: string): Promise<void> =>
  new Promise((resolve, reject) => connect(Number(port), '127.0.0.1').once('connect', resolve).once('error', reject))
