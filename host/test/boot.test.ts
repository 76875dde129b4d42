import { readFileSync } from 'node:fs'
import { createTestDatabase, until, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { plugins as pluginsCommand } from '../src/cli/plugins.command.ts'
import { buildMain, ParleyProcess } from './started-host.ts'
import { TemporaryInstallation } from './temporary-installation.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 60_000 })

let program: string
let place: TemporaryInstallation
let database: TestDatabase
let started: ParleyProcess[] = []

beforeAll(async () => {
  program = await buildMain()
})
beforeEach(async () => {
  place = new TemporaryInstallation()
  database = await createTestDatabase()
})
afterEach(async () => {
  for (const one of started) if (one.child.exitCode === null) one.child.kill('SIGKILL')
  await Promise.all(started.map((one) => one.ended))
  started = []
  await database.close()
  place[Symbol.dispose]()
})

const parley = (args: readonly string[], variables: Readonly<Record<string, string>> = {}): ParleyProcess => {
  const one = new ParleyProcess(program, place.root, args, { DATABASE_URL: database.url, PARLEY_DATA_DIR: `${place.root}/data`, ...variables })
  started.push(one)
  return one
}

const approve = async (folder: string): Promise<void> => {
  await pluginsCommand({ root: place.root, variables: {}, args: ['add', folder, '--yes'], print: () => undefined })
}

const notes = `
  migrations: { '20261120T0900_notes': { up: (db) => db.raw('CREATE TABLE notes (text text)') } },
  routes: (http) => [http.get('/', { auth: 'public' }, async (_, { db }) => db.query('SELECT text FROM {notes}'))],
  contributes: (add) => [add({ id: 'host.demo-data@1' }, 'notes', ({ db }) => ({
    seed: async () => { await db.query("INSERT INTO {notes} VALUES ('hello')") },
    remove: async () => { await db.query('DELETE FROM {notes}') },
  }))],`

const json = async (url: string): Promise<{ status: number; body: any }> => {
  const response = await fetch(url)
  return { status: response.status, body: await response.json() }
}

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

test('it starts, answers, shows what does not run, and ends on SIGTERM', async () => {
  await approve(place.plugin('notes', notes))
  await approve(place.plugin('broken', `init: () => { throw new Error('no key') },`))
  await approve(place.plugin('changed'))
  place.write('plugins/changed/plugin.js', 'export default 1')
  const host = parley(['start'])
  const url = await host.ready()

  expect(await json(`${url}/health/live`)).toEqual({ status: 200, body: { status: 'live' } })
  expect(await json(`${url}/health/ready`)).toEqual({
    status: 200,
    body: { status: 'ready', roles: ['web', 'worker', 'realtime', 'connector', 'scheduler', 'runner'], problems: {}, degraded: {} },
  })
  expect(await json(`${url}/api/v1/notes`)).toEqual({ status: 200, body: [] })
  expect((await json(`${url}/system/plugins`)).body).toEqual([
    { id: 'broken', version: '1.0.0', state: 'failed', reason: 'init failed: no key' },
    { id: 'notes', version: '1.0.0', state: 'running' },
    { id: 'changed', version: '1.0.0', state: 'failed', reason: expect.stringContaining('are not those of config/plugins.lock.yaml') as string },
  ])
  expect((await fetch(`${url}/metrics`)).headers.get('content-type')).toContain('text/plain')
  expect((await json(`${url}/api/v1/broken/x`)).body).toMatchObject({ status: 503, code: 'plugin_unavailable' })

  host.child.kill('SIGTERM')
  expect(await host.ended).toBe(0)
})

test('of two plugins that want the same address the one that was there has it, in every process', async () => {
  const alias = (text: string) => `
    migrations: { '20261120T0900_notes': { up: (db) => db.raw('CREATE TABLE notes (text text)') } },
    routes: (http) => [http.get('/', { auth: 'public', aliases: ['/kw/api/notes'] }, async () => ({ text: '${text}' }))],`
  // by name the other one would be first
  await approve(place.plugin('zeta', alias('zeta')))
  await approve(place.plugin('alpha', alias('alpha')))
  const reason = 'its routes are not mounted: "alpha" mounts GET /kw/api/notes, and "zeta" mounts GET /kw/api/notes. Change the path of one.'
  for (const args of [['start'], ['start', '--role', 'worker']]) {
    const host = parley(args)
    const url = await host.ready()
    expect((await json(`${url}/system/plugins`)).body).toEqual([
      { id: 'alpha', version: '1.0.0', state: 'failed', reason },
      { id: 'zeta', version: '1.0.0', state: 'running' },
    ])
    if (args.length === 1) {
      expect(await json(`${url}/kw/api/notes`)).toEqual({ status: 200, body: { text: 'zeta' } })
      expect((await json(`${url}/api/v1/alpha`)).body).toMatchObject({ status: 503, code: 'plugin_unavailable' })
    }
    host.child.kill('SIGTERM')
    await host.ended
  }
  await expect(database.forPlugin('alpha').query('SELECT text FROM {notes}')).rejects.toThrow('plugin_alpha')
})

test.each([
  ['an error in a timer', `setTimeout(() => { throw new Error('boom') })`],
  ['a rejection', `void Promise.reject(new Error('boom'))`],
])('%s that nobody caught is laid to its plugin, and the process ends', async (_, code) => {
  await approve(place.plugin('bomb', `routes: (http) => [http.get('/', { auth: 'public' }, async () => { ${code}; return {} })],`))
  const host = parley(['start'])
  await fetch(`${await host.ready()}/api/v1/bomb`)
  expect(await host.ended).toBe(1)
  expect(host.log().find((line) => line['level'] === 'error')).toMatchObject({ msg: 'An error was not caught; the process ends', plugin: 'bomb' })
})

test('everything that is wrong is told at once and nothing starts', async () => {
  place.write('config/local.yaml', 'server: { prt: 1 }\nhost: { critical: [nots] }\nplugins: { nots: { enabled: false } }')
  await approve(place.plugin('notes', notes))
  const host = parley(['start'])
  expect(await host.ended).toBe(1)
  expect(host.errors).toBe(`The configuration has 2 problems; nothing was started.
  1. server.prt in config/local.yaml: there is no such key. Did you mean "port"?
  2. plugins.nots in config/local.yaml: there is no plugin "nots". Did you mean "notes"?
The plugin graph has 1 problem; nothing was started.
  1. host.critical names "nots", which is not installed. Did you mean "notes"?
`)
})

test('in production an old database is refused until it is migrated', async () => {
  await approve(place.plugin('notes', notes))
  const production = { NODE_ENV: 'production' }
  const refused = parley(['start'], production)
  expect(await refused.ended).toBe(1)
  expect(refused.errors).toContain('The database is older than this release. Run "parley migrate" first. It lacks:\n  notes: 20261120T0900_notes')
  const migrated = parley(['migrate'], production)
  expect(await migrated.ended).toBe(0)
  expect(migrated.output).toContain('Applied:\n  notes: 20261120T0900_notes')
  const host = parley(['start'], production)
  expect(await json(`${await host.ready()}/api/v1/notes`)).toEqual({ status: 200, body: [] })
})

test('without a database of its own it brings one, and leaves no server behind', async () => {
  await approve(place.plugin('notes', notes))
  const host = parley(['start'], { DATABASE_URL: '' })
  expect(await json(`${await host.ready()}/api/v1/notes`)).toEqual({ status: 200, body: [] })
  const [server] = readFileSync(`${place.root}/data/postgres/postmaster.pid`, 'utf8').split('\n')
  host.child.kill('SIGTERM')
  expect(await host.ended).toBe(0)
  // Whoever adopted the ended server may take a moment to bury it.
  await until(() => isGone(Number(server)))
})

test('a process may do only a part', async () => {
  await approve(place.plugin('notes', notes))
  const host = parley(['start', '--role', 'worker,scheduler'])
  const url = await host.ready()
  expect((await json(`${url}/health/ready`)).status).toBe(200)
  expect((await fetch(`${url}/api/v1/notes`)).status).toBe(404)
})

test('demo data comes and goes', async () => {
  await approve(place.plugin('notes', notes))
  const rows = async (): Promise<unknown[]> => database.forPlugin('notes').query('SELECT text FROM {notes}')
  const seeded = parley(['demo'])
  expect([await seeded.ended, seeded.output, seeded.errors]).toEqual([0, 'The demo data is in: notes.\n', ''])
  expect(await rows()).toEqual([{ text: 'hello' }])
  const removed = parley(['demo', '--remove'])
  expect(await removed.ended).toBe(0)
  expect(await rows()).toEqual([])
})

test('an unknown command is answered with those there are', async () => {
  const host = parley(['strat'])
  expect(await host.ended).toBe(2)
  expect(host.errors).toContain('There is no command "strat".')
})
