import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { run } from '../cli.ts'
import { packPlugin, type PackedPlugin } from './pack-plugin.ts'

// npm runs twice for each tarball, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000 })

const made: string[] = []
afterEach(() => made.splice(0).forEach((folder) => rmSync(folder, { recursive: true })))

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'parley-packed-'))
  made.push(path)
  return path
}

const title = { en: 'Hello', uk: 'Привіт' }
const description = { en: 'It greets.', uk: 'Він вітає.' }
const parley = { id: 'hello', kind: 'feature', api: '^1.0', title, description, ui: './dist/ui/ui-manifest.json' }
const files: Record<string, string | object> = {
  'package.json': {
    name: '@acme/parley-hello',
    version: '1.2.3',
    license: 'MIT',
    type: 'module',
    exports: { '.': './dist/server/plugin.js', './package.json': './package.json' },
    files: ['dist'],
    scripts: { prepack: 'exit 1' },
    parley,
    dependencies: { '@parley/plugin-api': 'file:/somewhere.tgz', shout: '1.0.0' },
    devDependencies: { vitest: '4.1.12' },
  },
  LICENSE: 'MIT',
  'README.md': 'Hello',
  'CHANGELOG.md': '# Changes',
  'src/server/plugin.ts': `import { definePlugin } from '@parley/plugin-api'\nimport shout from 'shout'\nexport default definePlugin({ id: 'hello', publishes: { words: shout('select 1') } })`,
  'src/ui/plugin.ts': `export default { id: 'hello' }`,
  'test/plugin.test.ts': 'a test',
  'node_modules/shout/package.json': { name: 'shout', version: '1.0.0', main: 'index.js' },
  'node_modules/shout/index.js': `const { EOL } = require('node:os')\nmodule.exports = (text) => text.toUpperCase() + EOL.slice(1)`,
  // What the host has; the tarball must not hold it.
  'node_modules/@parley/plugin-api/package.json': { name: '@parley/plugin-api', version: '0.1.0', type: 'module', exports: './index.js' },
  'node_modules/@parley/plugin-api/index.js': `export const definePlugin = (spec) => ({ apiVersion: 1, spec })`,
}

const plugin = (changes: Record<string, string | object> = {}): string => {
  const root = folder()
  for (const [path, content] of Object.entries({ ...files, ...changes })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return root
}

const packed = async (root: string): Promise<PackedPlugin> => {
  const result = await packPlugin(root, join(root, 'out'))
  if ('findings' in result) throw new Error(JSON.stringify(result.findings))
  return result
}

const unpacked = ({ file }: PackedPlugin): string => {
  const target = folder()
  execFileSync('tar', ['-xzf', file, '-C', target])
  return join(target, 'package')
}

test('a tarball holds what runs, and nothing else', async () => {
  const result = await packed(plugin())
  expect(result.files.map((file) => file.replace(/-[\w-]{8}\.js$/, '-….js'))).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist/server/plugin.js',
    'dist/ui/plugin-….js',
    'dist/ui/ui-manifest.json',
    'package.json',
  ])
  expect(result.file.endsWith('/out/acme-parley-hello-1.2.3.tgz')).toBe(true)
  expect(result.integrity).toBe(`sha512-${createHash('sha512').update(readFileSync(result.file)).digest('base64')}`)
  const place = unpacked(result)
  expect(readFileSync(join(place, 'CHANGELOG.md'), 'utf8')).toBe('# Changes')
  const { scripts, devDependencies, dependencies, peerDependencies, ...kept } = JSON.parse(
    readFileSync(join(place, 'package.json'), 'utf8'),
  ) as Record<string, unknown>
  expect({ scripts, devDependencies, dependencies, peerDependencies, parley: kept['parley'] }).toEqual({
    peerDependencies: { '@parley/plugin-api': '>=0.1.0' },
    // what the code has not is said as such: a deployer reads "none", and the host holds the code to it
    parley: { ...parley, consumes: [], optional: [], provides: [], owns: [], contributes: [], permissions: {}, config: {} },
  })
})

test('it runs where only packages of Parley are installed', async () => {
  const root = plugin()
  const place = unpacked(await packed(root))
  mkdirSync(join(place, 'node_modules'))
  symlinkSync(join(root, 'node_modules/@parley'), join(place, 'node_modules/@parley'))
  const { default: loaded } = (await import(pathToFileURL(join(place, 'dist/server/plugin.js')).href)) as { default: { spec: object } }
  expect(loaded.spec).toEqual({ id: 'hello', publishes: { words: 'SELECT 1' } })
})

test('the same sources give the same bytes, wherever and whenever', async () => {
  const [one, two] = [plugin(), plugin()]
  utimesSync(join(two, 'README.md'), 1, 1)
  const { integrity } = await packed(one)
  expect((await packed(two)).integrity).toBe(integrity)
  expect((await packed(plugin({ 'README.md': 'Hello!' }))).integrity).not.toBe(integrity)
})

test('a tarball that no host takes is not left behind, however its files are named', async () => {
  const root = plugin({ 'package.json': { ...(files['package.json'] as object), files: ['dist', 'data-*.bin'] } })
  writeFileSync(join(root, 'data-1.bin'), randomBytes(33_000_000))
  expect(await packPlugin(root, join(root, 'out'))).toMatchObject({
    findings: [{ rule: 'size', problem: 'a package of its "files" has 33.0 MB packed, and 32.0 MB are allowed' }],
  })
  expect(readdirSync(join(root, 'out'))).toEqual([])
})

test('what does not pass its check is not packed', async () => {
  const root = plugin({ 'src/server/more.ts': `import left from 'left-pad'` })
  const lines: string[] = []
  expect(await run(['pack', root, '--to', join(root, 'out')], (line) => void lines.push(line))).toBe(1)
  expect(lines).toEqual([
    'src/server/more.ts:1: imports "left-pad", which is in no list of dependencies. Run: npm install left-pad',
    'Nothing was packed: 1 to correct.',
  ])
  expect(await run(['pack', plugin(), '--json', '--to', join(root, 'out')], (line) => void lines.push(line))).toBe(0)
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ ok: true, integrity: expect.stringMatching(/^sha512-/) })
})
