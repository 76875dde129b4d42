import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createTestDatabase, until, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { plugins as pluginsCommand } from '../src/cli/plugins.command.ts'
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

const parley = (...args: readonly string[]): ParleyProcess => begin(args)
const begin = (args: readonly string[], more: Readonly<Record<string, string>> = {}): ParleyProcess => {
  const one = new ParleyProcess(program, place.root, args, { DATABASE_URL: database.url, PARLEY_DATA_DIR: join(place.root, 'data'), ...more })
  started.push(one)
  return one
}
const run = async (...args: readonly string[]): Promise<{ code: number | null; output: string }> => {
  const one = parley(...args)
  const code = await one.ended
  return { code, output: `${one.output}${one.errors}` }
}
const approve = async (id: string, spec: string): Promise<void> => {
  await pluginsCommand({ root: place.root, variables: {}, args: ['add', place.plugin(id, spec), '--yes'], print: () => undefined })
}
const json = async (url: string): Promise<any> => (await fetch(url)).json()
const listed = async (url: string, id: string) => ((await json(`${url}/system/plugins`)) as { id: string }[]).find((plugin) => plugin.id === id)

const answers = `routes: (http) => [http.get('/', { auth: 'public' }, async () => ({ ok: true }))],`
/** Ends the process a moment after a request; writes down that its code was loaded. */
const bomb = (how: string): string => `init: () => { globalThis.bombs = 1 },
  routes: (http) => [http.get('/', { auth: 'public' }, async () => { ${how}; return {} })],`
const throwLater = `setTimeout(() => { throw new Error('boom') }, 10)`

async function crash(): Promise<ParleyProcess> {
  const host = parley('start')
  await fetch(`${await host.ready()}/api/v1/bomb`).catch(() => undefined)
  expect(await host.ended).not.toBe(0)
  return host
}

test('three exits, and the next start is without the plugin, says so, and lets it in again when it is released', async () => {
  await approve('bomb', bomb(throwLater))
  await approve('good', answers)
  for (let time = 0; time < 3; time++) expect((await crash()).log().some(({ level, plugin }) => level === 'error' && plugin === 'bomb')).toBe(true)

  const host = parley('start')
  const url = await host.ready()
  const reason = expect.stringMatching(/^it ended the process 3 times within ten minutes, last on .* UTC: boom$/) as string
  expect(await listed(url, 'bomb')).toMatchObject({
    state: 'quarantined',
    reason,
    decision: { state: 'quarantined', reason: 'boom', crashes: [expect.anything(), expect.anything(), expect.anything()] },
  })
  expect(host.output).toMatch(/^bomb +1\.0\.0 +quarantined +0 ms +it ended the process 3 times within ten minutes/m)
  expect(host.log().find(({ msg }) => msg === 'A plugin is in quarantine and is not loaded')).toMatchObject({ level: 'warn', plugin: 'bomb' })
  expect((await fetch(`${url}/api/v1/bomb`)).status).toBe(503)
  expect(await json(`${url}/api/v1/good`)).toEqual({ ok: true })
  expect((await fetch(`${url}/health/ready`)).status).toBe(200)

  expect(await run('plugins', 'release', 'bomb', '--yes')).toMatchObject({ code: 0 })
  const again = parley('start')
  expect(await listed(await again.ready(), 'bomb')).toMatchObject({ state: 'running' })
  await until(async () => (await listed(url, 'bomb'))?.['waitsForRestart' as never] === true, { within: 30_000 })
})

test('processes of one installation count together, and those that run stop using it', async () => {
  await approve('bomb', bomb(throwLater))
  const bystander = parley('start')
  const url = await bystander.ready()
  await Promise.all([crash(), crash()])
  expect(await listed(url, 'bomb')).toMatchObject({ state: 'running' })
  await crash()
  await until(async () => (await listed(url, 'bomb'))?.['loaded' as never] === true, { within: 30_000 })
  expect((await fetch(`${url}/api/v1/bomb`)).status).toBe(503)
  expect(bystander.child.exitCode).toBe(null)
})

test.each([
  ['an error without a stack', `setTimeout(() => { throw 'boom' }, 10)`],
  ['a value that is no text', `setTimeout(() => { throw Object.create(null) }, 10)`],
  ['an error whose parts are no texts', `setTimeout(() => { throw Object.assign(new Error(), { message: {}, stack: 5 }) }, 10)`],
  ['a rejection', `void Promise.reject(new Error('boom'))`],
  ['an end of the process', `process.exit(0)`],
  ['an abort', `process.abort()`],
  ['an event nobody listened to', `import('node:events').then(({ EventEmitter }) => new EventEmitter().emit('error', new Error('boom')))`],
])('%s is laid to its plugin', async (_, how) => {
  await approve('bomb', bomb(how))
  await crash()
  const noted = () => database.host.query<{ plugin: string }>('SELECT plugin FROM {plugin_crashes}')
  // what could not be waited for is stored by the next start
  if ((await noted()).length === 0) await parley('start').ready()
  expect(await noted()).toEqual([{ plugin: 'bomb' }])
  expect(readdirSync(join(place.root, 'data', 'crashes'))).toEqual([])
})

