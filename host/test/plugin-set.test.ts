import { rmSync } from 'node:fs'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { readPluginLock } from '../src/plugins/plugin-lock.ts'
import { pluginsCommand } from './plugins-at-the-command-line.ts'
import { pluginTarball } from './plugin-tarball.ts'
import { buildMain, ParleyProcess } from './started-host.ts'
import { TemporaryInstallation } from './temporary-installation.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000 })

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

const parley = (...args: readonly string[]): ParleyProcess => {
  const variables = { DATABASE_URL: database.url, PARLEY_DATA_DIR: `${place.root}/data`, NODE_ENV: 'production' }
  const one = new ParleyProcess(program, place.root, args, variables)
  started.push(one)
  return one
}
const json = async (url: string): Promise<{ status: number; body: any }> => {
  const response = await fetch(url)
  return { status: response.status, body: await response.json() }
}
const hello = (text: string): object => ({
  spec: `
  permissions: [{ module: 'hello', verb: 'view', title: 'See greetings', scope: 'instance' }],
  routes: (http) => [http.get('/', { auth: 'public', summary: 'A greeting' }, async () => ({ text: '${text}' }))],`,
  manifest: {
    permissions: { 'hello.view': { en: 'See greetings', uk: 'Бачити вітання' } },
    contributes: [],
    outbound: ['api.example.org'],
    config: {},
  },
})
const add = (version: string, ...words: readonly string[]) =>
  pluginsCommand(place, ['add', pluginTarball(place.root, 'hello', { version, ...hello(version) }), '--yes', ...words])

test('a tarball that was added works after the start, and its details are told; with files changed it is not imported', async () => {
  await add('1.0.0')
  expect(await parley('migrate').ended).toBe(0)
  const first = parley('start')
  const url = await first.ready()
  expect(await json(`${url}/api/v1/hello`)).toEqual({ status: 200, body: { text: '1.0.0' } })
  const { path, integrity } = readPluginLock(place.root).entries['hello']!
  expect(await json(`${url}/system/plugins/hello`)).toMatchObject({
    status: 200,
    body: {
      id: 'hello',
      version: '1.0.0',
      state: 'running',
      source: 'tarball',
      directory: `${place.root}/${path}`,
      integrity,
      signature: { state: 'unsigned' },
      permissions: [{ id: 'hello.view', title: 'See greetings', scope: 'instance', words: { en: 'See greetings', uk: 'Бачити вітання' } }],
      contributes: [],
      consumes: [],
      outbound: ['api.example.org'],
      routes: [{ method: 'GET', path: '/', summary: 'A greeting' }],
      screens: false,
    },
  })
  expect((await json(`${url}/system/plugins/nobody`)).status).toBe(404)
  // Through a proxy nobody is from this machine.
  const far = await fetch(`${url}/system/plugins/hello`, { headers: { 'x-forwarded-for': '203.0.113.7' } })
  expect([far.status, ((await far.json()) as { code: string }).code]).toEqual([401, 'unauthenticated'])
  const withoutRight = await fetch(`${url}/system/instances`, { headers: { 'x-forwarded-for': '203.0.113.7', authorization: 'Bearer x' } })
  expect(withoutRight.status).toBe(403)
  first.child.kill('SIGTERM')
  await first.ended

  place.write(`${path}/dist/plugin.js`, 'globalThis.stolen = true')
  const second = parley('start')
  expect((await json(`${await second.ready()}/system/plugins`)).body).toEqual([
    { id: 'hello', version: '1.0.0', state: 'failed', reason: expect.stringContaining('are not those of config/plugins.lock.yaml') as string },
  ])
})

test('processes with other plugins: the newer one waits for an announcement, the list names the difference, and a rollout is let through', async () => {
  await add('1.0.0')
  expect(await parley('migrate').ended).toBe(0)
  const old = await parley('start').ready()
  await add('1.1.0')
  const early = parley('start', '--role', 'web')
  const next = await early.ready()
  const refused = await json(`${next}/health/ready`)
  expect(refused.status).toBe(503)
  expect(refused.body.problems['plugin set']).toContain('no rollout announced them ("hello": this process has 1.1.0 sha512-')
  expect((await json(`${old}/health/ready`)).status).toBe(200)
  const [listed] = (await json(`${old}/system/plugins`)).body as { differs: string[] }[]
  expect(listed!.differs).toEqual([expect.stringMatching(/\(process \d+\) has 1\.1\.0 sha512-/)])
  expect((await json(`${old}/system/instances`)).body).toMatchObject({ differ: true, instances: [{ self: true }, { roles: ['web'] }] })

  expect(await parley('migrate').ended).toBe(0)
  expect(await json(`${next}/health/ready`)).toMatchObject({ status: 200, body: { status: 'ready' } })
  expect((await json(`${old}/health/ready`)).status).toBe(200)

  // Files that were forgotten on one machine: it says so and gets no work, while the others go on.
  rmSync(`${place.root}/${readPluginLock(place.root).entries['hello']!.path}`, { recursive: true })
  const broken = await parley('start').ready()
  expect((await json(`${broken}/health/ready`)).body.problems['plugin set']).toContain('"hello": this process does not have it')
  early.child.kill('SIGTERM')
  expect(await early.ended).toBe(0)
  expect((await json(`${old}/system/instances`)).body.instances).toHaveLength(2)
})
