import { createTestDatabase, until, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { buildMain, ParleyProcess } from './started-host.ts'
import { TemporaryInstallation } from './temporary-installation.ts'

vi.setConfig({ testTimeout: 120_000 })

let program: string
let place: TemporaryInstallation
let database: TestDatabase
let started: ParleyProcess | undefined

beforeAll(async () => {
  program = await buildMain()
})
beforeEach(async () => {
  place = new TemporaryInstallation()
  database = await createTestDatabase()
})
afterEach(async () => {
  // The host is a child of ours only by way of "parley dev": ended in order, so that none is left.
  started?.child.kill('SIGTERM')
  await started?.ended
  await database.close()
  place[Symbol.dispose]()
})

const parley = (word: string, variables: Record<string, string> = {}): ParleyProcess =>
  (started = new ParleyProcess(program, place.root, [word], { DATABASE_URL: database.url, PARLEY_DATA_DIR: `${place.root}/data`, ...variables }))

const register = (url: string, folder: string, headers: Record<string, string> = { 'x-parley-development': '1' }) =>
  fetch(`${url}/system/development`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ folder }),
  })

const readyAgain = (process: ParleyProcess, times: number): Promise<string> =>
  until(
    () => {
      const lines = [...process.output.matchAll(/^Parley is ready at (\S+)$/gm)]
      return lines.length >= times && lines.at(-1)![1]
    },
    { within: 60_000 },
  )
const stateOf = async (url: string) => ((await (await fetch(`${url}/system/plugins`)).json()) as { id: string; version: string; state: string }[])[0]

test('a folder that is handed over runs after a restart, as it is then, approved by nobody', async () => {
  const folder = place.plugin('toy')
  const process = parley('dev')
  const url = await process.ready()
  const before = (await (await fetch(`${url}/system/development`)).json()) as { started: string }
  expect(await stateOf(url)).toBeUndefined()

  const dev = { 'x-parley-development': '1' }
  const refused = [
    await register(url, folder, { ...dev, 'x-forwarded-for': '203.0.113.7' }),
    await register(url, folder, {}),
    await register(url, `${place.root}/nowhere`),
    await register(url, 'plugins/toy'),
  ]
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 400, 400])

  const answer = await register(url, folder)
  expect([answer.status, await answer.json()]).toEqual([202, before])

  const second = await readyAgain(process, 2)
  expect(await stateOf(second)).toMatchObject({ id: 'toy', state: 'running' })
  expect(await (await fetch(`${second}/system/development/reload.js`)).text()).toContain('location.reload()')
  place.plugin('toy', `routes: (http) => [http.get('/', { auth: 'public', summary: 'x' }, async () => ({ changed: true }))],`)
  await register(second, folder)
  const third = await readyAgain(process, 3)
  expect(await (await fetch(`${third}/api/v1/toy/`)).json()).toEqual({ changed: true })
})

test('a host that was not started for it takes nothing', async () => {
  const folder = place.plugin('toy')
  const url = await parley('start').ready()
  expect((await register(url, folder)).status).toBe(404)
})

test('in production nothing is taken, whatever the environment says', async () => {
  const folder = place.plugin('toy')
  const url = await parley('start', { NODE_ENV: 'production', PARLEY_DEVELOPMENT_PLUGINS: folder, PARLEY__database__migrate: 'auto' }).ready()
  expect(await stateOf(url)).toBeUndefined()
  expect((await register(url, folder)).status).toBe(404)
})

test('"parley dev" refuses production in a sentence', async () => {
  const process = parley('dev', { NODE_ENV: 'production' })
  expect(await process.ended).toBe(1)
  expect(process.errors).toBe('"parley dev" runs files that nobody approved, and NODE_ENV is "production". Use "parley start".\n')
})
