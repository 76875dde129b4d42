import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageProblems, type PackageProblem } from '@parley/kernel'
import type { CheckedPlugin, PackageJson } from './checked-plugin.ts'
import type { Finding } from './finding.ts'

const file = 'package.json'
const entry = './dist/server/plugin.js'

const fixes: Readonly<Record<PackageProblem['field'], string>> = {
  version: 'Write a whole version.',
  name: 'Choose another, such as "parley-sms" or "@acme/parley-sms".',
  'parley.id': 'Choose another.',
  'parley.api': 'Correct "parley.api".',
}

/** What package.json has to say so that a host can find, judge and load the plugin. */
export function packageRule({ root, packageJson, manifest, sources, has }: CheckedPlugin): Finding[] {
  const { name = '', version = '', type, license, exports, files } = packageJson
  const repository = repositoryOf(root)
  const offered = exports as Readonly<Record<string, unknown>> | undefined
  const found: (readonly [boolean, string, string, string, string])[] = [
    [type !== 'module', 'manifest', file, 'has no "type": "module", and plugins are ES modules', 'Add it.'],
    [
      targetOf(offered?.['.']) !== entry,
      'manifest',
      file,
      `its "exports" do not lead to the server face at ${entry}`,
      `Write "exports": { ".": "${entry}", "./package.json": "./package.json" }.`,
    ],
    [
      offered !== undefined && offered['./package.json'] === undefined,
      'manifest',
      file,
      'its "exports" hide package.json, so that no host can read its manifest',
      'Add "./package.json": "./package.json" to "exports".',
    ],
    [files === undefined, 'manifest', file, 'has no "files", so that a package of it would hold its sources and tests', 'Add "files": ["dist"].'],
    [
      sources.some(({ path }) => path === 'src/ui/plugin.ts') !== (manifest.ui !== undefined),
      'manifest',
      file,
      manifest.ui === undefined ? 'there is a src/ui/plugin.ts and no "parley.ui"' : '"parley.ui" names a UI and there is no src/ui/plugin.ts',
      manifest.ui === undefined ? 'Add "ui": "./dist/ui/ui-manifest.json" to "parley".' : 'Remove "parley.ui", or write the UI.',
    ],
    [
      manifest.title === undefined,
      'manifest',
      file,
      'has no "parley.title", so that people read its id where its name belongs',
      'Add "title": { "en": "…", "uk": "…" } to "parley".',
    ],
    [
      manifest.description === undefined,
      'manifest',
      file,
      'has no "parley.description", so that nobody is told what it brings before it runs',
      'Add "description": { "en": "…", "uk": "…" } to "parley", a sentence in each language.',
    ],
    [license === undefined || license === '', 'licence', file, 'has no "license"', 'Name the licence, such as "license": "MIT".'],
    [
      !has('LICENSE') && !has('LICENSE.md') && !repository?.licensed,
      'licence',
      'LICENSE',
      'there is no such file, so nobody knows what they may do with the plugin',
      'Put the text of the licence there.',
    ],
    [!has('README.md'), 'readme', 'README.md', 'there is no such file', 'Say what the plugin does and how it is set up.'],
  ]
  const refused = packageProblems({ package: name, version, manifest })
    .filter(({ field }) => field !== 'name' || repository?.name !== 'parley')
    .map(({ field, problem }) => ({ rule: field === 'parley.api' ? 'api' : 'manifest', file, problem, fix: fixes[field] }))
  return [...refused, ...found.flatMap(([wrong, rule, place, problem, fix]) => (wrong ? [{ rule, file: place, problem, fix }] : []))]
}

const targetOf = (target: unknown): unknown => (typeof target === 'object' && target !== null ? (target as { default?: unknown }).default : target)

/** The repository of a plugin that is in a workspace: it has the licence of the whole. */
function repositoryOf(root: string): { readonly name: string | undefined; readonly licensed: boolean } | undefined {
  for (let folder = dirname(root); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, file)
    const { name, workspaces } = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PackageJson) : {}
    if (workspaces !== undefined) return { name, licensed: existsSync(join(folder, 'LICENSE')) }
  }
  return undefined
}
