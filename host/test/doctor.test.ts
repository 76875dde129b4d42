import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestDatabase, testServerUrl, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { licence } from '../src/cli/licence.command.ts'
import { pluginsCommand } from './plugins-at-the-command-line.ts'
import { buildMain, ParleyProcess } from './started-host.ts'
import { TemporaryInstallation } from './temporary-installation.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 90_000 })

let program: string
let place: TemporaryInstallation
let database: TestDatabase
let running: ParleyProcess | undefined

beforeAll(async () => {
  program = await buildMain()
})
beforeEach(async () => {
  place = new TemporaryInstallation()
  database = await createTestDatabase()
})
afterEach(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
  await database.close()
  place[Symbol.dispose]()
})

async function examine(variables: Readonly<Record<string, string>> = {}): Promise<{ code: number | null; output: string }> {
  running = new ParleyProcess(program, place.root, ['doctor'], { DATABASE_URL: database.url, PARLEY_DATA_DIR: `${place.root}/data`, ...variables })
  const code = await running.ended
  expect(running.errors).toBe('')
  return { code, output: running.output }
}
/** What it says of one thing. */
const said = (output: string, name: string): readonly string[] => output.split('\n').filter((line) => line.includes(`  ${name}`))

const install = async (id: string, spec = '', manifest: object = {}): Promise<void> => {
  expect((await pluginsCommand(place, ['add', place.plugin(id, spec, manifest), '--yes'])).code).toBe(0)
}
const decide = async (...words: readonly string[]): Promise<void> => {
  expect((await pluginsCommand(place, [...words, '--yes'], { variables: { DATABASE_URL: database.url } })).code).toBe(0)
}
/** Code that leaves a trace when it is imported. */
const traced = (id: string): string => {
  const trace = join(place.root, `${id}-ran`)
  place.write(`plugins/${id}/plugin.js`, `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(trace)}, '')\nexport default 1\n`)
  return trace
}
const licenceCommand = (...args: readonly string[]) => licence({ root: place.root, variables: {}, args, print: () => undefined })
const keys = (): string => join(place.root, 'keys')
const issue = (...more: readonly string[]) =>
  licenceCommand(
    ...['issue', '--key', join(keys(), 'licence-private.pem'), '--customer', 'ACME', '--id', 'lic_1'],
    ...['--out', join(place.root, 'config/licence.json'), ...more],
  )
async function publisher(): Promise<void> {
  await licenceCommand('keygen', '--out', keys())
  const key = readFileSync(join(keys(), 'licence-public.pub'), 'utf8').trim()
  place.write('config/local.yaml', `host: { licence: { keys: ['${key}'] } }`)
}
const daysFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

test('what is well, and what stands in the way of a machine', async () => {
  await install('notes')
  expect(await examine()).toEqual({
    code: 1,
    output: `ok       Node
ok       configuration and plugins
ok       licences
ok       data folder
ok       database
ok       Redis
ok       code of users
problem  screens: they are not built. Run: npm run build
`,
  })
  expect(existsSync(`${place.root}/data/secret.key`)).toBe(false)

  const server = new URL(testServerUrl())
  const { code, output } = await examine({ DATABASE_URL: `postgres://nobody@${server.hostname}:1/x`, REDIS_URL: 'redis://127.0.0.1:1' })
  expect(code).toBe(1)
  expect(said(output, 'database')).toEqual([
    expect.stringMatching(/^problem  database: .*is in quarantine, and which licences were uploaded, is not known now\.$/),
  ])
  expect(output).toContain('problem  Redis: nothing listens at 127.0.0.1:1.')

  // any server that listens
  const node = `${server.hostname}:${server.port}`
  const { output: sentinels } = await examine({ REDIS_URL: `redis+sentinel://${node},127.0.0.1:1/master` })
  expect(said(sentinels, 'Redis')).toEqual(['notice   Redis: nothing listens at 127.0.0.1:1.'])
  const { output: cluster } = await examine({ REDIS_URL: 'redis+cluster://127.0.0.1:1,127.0.0.1:2' })
  expect(said(cluster, 'Redis')).toEqual(['problem  Redis: nothing listens at 127.0.0.1:1.', 'problem  Redis: nothing listens at 127.0.0.1:2.'])

  const { output: withoutServer } = await examine({ DATABASE_URL: '' })
  expect(said(withoutServer, 'database')).toEqual([expect.stringMatching(/^notice   database: the one that comes with Parley does not run\. /)])
})

