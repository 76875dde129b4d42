import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { root } from './run.mjs'

let folder: string | undefined
afterEach(() => folder && rmSync(folder, { recursive: true }))

/** What the linter says about files with the rules of this repository. */
const lint = (files: Record<string, string>): string => {
  folder = mkdtempSync(join(tmpdir(), 'parley-lint-'))
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--quiet'], { cwd: folder, encoding: 'utf8' })
  return stdout + stderr
}
const using = (source: string) => `import { x } from '${source}'\nexport const y = x\n`
const importing = (path: string, source: string) => ({ [path]: using(source) })

test.each([
  ['core never imports a plugin', 'core/services/src/a.ts', '@parley/plugin-clients', 'know no plugin'],
  ['core never imports even the face of a plugin', 'core/test-kit/src/a.ts', '@parley/plugin-clients/api', 'know no plugin'],
  ['the host names no plugin', 'host/src/a.ts', '@parley/plugin-identity/api', 'know no plugin'],
  ['the shell names no plugin', 'ui-shell/src/a.ts', '@parley/plugin-identity', 'know no plugin'],
  ['the kernel knows no adapter', 'core/kernel/src/a.ts', 'pg', 'no adapter'],
  ['the kernel does not know the services', 'core/kernel/src/a.ts', '@parley/services', 'no adapter'],
  ['the contract has no dependency at run time', 'core/plugin-api/src/a.ts', 'zod', 'no dependency at run time'],
  ['a plugin does not import another', 'plugins/a/src/server/a.ts', '@parley/plugin-b', '"@parley/plugin-<id>/api"'],
  ['a plugin does not reach into another', 'plugins/a/src/server/a.ts', '@parley/plugin-b/server/secret', '"@parley/plugin-<id>/api"'],
  ['a plugin does not know what stands behind the contract', 'plugins/a/src/server/a.ts', '@parley/services', 'in the cradle'],
  ['a server does not import the UI', 'plugins/a/src/server/a.ts', '../ui/plugin.ts', 'never imports the UI'],
  ['a UI does not import the server', 'plugins/a/src/ui/a.ts', '../server/store.ts', 'never imports the server'],
  ['a UI does not import another plugin', 'plugins/a/src/ui/a.ts', '@parley/plugin-b/ui', '"@parley/plugin-<id>/api"'],
  ['a UI does not import the kernel', 'plugins/a/src/ui/a.ts', '@parley/kernel', 'useApi()'],
  ['a face imports no library', 'plugins/a/src/api/index.ts', 'pg', 'and zod'],
  ['a face imports nothing behind it', 'plugins/a/src/api/index.ts', '../server/store.ts', 'nothing behind it'],
])('%s', (_, path, source, message) => {
  expect(lint(importing(path, source))).toContain(message)
})

test('what is allowed passes', () => {
  expect(
    lint({
      ...importing('core/services/src/a.ts', '@parley/plugin-api'),
      ...importing('core/kernel/src/a.ts', '@parley/plugin-api'),
      'core/plugin-api/src/a.ts': `import type { Knex } from 'knex'\nexport type Y = Knex\n`,
      ...importing('plugins/a/src/server/a.ts', '@parley/plugin-b/api'),
      ...importing('plugins/a/src/server/b.ts', '@parley/plugin-api'),
      ...importing('plugins/a/src/ui/a.ts', '@parley/ui-sdk'),
      ...importing('plugins/a/src/ui/b.ts', '../api/index.ts'),
      ...importing('plugins/a/src/api/a.ts', 'zod'),
      ...importing('plugins/a/src/api/b.ts', '@parley/plugin-b/api'),
      ...importing('plugins/a/test/boot.test.ts', '@parley/plugin-b'),
      'plugins/a/src/server/plugin.ts': `export default { id: 'a' }\n`,
    }),
  ).toContain('Found 0 warnings and 0 errors')
})

test.each([
  ['a file has 300 lines at most', { 'host/src/a.ts': 'export const a = 1\n'.replace('a =', 'a =') + '// more\n'.repeat(300) }, 'max-lines'],
  ['exports have names', { 'host/src/a.ts': 'export default 1\n' }, 'no-default-export'],
  [
    'modules do not import each other',
    { ...importing('host/src/a.ts', './b.ts'), 'host/src/b.ts': `import { y } from './a.ts'\nexport const x = y\n` },
    'no-cycle',
  ],
  ['types are imported as types', { 'host/src/a.ts': `import { Knex } from 'knex'\nexport type A = Knex\n` }, 'consistent-type-imports'],
  [
    'no test is left out',
    { 'host/src/a.test.ts': `import { expect, test } from 'vitest'\ntest.skip('a', () => expect(1).toBe(1))\n` },
    'no-disabled-tests',
  ],
  [
    'no test is alone',
    { 'host/src/a.test.ts': `import { expect, test } from 'vitest'\ntest.only('a', () => expect(1).toBe(1))\n` },
    'no-focused-tests',
  ],
])('%s', (_, files, rule) => {
  expect(lint(files as Record<string, string>)).toContain(rule)
})
