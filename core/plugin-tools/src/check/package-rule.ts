import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { incompatibility } from '@parley/kernel'
import type { CheckedPlugin, PackageJson } from './checked-plugin.ts'
import type { Finding } from './finding.ts'

const file = 'package.json'
const entry = './dist/server/plugin.js'

/** What package.json has to say so that a host can find, judge and load the plugin. */
export function packageRule({ root, packageJson, manifest, sources, has }: CheckedPlugin): Finding[] {
  const { type, license, exports, files } = packageJson
  const offered = exports as Readonly<Record<string, unknown>> | undefined
  const incompatible = incompatibility(manifest)
  const found: (readonly [boolean, string, string, string, string])[] = [
    [incompatible !== undefined, 'api', file, incompatible ?? '', 'Correct "parley.api".'],
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
      !has('LICENSE') && !has('LICENSE.md') && !repositoryLicence(root),
      'licence',
      'LICENSE',
      'there is no such file, so nobody knows what they may do with the plugin',
      'Put the text of the licence there.',
    ],
    [!has('README.md'), 'readme', 'README.md', 'there is no such file', 'Say what the plugin does and how it is set up.'],
  ]
  return found.flatMap(([wrong, rule, place, problem, fix]) => (wrong ? [{ rule, file: place, problem, fix }] : []))
}

const targetOf = (target: unknown): unknown => (typeof target === 'object' && target !== null ? (target as { default?: unknown }).default : target)

/** A plugin in a workspace has the licence of its repository. */
function repositoryLicence(root: string): boolean {
  for (let folder = dirname(root); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, file)
    if (existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as PackageJson).workspaces !== undefined)
      return existsSync(join(folder, 'LICENSE'))
  }
  return false
}
