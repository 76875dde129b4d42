import { readFileSync } from 'node:fs'
import { createTestDatabase, until, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { plugins as pluginsCommand } from '../src/cli/plugins.command.ts'
import { buildMain, ParleyProcess } from './started-host.ts'
import { TemporaryInstallation } from './temporary-installation.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 90_000 })

const token = 'the token of the runners'
let program: string
let place: TemporaryInstallation
let database: TestDatabase | undefined
let started: ParleyProcess[] = []

beforeAll(async () => {
  program = await buildMain()
})
beforeEach(() => {
  place = new TemporaryInstallation()
})
afterEach(async () => {
  for (const one of started) if (one.child.exitCode === null) one.child.kill('SIGKILL')
  await Promise.all(started.map((one) => one.ended))
  started = []
  await database?.close()
  database = undefined
  place[Symbol.dispose]()
})

const parley = (role: string, variables: Readonly<Record<string, string>> = {}): ParleyProcess => {
  const one = new ParleyProcess(program, place.root, ['start', '--role', role], variables)
  started.push(one)
  return one
}
const runner = (): ParleyProcess => parley('runner', { PARLEY_RUNNER_TOKEN: token })

/** A plugin whose route runs the code it is sent. */
async function host(
  role: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ process: ParleyProcess; url: string; run(source: string): Promise<unknown> }> {
  database ??= await createTestDatabase()
  const spec = `routes: (http) => [http.post('/run', { auth: 'public', unaudited: 'nothing is written', body: anything }, async ({ body }, { runner }) => {
    try {
      const functions = { wait: () => new Promise(() => {}) }
      const call = '(exports, input, functions) => exports(functions)'
      return { value: (await runner.run({ name: 'sent.js', source: body.source, timeLimit: 20000, functions, call })).value }
    } catch ({ reason, message }) {
      return { reason, message }
    }
  })],`
  const folder = place.plugin('toy', spec)
  const anything = `const anything = { '~standard': { version: 1, vendor: 'toy', validate: (value) => ({ value }) } }`
  place.write('plugins/toy/plugin.js', `${anything}\nexport default { apiVersion: 1, spec: { id: 'toy', ${spec} } }\n`)
  await pluginsCommand({ root: place.root, variables: {}, args: ['add', folder, '--yes'], print: () => undefined })
  const process = parley(role, { DATABASE_URL: database.url, PARLEY_DATA_DIR: `${place.root}/data`, ...variables })
  const url = await process.ready()
  const run = async (source: string): Promise<unknown> => {
    const answer = await fetch(`${url}/api/v1/toy/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source }),
    })
    return answer.json()
  }
  return { process, url, run }
}

const alive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
const childOf = ({ child }: ParleyProcess): number | undefined => {
  const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ')
  return pid === '' ? undefined : Number(pid)
}

test('a process that is only a runner refuses to start with credentials, or without a token', async () => {
  const bare = parley('runner')
  const wrong = parley('runner', { PARLEY_RUNNER_TOKEN: token, PARLEY__runner__memory: '8', PARLEY__runner__paralel: '2' })
  expect([await bare.ended, await wrong.ended]).toEqual([1, 1])
  expect(bare.errors).toContain('PARLEY_RUNNER_TOKEN')
  expect(wrong.errors).toContain('runner.paralel in PARLEY__runner__paralel: there is no such key. Did you mean "parallel"?')
  place.write('config/local.yaml', 'database: { url: "postgres://a:b@c/d" }\nplugins: { ai: { apiKey: sk-1, base: "https://u:p@ai.example" } }')
  const full = parley('runner', {
    PARLEY_RUNNER_TOKEN: token,
    REDIS_URL: 'redis://r',
    PARLEY_SECRET_KEY: 'x',
    QUEUE: 'AMQP://q',
    HTTPS_PROXY: 'http://u:p@proxy:3128',
    HTTP_PROXY: 'http://proxy:3128',
  })
  expect(await full.ended).toBe(1)
  const configured = ['database.url', 'plugins.ai.apiKey', 'plugins.ai.base'].map((key) => `${key} (config/local.yaml)`)
  const found = full.errors.slice(full.errors.indexOf(': ', full.errors.indexOf('holds no credentials')) + 2)
  expect(found.trim().replace(/\.$/, '').split(', ').toSorted()).toEqual(
    ['HTTPS_PROXY', 'PARLEY_SECRET_KEY', 'QUEUE', 'REDIS_URL', ...configured].toSorted(),
  )
})

test('runners of their own: health, metrics, a kill in the middle, an end in order', async () => {
  const [one, two] = [runner(), runner()]
  const [urlOne, urlTwo] = [await one.ready(), await two.ready()]
  const { url, run } = await host('web,worker', { PARLEY_RUNNER_URLS: `${urlOne}, ${urlTwo}`, PARLEY_RUNNER_TOKEN: token })
  expect(await (await fetch(`${urlOne}/health/ready`)).json()).toEqual({ status: 'ready', roles: ['runner'], problems: {}, degraded: {} })
  expect(await run('module.exports = () => [1 + 1, typeof process]')).toEqual({ value: [2, 'undefined'] })
  const proxied = await fetch(`${urlOne}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.1' } })
  const known = await fetch(`${urlOne}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.1', authorization: `Bearer ${token}` } })
  expect([proxied.status, known.status, (await fetch(`${urlOne}/api/v1/toy/run`)).status]).toEqual([401, 200, 404])
  expect(await known.text()).toMatch(/^parley_runner_running 0$/m)

  const doctor = new ParleyProcess(program, place.root, ['doctor'], {
    DATABASE_URL: database!.url,
    PARLEY_DATA_DIR: `${place.root}/data`,
    PARLEY_RUNNER_URLS: `${urlOne},http://127.0.0.1:1`,
    PARLEY_RUNNER_TOKEN: 'another token of some length',
  })
  started.push(doctor)
  expect(await doctor.ended).toBe(1)
  expect(doctor.output.match(/problem {2}code of users: .*/g)).toEqual([
    `problem  code of users: the runner at ${urlOne} does not accept runner.token.`,
    'problem  code of users: no runner answers at http://127.0.0.1:1.',
  ])

  const long = [0, 1].map(() => run('module.exports = ({ wait }) => wait()'))
  await until(async () => (await Promise.all([urlOne, urlTwo].map(running))).every((count) => count === 1))
  one.child.kill('SIGKILL')
  expect(await Promise.race(long)).toMatchObject({ reason: 'lost' })
  expect(await run('module.exports = () => 3')).toEqual({ value: 3 })

  two.child.kill('SIGTERM')
  await until(async () => (await fetch(`${urlTwo}/health/ready`).catch(() => undefined))?.status === 503)
  await until(async () => ((await run('module.exports = () => 4')) as { reason?: string }).reason === 'no_runner')
  const { degraded } = (await (await fetch(`${url}/health/ready`)).json()) as { degraded: Record<string, string> }
  expect(Object.keys(degraded)).toEqual([])
  // what it had was not done in time: the second signal ends it
  two.child.kill('SIGTERM')
  await two.ended
  await until(async () => {
    const ready = (await (await fetch(`${url}/health/ready`)).json()) as { status: string; degraded: Record<string, string> }
    return ready.status === 'ready' && ready.degraded['runner']?.startsWith('No runner can be reached')
  })
})

const running = async (url: string): Promise<number> =>
  Number(/^parley_runner_running (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())![1])

test('among other roles the runner is a child, which ends with its parent, whatever ends that; without the role it is said what to do', async () => {
  const { process: parent, url, run } = await host('web,runner')
  expect(childOf(parent)).toBeUndefined()
  expect(await run('module.exports = () => 1')).toEqual({ value: 1 })
  const first = childOf(parent)!
  process.kill(first, 'SIGKILL')
  await until(async () => ((await run('module.exports = () => 2')) as { value?: number }).value === 2)
  const child = childOf(parent)!
  expect(child).not.toBe(first)
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^parley_runner_connected 1$/m)
  parent.child.kill('SIGKILL')
  await until(() => !alive(child))

  const { url: alone, run: runAlone } = await host('web')
  expect(await runAlone('module.exports = () => 1')).toMatchObject({ reason: 'no_runner', message: expect.stringContaining('runner.urls') })
  expect(((await (await fetch(`${alone}/health/ready`)).json()) as { degraded: object }).degraded).toMatchObject({
    runner: expect.stringContaining('Nothing here runs code of users'),
  })
})
