import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { definePlugin, permission, token, type Migrations, type Plugin } from '@parley/plugin-api'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../cli.ts'
import { checkPlugin } from './check-plugin.ts'
import { sentenceOf } from './finding.ts'
import { sizeFindings } from './size-rule.ts'

vi.setConfig({ testTimeout: 60_000 })

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-check-'))
  for (const [path, content] of Object.entries(correct)) write(path, content)
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (path: string, content: string | object): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
}

const see = permission('hello', 'view', 'See greetings')
const title = { en: 'Hello', uk: 'Привіт' }
const description = { en: 'It greets.', uk: 'Він вітає.' }
const words = { en: 'See greetings', uk: 'Бачити вітання' }
const manifest = { id: 'hello', kind: 'feature', api: '^1.0', title, description, permissions: { 'hello.view': words } }
const packageJson = {
  name: '@acme/hello',
  version: '1.0.0',
  license: 'MIT',
  type: 'module',
  exports: { '.': './dist/server/plugin.js', './package.json': './package.json' },
  files: ['dist'],
  parley: manifest,
  dependencies: { '@parley/plugin-api': '0.1.0' },
  devDependencies: { dayjs: '1.0.0' },
}
const correct = {
  'package.json': packageJson,
  LICENSE: 'MIT',
  'README.md': 'Hello',
  'src/server/plugin.ts': `import { definePlugin } from '@parley/plugin-api'\nimport { readFile } from 'node:fs/promises'\n`,
}
const hello: Plugin = definePlugin({ id: 'hello', permissions: [see] })

const sentences = async (plugin: Plugin = hello): Promise<string[]> =>
  (await checkPlugin(root, { load: async () => ({ default: plugin }) })).findings.map(sentenceOf)

test('nothing is found in a plugin that is right', async () => {
  expect(await sentences()).toEqual([])
})

const { title: ___, ...untitled } = manifest
const { description: ____, ...undescribed } = manifest
const { license: _, ...unlicensed } = packageJson
const { files: __, ...unlisted } = packageJson
test.each<[object, string]>([
  [{ ...packageJson, parley: { ...manifest, api: '^2.0' } }, 'its "parley.api" is built for another'],
  [{ ...packageJson, version: '1.0' }, 'package.json: its version "1.0" is not one such as "1.2.0". Write a whole version.'],
  [{ ...packageJson, parley: { ...manifest, id: 'files' } }, 'package.json: its id "files" is an address of Parley itself. Choose another.'],
  [
    { ...packageJson, name: '@parley/plugin-hello' },
    'package.json: its name "@parley/plugin-hello" is one of those that only packages released with Parley have. Choose another, such as "parley-sms" or "@acme/parley-sms".',
  ],
  [
    { ...packageJson, parley: { ...manifest, api: '>=0.1' } },
    'package.json: its "parley.api" is ">=0.1", which takes every later version of the plugin API for one that fits. Write one such as "^1.0.0". Correct "parley.api".',
  ],
  [
    { ...packageJson, parley: untitled },
    'package.json: has no "parley.title", so that people read its id where its name belongs. Add "title": { "en": "…", "uk": "…" } to "parley".',
  ],
  [
    { ...packageJson, parley: { ...manifest, title: { en: 'Hello' } } },
    'package.json: does not describe a plugin: parley.title.uk: Invalid input: expected string, received undefined. Correct the "parley" block.',
  ],
  [
    { ...packageJson, parley: undescribed },
    'package.json: has no "parley.description", so that nobody is told what it brings before it runs. Add "description": { "en": "…", "uk": "…" } to "parley", a sentence in each language.',
  ],
  [{ ...packageJson, type: 'commonjs' }, 'package.json: has no "type": "module", and plugins are ES modules. Add it.'],
  [
    { ...packageJson, exports: { '.': './index.js' } },
    'package.json: its "exports" do not lead to the server face at ./dist/server/plugin.js. Write "exports": { ".": "./dist/server/plugin.js", "./package.json": "./package.json" }.',
  ],
  [
    { ...packageJson, parley: { ...manifest, ui: './dist/ui/ui-manifest.json' } },
    'package.json: "parley.ui" names a UI and there is no src/ui/plugin.ts. Remove "parley.ui", or write the UI.',
  ],
  [unlisted, 'package.json: has no "files", so that a package of it would hold its sources and tests. Add "files": ["dist"].'],
  [unlicensed, 'package.json: has no "license". Name the licence, such as "license": "MIT".'],
  [
    { ...packageJson, parley: { ...manifest, permissions: { 'hello.view': 'Something else' } } },
    'package.json: "parley.permissions" does not say what the code says. Write {"hello.view":"See greetings"}, or run: parley-plugin check --fix',
  ],
  [
    { ...packageJson, parley: { ...manifest, consumes: ['x.y@1'] } },
    'package.json: "parley.consumes" does not say what the code says. Remove it, or run: parley-plugin check --fix',
  ],
  [
    { ...packageJson, parley: { ...manifest, id: 'hallo' } },
    'package.json: "parley.id" is "hallo" and the code says "hello". Say the same in both: the id must never change.',
  ],
  [
    { ...packageJson, parley: { ...manifest, kind: 'thing' } },
    'package.json: does not describe a plugin: parley.kind: Invalid option: expected one of "feature"|"channel"|"system". Correct the "parley" block.',
  ],
])('package.json: %j', async (changed, sentence) => {
  write('package.json', changed)
  const expected = sentence.startsWith('its')
    ? 'package.json: it was built for version ^2.0 of the plugin API and this host has 1.0.0. Install a release of it that fits. Correct "parley.api".'
    : sentence
  expect(await sentences()).toContain(expected)
})

