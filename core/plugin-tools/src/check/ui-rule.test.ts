import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PluginManifest } from '@parley/plugin-api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildUiPlugin } from '../build-ui-plugin.ts'
import { sentenceOf } from './finding.ts'
import { uiRule } from './ui-rule.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-ui-rule-'))
  mkdirSync(join(root, 'src/ui'), { recursive: true })
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'x', parley: { id: 'x', kind: 'feature', api: '^1.0' } }))
})
afterEach(() => rmSync(root, { recursive: true }))

const ui = './dist/ui/ui-manifest.json'
const found = async () => (await uiRule({ root, manifest: { ui } as PluginManifest } as never)).map(sentenceOf)
const build = async (entry: string, page = '') => {
  writeFileSync(join(root, 'src/ui/plugin.ts'), entry)
  writeFileSync(join(root, 'src/ui/page.ts'), page)
  return buildUiPlugin(root)
}
// what no compression makes smaller
const weight = (bytes: number): string => `globalThis.weight = ${JSON.stringify(randomBytes(bytes).toString('base64'))}`

test('a UI as it was built is right; a changed, missing or added file is told', async () => {
  expect(await found()).toEqual(['dist/ui/ui-manifest.json: there is no such file. Build the plugin: parley-plugin build'])
  const { manifest } = await build(`export default { page: () => import('./page.ts') }`, 'export const page = 1')
  expect(await found()).toEqual([])
  appendFileSync(join(root, 'dist/ui', manifest.entry), '//')
  writeFileSync(join(root, 'dist/ui/more.js'), '')
  expect(await found()).toEqual([
    `dist/ui/ui-manifest.json: has another hash than ${manifest.entry}, so that a browser would refuse the file. Build the plugin again: parley-plugin build`,
    'dist/ui/ui-manifest.json: does not name more.js, which lies beside it. Build the plugin again: parley-plugin build',
  ])
  rmSync(join(root, 'dist/ui', manifest.entry))
  expect((await found())[0]).toContain(`names ${manifest.entry}, which is not there`)
  expect(readFileSync(join(root, ui), 'utf8')).toContain(manifest.entry)
})

test('the start of the shell and single pages have limits', async () => {
  await build(`${weight(60_000)}\nexport default { page: () => import('./page.ts') }`, `${weight(300_000)}\nexport const page = 1`)
  const [start, page] = await found()
  expect(start).toMatch(/: the shell loads \d+ kB \(gzip\) of it at its start; the limit is 50 kB \(gzip\)\. Load pages with import\(\)\.$/)
  expect(page).toMatch(/: chunk-.*\.js has \d+ kB \(gzip\); the limit for one page is 250 kB \(gzip\)\. Load its large parts with import\(\)/)
})
