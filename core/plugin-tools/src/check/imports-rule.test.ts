import { expect, test } from 'vitest'
import type { CheckedPlugin, PackageJson } from './checked-plugin.ts'
import { sentenceOf } from './finding.ts'
import { importsRule } from './imports-rule.ts'

const packageJson: PackageJson = {
  name: '@acme/hello',
  dependencies: { '@parley/plugin-api': '0.1.0', punycode: '2.0.0' },
  devDependencies: { dayjs: '1.0.0' },
}
const found = (path: string, text: string): string[] =>
  importsRule({ packageJson, manifest: { browser: { chat: './src/browser/chat.ts' } }, sources: [{ path, text }] } as never as CheckedPlugin).map(
    sentenceOf,
  )

const kernel =
  'its import of "@parley/kernel" is of the host\'s own, which changes without notice. Take what you need from the cradle: see @parley/plugin-api.'
const pad = 'imports "left-pad", which is in no list of dependencies. Run: npm install left-pad'

test.each([
  ['src/server/a.ts', `import pad from 'left-pad/index'`, pad],
  [
    'src/server/a.ts',
    `import dayjs from 'dayjs'`,
    'imports "dayjs", which is among "devDependencies" only and not installed where the plugin runs. Move it to "dependencies".',
  ],
  [
    'src/server/a.ts',
    `import { x } from '@parley/plugin-clients/dist/server/plugin.js'`,
    `its import of "@parley/plugin-clients/dist/server/plugin.js" is another plugin's inside. Import "@parley/plugin-clients/api".`,
  ],
  [
    'src/ui/a.ts',
    `import { h } from 'vue/dist/vue.esm-bundler.js'`,
    'its import of "vue/dist/vue.esm-bundler.js" would bring a second copy of vue into the page. Import from "vue" itself.',
  ],
  ['src/ui/a.ts', `import fs from 'fs'`, 'its import of "fs" exists on the server only. A UI never imports src/server.'],
  [
    'src/ui/a.ts',
    `import { x } from '../server/plugin.ts'`,
    'imports "../server/plugin.ts": the UI reaches into the server. Put what both need into src/api.',
  ],
  [
    'src/server/a.ts',
    `import { x } from '../ui/texts.ts'`,
    'imports "../ui/texts.ts": the server reaches into the UI. Put what both need into src/api.',
  ],
  [
    'src/api/index.ts',
    `export * from '../server/x.ts'`,
    'imports "../server/x.ts": the api face reaches into server. Move it into src/api, or leave it out: others import this face.',
  ],
  ...['../../node_modules/@parley/kernel/dist/index.js', '/opt/parley/x.js', 'file:///opt/parley/x.js', '..'].map((source) => [
    'src/server/a.ts',
    `import '${source}'`,
    `imports "${source}", which is outside of src. Move it into src: only what is below it is built.`,
  ]),
])('%s with %s', (path, text, sentence) => {
  expect(found(path, text)).toEqual([`${path}:1: ${sentence}`])
})

test.each([
  `import '@parley/kernel'`,
  `import 'node:fs'; import '@parley/kernel'`,
  `import {} from '@parley/kernel'`,
  `export * from '@parley/kernel'`,
  `export { createKernel } from '@parley/kernel'`,
  `const kernel = await import('@parley/kernel')`,
  'const kernel = await import(`@parley/kernel`)',
  `const kernel = await import(/* x */ '@parley/kernel')`,
  `const kernel = import('@parley/kernel', { with: {} })`,
  `const kernel = require('@parley/kernel')`,
  `const kernel = createRequire(import.meta.url)('@parley/kernel')`,
  `const kernel = node.createRequire(import.meta.url)('@parley/kernel')`,
  `const load = createRequire(import.meta.url); load('@parley/kernel')`,
  `const path = createRequire(import.meta.url).resolve('@parley/kernel')`,
])('an import is found in %s', (text) => {
  for (const kind of ['ts', 'mts', 'js', 'mjs']) expect(found(`src/server/a.${kind}`, text)).toEqual([`src/server/a.${kind}:1: ${kernel}`])
})

test('TypeScript imports in ways of its own', () => {
  expect(found('src/server/a.ts', `import kernel = require('@parley/kernel')\ntype Kernel = import('@parley/kernel').Kernel`)).toEqual([
    `src/server/a.ts:1: ${kernel}`,
    `src/server/a.ts:2: ${kernel}`,
  ])
})

test('the scripts of a component are looked at, each import with its line', () => {
  const script = `<script lang="ts">\nexport const x = 1\nimport 'left-pad'\n</script>`
  const setup = `<script setup lang="ts">\nimport type { A } from './a.ts'\nimport '../server/plugin.ts'\n</script>`
  expect(found('src/ui/Page.vue', `<template><p>import 'nothing'</p></template>\n${script}\n${setup}`)).toEqual([
    `src/ui/Page.vue:4: ${pad}`,
    'src/ui/Page.vue:8: imports "../server/plugin.ts": the UI reaches into the server. Put what both need into src/api.',
  ])
  expect(found('src/ui/Page.vue', `<script src="../../x.js"></script>`)).toEqual([
    'src/ui/Page.vue:1: imports "../../x.js", which is outside of src. Move it into src: only what is below it is built.',
  ])
  expect(found('src/ui/Page.vue', `<script setup>\nimport fs from 'node:fs'\n</script>`)).toEqual([
    'src/ui/Page.vue:2: its import of "node:fs" exists on the server only. A UI never imports src/server.',
  ])
})

test.each([
  ['src/server/a.ts', `import type { Dayjs } from 'dayjs'\n/** @example import x from 'nowhere' */\nconst text = "import('nowhere')"`],
  ['src/server/a.ts', `import 'fs'\nimport 'fs/promises'\nimport 'node:fs'\nimport './b.ts'\nimport '../api/index.ts'`],
  ['src/ui/a.ts', `import dayjs from 'dayjs'\nimport { ref } from 'vue'\nimport { UiButton } from '@parley/ui-kit'\nimport 'punycode'`],
  ['src/browser/chat.ts', `import dayjs from 'dayjs'`],
  ['src/server/a.ts', 'const load = (name: string) => import(name)'],
  ['src/server/words.json', '{ "import": "nothing" }'],
])('nothing is wrong with %s: %s', (path, text) => {
  expect(found(path, text)).toEqual([])
})

test('what is no code is told with its line', () => {
  expect(found('src/server/a.ts', 'const x = 1\nimport x from; x')).toEqual([
    'src/server/a.ts: cannot be read: Unexpected token in line 2. Correct it.',
  ])
})