test('files that a plugin has to have', async () => {
  for (const file of ['LICENSE', 'README.md']) rmSync(join(root, file))
  expect(await sentences()).toEqual([
    'LICENSE: there is no such file, so nobody knows what they may do with the plugin. Put the text of the licence there.',
    'README.md: there is no such file. Say what the plugin does and how it is set up.',
  ])
})

test('a package is no larger than what a host takes', async () => {
  const lot = randomBytes(33_000_000)
  write('dist/server/plugin.js', '')
  writeFileSync(join(root, 'dist/data.bin'), lot)
  expect(await sentences()).toEqual([
    'package.json: a package of its "files" has 33.0 MB packed, and 32.0 MB are allowed. Leave out of "files" what the plugin does not need where it runs: parley plugins add refuses the package.',
  ])
  renameSync(join(root, 'dist/data.bin'), join(root, 'dist/data.js.map'))
  expect(await sentences()).toEqual([])
  expect(sizeFindings({ packed: 1, unpacked: 129e6, files: 5001 }).map(({ problem }) => problem)).toEqual([
    'a package of its "files" has 129.0 MB unpacked, and 128.0 MB are allowed',
    'a package of its "files" has 5001 files, and 5000 are allowed',
  ])
})

test('rights have a title, and routes ask for declared ones', async () => {
  const edit = permission('hello', 'edit', 'Change greetings')
  const plugin = definePlugin({
    id: 'hello',
    permissions: [{ ...see, title: ' ' }],
    consumes: { elsewhere: token<object>('other.thing@1') },
    routes: (http) => [http.get('/x', { permission: edit }, async () => ({}))],
  })
  write('package.json', { ...packageJson, parley: { ...manifest, consumes: ['other.thing@1'], permissions: { 'hello.view': ' ' } } })
  expect(await sentences(plugin)).toEqual([
    'src/server/plugin.ts: the right "hello.view" has no title. Say in a few words what it allows.',
    'src/server/plugin.ts: GET /x asks for "hello.edit", which is not declared, so nobody can be given it. Add it to "permissions".',
  ])
})

test('migrations are named with the file they are in', async () => {
  write('src/server/steps.ts', `export const steps = { '20261121T0900_gone': { up } }`)
  const migrations: Migrations = {
    '20261121T0900_gone': { up: async (db) => void (await db.raw('DROP TABLE greetings')) },
    first: { up: async () => {} },
  }
  expect(await sentences(definePlugin({ id: 'hello', permissions: [see], migrations }))).toEqual([
    'src/server/plugin.ts: "first" is no name for a migration. Name it like 20261120T0900_accounts.',
    'src/server/steps.ts: 20261121T0900_gone drops what the release before may still use: DROP TABLE GREETINGS. Stop using it in this release, and drop it in a release after that, with the comment "-- safe: unused since <version>".',
  ])
})

test('a plugin that cannot be loaded says why, and everything else that is wrong', async () => {
  rmSync(join(root, 'README.md'))
  const { findings } = await checkPlugin(root, { load: () => Promise.reject(new Error('Cannot find package "x"')) })
  expect(findings.map(sentenceOf)).toEqual([
    'README.md: there is no such file. Say what the plugin does and how it is set up.',
    'dist/server/plugin.js: cannot be loaded: Cannot find package "x". Correct it, and build the plugin again.',
  ])
})

test('the command builds, prints sentences or JSON, and ends with 1', async () => {
  const lines: string[] = []
  const check = (...words: string[]) => run(['check', root, ...words], (line) => void lines.push(line))
  write(
    'src/server/plugin.ts',
    'export default { apiVersion: 1, spec: { id: "hello", permissions: [{ module: "hello", verb: "view", title: "See" }] } }',
  )
  for (const language of ['en', 'uk']) write(`src/ui/locales/${language}.json`, { permissions: { hello: { view: language } } })
  expect(await check()).toBe(1)
  expect(lines).toEqual([
    'package.json: "parley.permissions" does not say what the code says. Write {"hello.view":"See"}, or run: parley-plugin check --fix',
    '1 to correct.',
  ])
  lines.length = 0
  expect(await check('--json')).toBe(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({ ok: false, findings: [{ rule: 'permissions', file: 'package.json' }] })
  expect(await check('--fix')).toBe(0)
  expect(lines.at(-1)).toBe('Nothing is wrong.')
})

test('titles of rights in every language stay in the manifest while their English is that of the code', async () => {
  const check = (...words: string[]) => run(['check', root, ...words], () => undefined)
  const code = (title: string) =>
    `export default { apiVersion: 1, spec: { id: "hello", permissions: [{ module: "hello", verb: "view", title: "${title}" }] } }`
  const file = join(root, 'package.json')
  const rights = () => JSON.parse(readFileSync(file, 'utf8')).parley.permissions
  write('src/server/plugin.ts', code('See'))
  await check('--fix')
  const content = JSON.parse(readFileSync(file, 'utf8'))
  content.parley.permissions = { 'hello.view': { en: 'See', uk: 'Бачити' } }
  write('package.json', JSON.stringify(content))
  expect([await check(), await check('--fix'), rights()]).toEqual([0, 0, { 'hello.view': { en: 'See', uk: 'Бачити' } }])
  write('src/server/plugin.ts', code('Look'))
  // what it is called in Ukrainian, nobody but its author can say
  expect([await check(), await check('--fix'), rights()]).toEqual([1, 1, { 'hello.view': 'Look' }])
})
