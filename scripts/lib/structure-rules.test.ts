import { expect, test } from 'vitest'
import { repositoryFiles } from './repository-files.mjs'
import { root } from './run.mjs'
import { structureProblems, structureRules } from './structure-rules.mjs'

type Files = Record<string, string>
const check = (rule: string, files: Files): string[] => structureRules[rule](Object.entries(files).map(([path, text]) => ({ path, text })))

const manifest = (parley: object = {}) => JSON.stringify({ name: 'x', parley })
const lock = (packages: object) => ({ 'package-lock.json': JSON.stringify({ packages }) })
const plugins: Files = {
  'plugins/clients/package.json': manifest({ id: 'clients' }),
  'plugins/channel-widget/package.json': manifest({ id: 'channel-widget' }),
}

const lamps: Files = { 'plugins/house/src/api/index.ts': "export const lamps = extensionPoint<{\n  on: true\n}>('house.lamps@1', 'one')" }
const marks = '<!-- facts --><!-- shape --><!-- example -->'

const cases: [rule: string, good: Files, bad: Files][] = [
  ['names of files say what is in them', { 'core/kernel/src/plugin-graph.ts': '' }, { 'core/kernel/src/pluginGraph.ts': '' }],
  ['names of files say what is in them', { 'plugins/a/src/server/migrations/20261120T0900-users.ts': '' }, { 'core/kernel/src/utils.ts': '' }],
  ['names of files say what is in them', { 'ui-shell/src/SignInPage.vue': '' }, { 'ui-shell/src/Page.vue': '' }],
  ['names of files say what is in them', { 'core/http/src/problem.ts': '' }, { 'core/http/src/helpers/problem.ts': '' }],
  [
    'files have one idea and at most 300 lines',
    { 'ui-shell/src/SignInPage.vue': 'a\n'.repeat(300) },
    { 'ui-shell/src/SignInPage.vue': 'a\n'.repeat(301) },
  ],
  [
    'packages are imported by name, never by a path',
    { 'plugins/a/src/server/plugin.ts': `import { x } from '../api/index.ts'` },
    { 'plugins/a/src/server/plugin.ts': `import { x } from '../../../b/src/server/secret.ts'` },
  ],
  [
    'packages are imported by name, never by a path',
    { 'core/kernel/src/a.ts': `import { x } from './b.ts'` },
    { 'core/kernel/src/a.ts': `export { x } from '../../../plugins/clients/src/api/index.ts'` },
  ],
  [
    'core, host and shell name no plugin',
    { ...plugins, 'host/src/a.ts': `const ids = found.map((one) => one.id)` },
    { ...plugins, 'host/src/a.ts': `if (id === 'clients') skip()` },
  ],
  [
    'core, host and shell name no plugin',
    { ...plugins, 'ui-shell/src/a.ts': `get('/api/v1/auth/me')` },
    { ...plugins, 'ui-shell/src/a.ts': `get('/api/v1/clients/1')` },
  ],
  [
    'core, host and shell name no plugin',
    { ...plugins, 'core/kernel/src/a.ts': `// such as 'clients'` },
    { ...plugins, 'core/kernel/src/a.ts': `token('clients.clients@1')` },
  ],
  [
    'what a bare clone runs first needs nothing installed',
    { 'scripts/start.mjs': `import { run } from './lib/run.mjs'\nawait import('vite')` },
    { 'scripts/start.mjs': `import { build } from 'vite'` },
  ],
  [
    'what a bare clone runs first needs nothing installed',
    { 'scripts/bench.mjs': `import pg from 'pg'` },
    { 'scripts/test.mjs': `import { run } from './lib/run.mjs'`, 'scripts/lib/run.mjs': `import 'zod'` },
  ],
  [
    'versions are exact',
    { 'host/package.json': JSON.stringify({ dependencies: { zod: '4.6.7', pg: '18.4.0-beta.17' } }) },
    { 'host/package.json': JSON.stringify({ dependencies: { zod: '^4.6.7' } }) },
  ],
  [
    'packages have the version of the repository',
    { 'lerna.json': '{"version":"1.2.0"}', 'plugins/a/package.json': '{"version":"1.2.0"}' },
    { 'lerna.json': '{"version":"1.2.0"}', 'plugins/a/package.json': '{"version":"1.1.0"}' },
  ],
  [
    'both languages say the same',
    { 'plugins/a/src/ui/locales/en.json': '{"a":{"b":"{n} teas"}}', 'plugins/a/src/ui/locales/uk.json': '{"a":{"b":"Чаїв: {n}"}}' },
    { 'plugins/a/src/ui/locales/en.json': '{"a":{"b":"{n} teas"}}', 'plugins/a/src/ui/locales/uk.json': '{"a":{"b":"Чаї"}}' },
  ],
  [
    'both languages say the same',
    { 'ui-shell/src/i18n/en.json': '{}', 'ui-shell/src/i18n/uk.json': '{}' },
    { 'ui-shell/src/i18n/en.json': '{"a":"A"}', 'ui-shell/src/i18n/uk.json': '{}' },
  ],
  ['every extension point has a page', { ...lamps, 'docs/plugins/points/house.lamps.md': marks }, { ...lamps, 'docs/plugins/points/README.md': '' }],
  [
    'every extension point has a page',
    { 'core/a/src/a.ts': "/** @example export const lamps = uiPoint<Lamp>('house.lamps@1') */" },
    { 'docs/plugins/points/house.lamps.md': marks },
  ],
  [
    'the lock file holds every platform and no registry',
    lock({ 'node_modules/a': { optionalDependencies: { 'a-linux': '1.0.0' } }, 'node_modules/a-linux': {} }),
    lock({ 'node_modules/a': { optionalDependencies: { 'a-linux': '1.0.0', 'a-darwin': '1.0.0' } }, 'node_modules/a-linux': {} }),
  ],
  [
    'the lock file holds every platform and no registry',
    lock({ 'node_modules/a': {} }),
    lock({ 'node_modules/a': { resolved: 'https://registry.example/a.tgz' } }),
  ],
]

test.each(cases)('%s: a file that keeps it passes, one that breaks it does not (%#)', (rule, good, bad) => {
  expect(check(rule, good)).toEqual([])
  expect(check(rule, bad)).toHaveLength(1)
})

test('every rule has such a pair', () => {
  expect(new Set(cases.map(([rule]) => rule))).toEqual(new Set(Object.keys(structureRules)))
})

test('this repository keeps them all', () => {
  expect(structureProblems(repositoryFiles(root))).toEqual([])
})
