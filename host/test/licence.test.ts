import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAudit, LicenceStore, systemClock } from '@parley/services'
import { createTestDatabase, until, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { removeLicence } from '../src/cli/licence-remove.ts'
import { plugins as pluginsCommand } from '../src/cli/plugins.command.ts'
import { buildMain, ParleyProcess } from './started-host.ts'
import { TemporaryInstallation } from './temporary-installation.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 90_000 })

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
  const one = new ParleyProcess(program, place.root, args, { DATABASE_URL: database.url, PARLEY_DATA_DIR: `${place.root}/data` })
  started.push(one)
  return one
}
/** A command that ends. */
const run = async (...args: readonly string[]): Promise<{ code: number | null; output: string }> => {
  const one = parley(...args)
  const code = await one.ended
  return { code, output: `${one.output}${one.errors}` }
}
const install = async (id: string, code: string): Promise<void> => {
  const folder = place.plugin(id, '', { licence: 'gold', title: { en: 'Gold', uk: 'Золото' }, description: { en: 'Shines.', uk: 'Сяє.' } })
  place.write(`plugins/${id}/plugin.js`, code)
  await pluginsCommand({ root: place.root, variables: {}, args: ['add', folder, '--yes'], print: () => undefined })
}
const json = async (url: string): Promise<any> => (await fetch(url)).json()

const keys = (): string => join(place.root, 'keys')
const file = (): string => join(place.root, 'config/licence.json')
const issue = (...more: readonly string[]) =>
  run('licence', 'issue', '--key', join(keys(), 'licence-private.pem'), '--customer', 'ACME', '--days', '60', '--out', file(), ...more)

async function publisher(): Promise<void> {
  expect((await run('licence', 'keygen', '--out', keys())).code).toBe(0)
  const key = readFileSync(join(keys(), 'licence-public.pub'), 'utf8').trim()
  place.write('config/local.yaml', `host: { licence: { keys: ['${key}'] } }`)
}

test('not a line of a plugin without a licence runs, and nothing is made for it', async () => {
  const trace = join(place.root, 'it-ran')
  await install('sold', `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(trace)}, '')\nthrow new Error('it ran')\n`)
  const url = await parley('start').ready()
  expect(existsSync(trace)).toBe(false)
  expect(await json(`${url}/system/plugins`)).toEqual([
    {
      id: 'sold',
      version: '1.0.0',
      state: 'unlicensed',
      reason: 'it needs a licence with the feature "gold", and there is no licence here',
      licence: { feature: 'gold', state: 'missing' },
      title: { en: 'Gold', uk: 'Золото' },
      description: { en: 'Shines.', uk: 'Сяє.' },
    },
  ])
  expect(await json(`${url}/api/v1/sold/anything`)).toMatchObject({ status: 402, code: 'not_licensed' })
  expect(await json(`${url}/ui/plugins`)).toMatchObject([
    { state: 'unlicensed', about: { kind: 'feature', feature: 'gold', title: { uk: 'Золото' }, description: { en: 'Shines.' } } },
  ])
  expect(await database.host.query("SELECT 1 FROM information_schema.schemata WHERE schema_name = 'plugin_sold'")).toEqual([])
})

test('a licence that ends and one that renews reach every process without a restart', async () => {
  await publisher()
  await install(
    'sold',
    `export default { apiVersion: 1, spec: { id: 'sold', routes: (http) => [http.get('/', { auth: 'public' }, async () => ({ shines: true }))] } }`,
  )
  expect((await issue('--feature', 'gold')).output).toMatch(
    /^The licence "lic_[0-9a-f]+" for ACME is in .*licence.json; it holds to 20\d\d-\d\d-\d\d.\n$/,
  )
  const urls = await Promise.all([parley('start').ready(), parley('start').ready()])
  const answers = () => Promise.all(urls.map(async (url) => (await fetch(`${url}/api/v1/sold`)).status))
  expect(await answers()).toEqual([200, 200])

  expect((await issue('--feature', 'silver')).code).toBe(0)
  await until(async () => (await answers()).every((status) => status === 402), { within: 30_000 })
  expect((await json(`${urls[0]}/system/plugins`))[0]).toMatchObject({ state: 'suspended', reason: 'the licence does not include "gold"' })

  expect((await issue('--feature', 'gold')).code).toBe(0)
  await until(async () => (await answers()).every((status) => status === 200), { within: 30_000 })
})