test('plugins that are disabled or in quarantine are named with the way back, and their code is not loaded', async () => {
  // the tables are there after a start
  running = new ParleyProcess(program, place.root, ['migrate'], { DATABASE_URL: database.url, PARLEY_DATA_DIR: `${place.root}/data` })
  expect(await running.ended).toBe(0)
  for (const id of ['quiet', 'harmful', 'unwanted']) await install(id)
  const trace = traced('harmful')
  expect((await pluginsCommand(place, ['add', join(place.root, 'plugins/harmful'), '--yes', '--force'])).code).toBe(0)
  await decide('disable', 'quiet', '--reason', 'nobody uses it')
  await decide('quarantine', 'harmful', '--reason', 'it floods')
  place.write('config/local.yaml', 'plugins: { unwanted: { enabled: false } }')
  const { output } = await examine()
  expect(said(output, 'configuration and plugins')).toEqual([
    expect.stringMatching(
      /^problem  configuration and plugins: "harmful" is in quarantine: .+ at the command line put it into quarantine on .+ UTC: it floods\. When that is mended: parley plugins release harmful$/,
    ),
    expect.stringMatching(
      /^notice   configuration and plugins: "quiet" is disabled: .+ at the command line disabled it on .+ UTC: nobody uses it\. To let it run: parley plugins enable quiet$/,
    ),
    'notice   configuration and plugins: "unwanted": it is disabled in config/local.yaml (plugins.unwanted.enabled: false). To let it run, change that.',
  ])
  expect(existsSync(trace)).toBe(false)
})

test('two plugins that want the same address: which one does not run, and what to do', async () => {
  const routes = `routes: (http) => [http.get('/', { auth: 'public', aliases: ['/kw/notes'] }, async () => ({}))],`
  await install('alpha', routes)
  await install('zeta', routes)
  const { code, output } = await examine()
  expect(code).toBe(1)
  expect(said(output, 'configuration and plugins')).toEqual([
    'problem  configuration and plugins: "zeta" is failed: its routes are not mounted: "zeta" mounts GET /kw/notes, and "alpha" mounts GET /kw/notes. ' +
      'Change the path of one. Until its author has done so, do without one of them, such as: parley plugins disable zeta',
  ])
})

test('a plugin without a licence is named with the way to one, unless somebody disabled it, and is not loaded', async () => {
  await publisher()
  await install('sold', '', { licence: 'gold' })
  const trace = traced('sold')
  expect((await pluginsCommand(place, ['add', join(place.root, 'plugins/sold'), '--yes', '--force'])).code).toBe(0)
  const what = 'problem  licences: "sold" is not loaded: it needs a licence with the feature "gold", and there is no licence here. '
  const how = 'Put a licence that includes it into config/licence.json or upload it (Settings, Licence), or do without: parley plugins disable sold'
  expect(said((await examine()).output, 'licences')).toEqual([what + how])
  expect(existsSync(trace)).toBe(false)

  place.write('config/production.yaml', 'plugins: { sold: { enabled: false } }')
  expect(said((await examine({ NODE_ENV: 'production' })).output, 'licences')).toEqual(['ok       licences'])
})

test('a licence is told before it ends, in its days of grace, after them, and when it does not count', async () => {
  await publisher()
  await install('sold', '', { licence: 'gold' })
  const licences = async () => said((await examine()).output, 'licences')
  await issue('--feature', 'gold', '--expires', daysFromNow(200))
  expect(await licences()).toEqual(['ok       licences'])

  await issue('--feature', 'gold', '--expires', daysFromNow(4))
  expect(await licences()).toEqual([
    `notice   licences: the licence "lic_1" of ACME ends in 5 days, on ${daysFromNow(4)}. Renew it; no restart is needed.`,
  ])

  await issue('--feature', 'gold', '--expires', daysFromNow(-3), '--grace-days', '10')
  expect(await licences()).toEqual([
    `notice   licences: the licence "lic_1" of ACME expired on ${daysFromNow(-3)}; what it brings is suspended in 8 days, on ${daysFromNow(8)}. ` +
      'Renew it; no restart is needed.',
  ])

  await issue('--feature', 'gold', '--expires', daysFromNow(-3))
  expect(await licences()).toEqual([
    `problem  licences: the licence "lic_1" of ACME expired on ${daysFromNow(-3)} and brings nothing any more. Renew it; no restart is needed.`,
    `problem  licences: "sold" is suspended: the licence "lic_1" expired on ${daysFromNow(-3)}. Renew it. ` +
      'Put the renewal into config/licence.json or upload it (Settings, Licence), or do without: parley plugins disable sold',
  ])

  const file = join(place.root, 'config/licence.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('ACME', 'Somebody else'))
  expect((await licences())[0]).toMatch(/^problem  licences: The licence "lic_1" in config\/licence\.json was changed after it was signed/)
})