test('a plugin that crashes while it is imported or initialised is found, too', async () => {
  await approve('bomb', `init: () => new Promise(() => { setTimeout(() => { throw new Error('boom') }, 10) }),`)
  const host = parley('start')
  expect(await host.ended).toBe(1)
  place.write('plugins/bomb/plugin.js', `setTimeout(() => { throw 'boom' }, 10)\nawait new Promise(() => undefined)\n`)
  await pluginsCommand({
    root: place.root,
    variables: {},
    args: ['add', join(place.root, 'plugins/bomb'), '--yes', '--force'],
    print: () => undefined,
  })
  for (let time = 0; time < 2; time++) expect(await parley('start').ended).toBe(1)
  expect(await listed(await parley('start').ready(), 'bomb')).toMatchObject({ state: 'quarantined' })
})

test('without a place for notes the crash is in the log, and the process ends all the same', async () => {
  await approve('bomb', bomb(throwLater))
  const folder = join(place.root, 'data', 'crashes')
  rmSync(folder, { recursive: true, force: true })
  place.write('data/crashes', 'in the way')
  const host = await crash()
  expect(existsSync(folder)).toBe(true)
  expect(host.log().find(({ msg }) => msg === 'A crash could not be noted in the data folder')).toMatchObject({
    crash: { plugin: 'bomb', message: 'boom' },
  })
})

describe('memory that runs out', () => {
  const withLittle = (): ParleyProcess => begin(['start'], { NODE_OPTIONS: '--max-old-space-size=192' })
  const noted = () => database.host.query<{ plugin: string; message: string }>('SELECT plugin, message FROM {plugin_crashes} ORDER BY at')
  const notes = (): readonly string[] =>
    readdirSync(join(place.root, 'data'), { recursive: true, encoding: 'utf8' }).filter((name) => name.startsWith('crashes/'))
  const warnings = (host: ParleyProcess) => host.log().filter(({ msg }) => msg === 'The memory of this process is nearly used up')
  /** Routes that take memory step by step, up to so many MB, or all at once, and one that gives it back. */
  const greedy = (upTo: number): string => `routes: (http) => {
    let held = [], timer
    const some = () => held.push(Array.from({ length: 20_000 }, (_, index) => ({ index, text: 'number ' + index })))
    const bytes = () => process.memoryUsage().heapUsed / 2 ** 20
    return [
      http.get('/leak', { auth: 'public' }, async () => { timer = setInterval(() => { if (bytes() < ${upTo}) some() }, 10); return {} }),
      http.get('/bomb', { auth: 'public' }, async () => { for (;;) some() }),
      http.get('/free', { auth: 'public' }, async () => {
        clearInterval(timer)
        // what is allocated now makes the engine collect what was held
        for (let time = 0; time < 60; time++) { held = []; some() }
        return {}
      }),
    ]
  },`

  test('what took it is found, whether it took it step by step or at once, and is in quarantine after the third time; its neighbour is not', async () => {
    await approve('bomb', greedy(1_000))
    await approve('good', answers)
    for (const how of ['leak', 'bomb']) {
      const host = withLittle()
      const url = await host.ready()
      expect(await json(`${url}/api/v1/good`)).toEqual({ ok: true })
      await fetch(`${url}/api/v1/bomb/${how}`).catch(() => undefined)
      expect(await host.ended).toBe(null)
      expect(host.errors).toContain('heap out of memory')
    }
    // a crash of another kind counts together with these
    await database.host.query("INSERT INTO {plugin_crashes} VALUES (gen_random_uuid(), 'bomb', now(), 'one', 'boom')")
    const url = await parley('start').ready()
    const message = expect.stringMatching(/^memory ran out: \d+ of 192 MB were in use, and \d+ of the \d+ MB taken last were its own$/) as string
    expect(await noted()).toEqual([message, message, 'boom'].map((one) => ({ plugin: 'bomb', message: one })))
    expect(await listed(url, 'bomb')).toMatchObject({ state: 'quarantined', decision: { reason: message } })
    expect(await listed(url, 'good')).toMatchObject({ state: 'running' })
    expect(notes()).toEqual([])
  })

  test('a process that comes near the end and lives is no crash, whatever others think of it', async () => {
    await approve('hoarder', greedy(165))
    const first = withLittle()
    const url = await first.ready()
    await fetch(`${url}/api/v1/hoarder/leak`)
    await until(() => notes().length > 0 && warnings(first).some(({ held }) => held !== undefined), { within: 30_000 })
    expect(warnings(first).at(-1)).toMatchObject({ level: 'warn', plugin: 'hoarder', of: 192 })
    const second = withLittle()
    await fetch(`${await second.ready()}/api/v1/hoarder/leak`)
    await until(() => notes().length === 2, { within: 30_000 })
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(first.errors).toBe('')
    expect(notes()).toHaveLength(1)
    await fetch(`${await second.ready()}/api/v1/hoarder/free`)
    await until(() => notes().length === 0, { within: 30_000 })
    expect(await noted()).toEqual([])
  })

  test('nobody is blamed where two hold alike', async () => {
    await approve('one', greedy(1_000))
    await approve('two', greedy(1_000))
    const host = withLittle()
    const url = await host.ready()
    for (const id of ['one', 'two']) await fetch(`${url}/api/v1/${id}/leak`)
    expect(await host.ended).toBe(null)
    expect(warnings(host)).not.toEqual([])
    expect(notes()).toEqual([])
  })
})
