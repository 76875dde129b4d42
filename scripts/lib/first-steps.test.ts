import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildUnits, fingerprintOf, staleUnits } from './build-units.mjs'
import { databaseTests } from './database-tests.mjs'
import { isInstalled } from './install.mjs'
import { nodeVersionProblem } from './node-version.mjs'
import { bringTools } from './tools.mjs'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'parley-scripts-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const write = (path: string, content: string | object) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
}

describe('the version of Node.js', () => {
  test.each(['v20.19.0', 'v20.20.2', 'v22.0.0', 'v24.1.0'])('%s will do', (version) => expect(nodeVersionProblem(version)).toBeUndefined())
  test.each(['v18.20.1', 'v20.18.3'])('%s is refused in one sentence', (version) => {
    expect(nodeVersionProblem(version)).toBe(
      `Parley needs Node.js 20.19 or newer and this is ${version}; install it from https://nodejs.org and run the command again.`,
    )
  })
})

describe('packages are installed', () => {
  const lock = (version: string) => ({
    packages: { '': {}, 'node_modules/zod': { version }, 'node_modules/mac-only': { version: '1.0.0', optional: true } },
  })

  test('when there are none', () => {
    write('package-lock.json', lock('1.0.0'))
    expect(isInstalled(folder)).toBe(false)
  })

  test('when the lock file has changed, and only then', () => {
    write('package-lock.json', lock('1.0.0'))
    write('node_modules/.package-lock.json', lock('1.0.0'))
    expect(isInstalled(folder)).toBe(true)
    expect(isInstalled(folder)).toBe(true)
    write('package-lock.json', lock('1.0.1'))
    expect(isInstalled(folder)).toBe(false)
  })

  test('when npm has put others there', () => {
    write('package-lock.json', lock('1.0.1'))
    write('node_modules/.package-lock.json', lock('1.0.0'))
    expect(isInstalled(folder)).toBe(false)
  })
})

describe('what is stale', () => {
  beforeEach(() => {
    write('package-lock.json', '{}')
    write('host/package.json', { exports: {} })
    write('host/src/main.ts', 'a')
    write('plugins/hello/package.json', {})
    write('plugins/hello/src/server/plugin.ts', 'a')
    write('plugins/hello/src/api/index.ts', 'a')
    write('plugins/hello/src/ui/plugin.ts', 'a')
    for (const unit of buildUnits(folder)) write(unit.stamp, fingerprintOf(unit, folder))
  })
  const stale = () => staleUnits(folder).map((unit) => unit.name)
  const touch = (path: string) => utimesSync(join(folder, path), new Date(), new Date(Date.now() + 5_000))

  test('is nothing after a build', () => expect(stale()).toEqual([]))

  test.each([
    ['host/src/main.ts', ['host']],
    ['plugins/hello/src/server/plugin.ts', ['plugins/hello']],
    ['plugins/hello/src/ui/plugin.ts', ['plugins/hello (ui)']],
    ['plugins/hello/src/api/index.ts', ['plugins/hello', 'plugins/hello (ui)']],
    ['package-lock.json', ['host', 'plugins/hello', 'plugins/hello (ui)']],
  ])('after a change of %s is %j', (path, names) => {
    touch(path)
    expect(stale()).toEqual(names)
  })

  test('does not come from tests', () => {
    write('host/src/main.test.ts', 'a')
    write('host/test/boot.test.ts', 'a')
    expect(stale()).toEqual([])
  })

  test('is what has lost its output', () => {
    rmSync(join(folder, 'host/dist'), { recursive: true })
    expect(stale()).toEqual(['host'])
  })
})

test('tests that use a database are found, also through their own helpers', () => {
  write('plugins/a/test/host.ts', 'export const start = () => createTestHost({})')
  write('plugins/a/test/through.test.ts', `import { start } from './host.ts'`)
  write('plugins/a/src/direct.test.ts', 'await using database = await createTestDatabase()')
  write('plugins/a/src/pure.test.ts', `import { pure } from './pure.ts'`)
  expect(databaseTests(folder)).toEqual(['plugins/a/src/direct.test.ts', 'plugins/a/test/through.test.ts'])
})

test('a tool that cannot be installed is asked for in one sentence', async () => {
  const tool = { name: 'a time machine', found: () => false, packages: ['parley-no-such-package'] }
  const path = process.env['PATH']
  process.env['PATH'] = '/nowhere'
  try {
    expect(await bringTools([tool])).toBe(
      'The tests need a time machine; install them (Debian: apt-get install parley-no-such-package) and run the tests again.',
    )
  } finally {
    process.env['PATH'] = path
  }
  expect(await bringTools([{ ...tool, found: () => true }])).toBeUndefined()
})

test('the commands of a bare clone can be read without any package', () => {
  for (const name of ['start', 'demo', 'build', 'test', 'ci', 'pack']) {
    const { status, stderr } = spawnSync(process.execPath, ['--check', new URL(`../${name}.mjs`, import.meta.url).pathname], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  }
})
