import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readManifest } from '@parley/kernel'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../cli.ts'
import { pluginKinds } from './new-plugin.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'parley-create-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const create = async (...words: string[]): Promise<{ code: number; last: string }> => {
  const lines: string[] = []
  const code = await run(['create', ...words], (line) => void lines.push(line))
  return { code, last: lines.at(-1) ?? '' }
}
const flags = (name: string, kind = 'feature', title = 'Acme') => ['--name', name, '--kind', kind, '--title', title]
const json = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as Record<string, any>

test.each(pluginKinds)('a %s is a plugin, with nothing left to fill in', async (kind) => {
  expect((await create(folder, ...flags('@acme/parley-sms', kind, 'Acme SMS'))).code).toBe(0)
  const { package: name, manifest } = readManifest(json('package.json'), 'package.json')
  expect([name, manifest.id, manifest.api]).toEqual(['@acme/parley-sms', 'sms', '^1.0'])
  expect(manifest.title).toEqual({ en: 'Acme SMS', uk: 'Acme SMS' })
  expect(manifest.description).toEqual({ en: expect.stringContaining('Acme SMS') as string, uk: expect.stringMatching(/[а-яіїєґ]/) as string })
  // what is left out is told to a deployer as "it does not say"
  expect(manifest.outbound).toEqual(kind === 'channel' ? ['api.example.com'] : [])
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const { parentPath, name: file } of files) expect(readFileSync(join(parentPath, file), 'utf8')).not.toMatch(/__\w+__/)
  expect(files.map(({ name: file }) => file)).toEqual(expect.arrayContaining(['LICENSE', 'README.md', '.gitignore', 'vitest.config.ts', 'plugin.ts']))
})

test('a feature has its words in both languages, and no page when none is wanted', async () => {
  await create(join(folder, 'a'), ...flags('notes'))
  expect(Object.keys(json('a/src/ui/locales/uk.json'))).toEqual(Object.keys(json('a/src/ui/locales/en.json')))
  await create(join(folder, 'b'), ...flags('notes'), '--no-ui')
  expect(readdirSync(join(folder, 'b/src'))).toEqual(['server'])
  expect(json('b/package.json')['parley']).not.toHaveProperty('ui')
  expect(json('b/package.json')['devDependencies']).not.toHaveProperty('@parley/ui-kit')
})

test.each([
  ['acme-sms', undefined, 'parley-plugin-acme-sms', 'acme-sms'],
  ['@acme/parley-sms', undefined, '@acme/parley-sms', 'sms'],
  ['sms', '@acme/messages', '@acme/messages', 'sms'],
])('the name %s with --package %s is the package %s with the id %s', async (name, chosen, expected, id) => {
  await create(folder, ...flags(name), ...(chosen === undefined ? [] : ['--package', chosen]))
  expect([json('package.json')['name'], json('package.json')['parley'].id]).toEqual([expected, id])
})

test('what is not said is asked, with a suggestion', async () => {
  const asked: string[][] = []
  const ask = async (question: string, suggestion: string): Promise<string> => {
    asked.push([question, suggestion])
    return suggestion
  }
  expect(await run(['create', join(folder, 'x'), '--name', 'acme-notes'], () => {}, { ask })).toBe(0)
  expect(asked).toEqual([
    ['What is it? (channel, feature, scenario-node)', 'feature'],
    ['Its title, for people', 'Acme notes'],
  ])
  expect(json('x/package.json')['name']).toBe('parley-plugin-acme-notes')
})

test.each([
  [flags('Acme SMS'), '"Acme SMS" is no name for a plugin: use small letters, digits and hyphens, and begin with a letter, as in "acme-sms".'],
  [flags('../sms'), '"../sms" is no name for a plugin: use small letters, digits and hyphens, and begin with a letter, as in "acme-sms".'],
  [flags('@a b/sms'), '"@a b/sms" is no name for a package. Write it as "acme-sms" or "@acme/parley-sms".'],
  [flags('api'), '"api" is an address of the platform itself. Choose another name, such as "acme-api".'],
  [
    flags('@parley/plugin-sms'),
    '"@parley/plugin-sms" is a name that only packages released with Parley have. Write it as "parley-sms" or "@acme/parley-sms".',
  ],
  [flags('x'.repeat(41)), `"${'x'.repeat(41)}" is too long: 40 characters at most, because the database's schema is named after it.`],
  [flags('sms', 'chanel'), 'There is no kind "chanel". Choose one of: channel, feature, scenario-node.'],
  [flags('sms', 'channel', ''), 'The title is what people see: 1 to 60 characters.'],
  [flags('sms', 'channel', "Bob's"), `"Bob's" has a character that would have to be escaped: leave out quotes, brackets and backslashes.`],
  [[...flags('sms'), '--package', 'A b'], '"A b" is no name for a package. Write it as "parley-sms" or "@acme/parley-sms".'],
  [['--kind', 'channel', '--title', 'SMS'], 'Say --name: there is nobody here to ask. Its name, such as acme-sms or @acme/parley-sms.'],
])('%j is refused in a sentence', async (words, sentence) => {
  expect(await create(join(folder, 'new'), ...words)).toEqual({ code: 1, last: sentence })
  expect(readdirSync(folder)).toEqual([])
})

test('the first command of the documentation is taken as it stands there', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/plugins/README.md'), 'utf8')
  const [, words = ''] = /^node core\/plugin-tools\/bin\/parley-plugin\.js create \S+ (.+) --packages \.cache\/packages$/m.exec(page) ?? []
  const given = [...words.matchAll(/"([^"]+)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
  expect(await create(folder, ...given)).toMatchObject({ code: 0 })
  expect(json('package.json')['parley']).toMatchObject({ kind: 'channel', title: { en: 'Acme Chat' } })
})

test('a folder with something in it is left alone', async () => {
  writeFileSync(join(folder, 'mine.txt'), 'mine')
  expect(await create(folder, ...flags('sms'))).toEqual({ code: 1, last: `${folder} is not empty. Name a folder that is empty or not there yet.` })
  expect(readdirSync(folder)).toEqual(['mine.txt'])
})

test('packages come from tarballs when a folder of them is named', async () => {
  const packages = join(folder, 'packages')
  expect((await create(join(folder, 'x'), ...flags('sms'), '--packages', packages)).last).toBe(
    `There are no packages of Parley in ${packages}. Make them with "npm run pack" in Parley's repository.`,
  )
})

test('an unknown option says so', async () => {
  const { code, last } = await create(folder, '--colour', 'red')
  expect([code, last]).toEqual([2, expect.stringContaining("Unknown option '--colour'")])
})

test.each(pluginKinds)('a %s is built and tested with the versions of this repository', async (kind) => {
  await create(folder, ...flags('sms', kind))
  const root = join(import.meta.dirname, '../../../..')
  const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, Record<string, string>>
  const ours = { ...read('plugins/operator-panel/package.json')['dependencies'], ...read('package.json')['devDependencies'] }
  const { dependencies, devDependencies } = json('package.json')
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies } as Record<string, string>)) {
    expect([name, version]).toEqual([name, name.startsWith('@parley/') ? read('lerna.json')['version'] : ours[name]])
  }
})