test('a licence that does not hold leaves everything else running, and says why', async () => {
  await publisher()
  await install('sold', 'export default 1')
  await issue('--feature', 'gold', '--limit', 'operators=5', '--trial')
  const verified = await run('licence', 'verify', file())
  expect(verified.code).toBe(0)
  expect(verified.output).toMatch(/^Trial "lic_[0-9a-f]+" of ACME, signed with the key [0-9a-f]{16}: it holds \(to /)
  expect(verified.output).toContain('  features: gold\n  limit:    operators 5\n')

  writeFileSync(file(), readFileSync(file(), 'utf8').replace('"operators": 5', '"operators": 500'))
  const sentence =
    /^The licence "lic_[0-9a-f]+" in config\/licence.json was changed after it was signed, so it does not count\. Use the file as its publisher sent it\.$/m
  expect(await run('licence', 'verify', 'config/licence.json').then(({ code }) => code)).toBe(1)
  const shown = await run('licence', 'show')
  expect(shown.code).toBe(1)
  expect(shown.output).toMatch(
    /^No licence holds here: what needs none works\.\n  sold needs "gold": unlicensed: it needs a licence with the feature "gold"/,
  )
  expect(shown.output).toMatch(sentence)

  const host = parley('start')
  const url = await host.ready()
  expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  expect((await json(`${url}/system/plugins`))[0]).toMatchObject({ id: 'sold', state: 'unlicensed' })
  expect(host.log().some((line) => line['level'] === 'warn' && sentence.test(String(line['problem'])))).toBe(true)
})

test('where the deployer demands licences, only what is named or critical runs', async () => {
  await publisher()
  place.write('config/default.yaml', 'host: { critical: [base], licence: { required: true } }')
  for (const id of ['base', 'panel', 'quality']) {
    await pluginsCommand({ root: place.root, variables: {}, args: ['add', place.plugin(id), '--yes'], print: () => undefined })
  }
  await issue('--feature', 'panel')
  const url = await parley('start').ready()
  const plugins = (await json(`${url}/system/plugins`)) as { id: string; state: string }[]
  expect(Object.fromEntries(plugins.map(({ id, state }) => [id, state]))).toEqual({ base: 'running', panel: 'running', quality: 'unlicensed' })
})

test('what was uploaded is removed when somebody says so, with an entry of it, and nothing else is', async () => {
  await publisher()
  await issue('--feature', 'gold', '--id', 'lic_file')
  await issue('--feature', 'gold', '--id', 'lic_sent', '--out', join(place.root, 'sent.json'))
  const store = new LicenceStore(database.host)
  const document = JSON.parse(readFileSync(join(place.root, 'sent.json'), 'utf8')) as { key: string }
  await store.save(document.key, document, new Date())
  const remove = (...words: readonly string[]) => run('licence', 'remove', ...words)

  expect(await remove()).toEqual({ code: 1, output: expect.stringContaining('parley licence remove <id> [--yes]') as string })
  const fromFile = await remove('lic_file', '--yes')
  expect(fromFile.code).toBe(1)
  expect(fromFile.output).toContain('No licence "lic_file" was uploaded. Licences in files are removed by deleting the file')
  const asked = await remove('lic_sent')
  expect(asked).toEqual({
    code: 1,
    output: `This removes the licence "lic_sent" of ACME. What only it includes is suspended within two minutes; nothing is lost.
Nothing was changed. Add --yes to remove it.
`,
  })
  await database.host.raw("ALTER TABLE {audit_log} ADD CONSTRAINT refused CHECK (action <> 'licence.remove') NOT VALID")
  expect(await remove('lic_sent', '--yes')).toMatchObject({ code: 1, output: expect.not.stringContaining('is removed') as string })
  expect(await store.keyed()).toHaveLength(1)
  await database.host.raw('ALTER TABLE {audit_log} DROP CONSTRAINT refused')

  expect(await remove('lic_sent', '--yes')).toMatchObject({
    code: 0,
    output: expect.stringContaining('The licence "lic_sent" is removed.') as string,
  })
  expect(await store.keyed()).toEqual([])
  expect(existsSync(file())).toBe(true)
  const [entry] = await createAudit({ database, clock: systemClock() }).store.list({ limit: 1 })
  expect(entry).toMatchObject({
    action: 'licence.remove',
    object: { type: 'licence', id: 'lic_sent', title: 'ACME' },
    before: { id: 'lic_sent', customer: 'ACME', features: ['gold'] },
    actor: { id: 'command-line' },
  })
  expect(entry!.before).not.toHaveProperty('signature')
})

const upload = async (store: LicenceStore, id: string): Promise<void> => {
  const out = join(place.root, `${id}.json`)
  await issue('--feature', 'gold', '--id', id, '--out', out)
  const document = JSON.parse(readFileSync(out, 'utf8')) as { key: string }
  await store.save(document.key, document, new Date())
}
const remove = (id: string, ask = () => Promise.resolve('yes')): Promise<number> => {
  const variables = { DATABASE_URL: database.url, PARLEY_DATA_DIR: `${place.root}/data` }
  return removeLicence({ root: place.root, variables, args: [id], print: () => undefined, ask })
}

test('a renewal that comes while somebody is asked stays', async () => {
  await publisher()
  const store = new LicenceStore(database.host)
  await upload(store, 'lic_old')
  const removing = remove('lic_old', async () => {
    await upload(store, 'lic_new')
    return 'yes'
  })
  await expect(removing).rejects.toMatchObject({ code: 'stale_write' })
  expect(await store.keyed()).toEqual([expect.objectContaining({ text: expect.stringContaining('lic_new') as string })])
})

test('an upload that cannot be read keeps no other from being removed, nor itself', async () => {
  await publisher()
  const store = new LicenceStore(database.host)
  await upload(store, 'lic_good')
  await store.save('0', 'nothing', new Date())
  await store.save('1', { id: 'lic_broken' }, new Date())
  expect(await remove('lic_good')).toBe(0)
  expect(await remove('lic_broken')).toBe(0)
  expect(await store.keyed()).toEqual([{ key: '0', text: '"nothing"' }])
})

test('what is missing in a command is said', async () => {
  expect((await run('licence')).output).toContain('Use one of these:\nparley licence show')
  expect((await run('licence', 'issue')).output).toBe('Say which private key signs: --key <private.pem>.\n')
  await publisher()
  expect((await run('licence', 'keygen', '--out', keys())).output).toContain('exists. Licences signed with it would be lost')
  expect((await issue('--limit', 'operators=many')).output).toBe('--limit operators needs a number, not "many".\n')
  expect((await issue()).output).toContain('The licence is not right: ✖ Invalid input: expected record, received undefined')
})
