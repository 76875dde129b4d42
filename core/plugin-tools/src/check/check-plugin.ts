import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pluginOf, readDeclarations, readManifest, type Declared } from '@parley/kernel'
import { readSources, type CheckedPlugin, type PackageJson } from './checked-plugin.ts'
import { declarationsRule } from './declarations-rule.ts'
import type { Finding } from './finding.ts'
import { importsRule } from './imports-rule.ts'
import { languagesRule } from './languages-rule.ts'
import { migrationsRule } from './migrations-rule.ts'
import { packageRule } from './package-rule.ts'
import { sizeRule } from './size-rule.ts'
import { uiRule } from './ui-rule.ts'

const rules: readonly ((plugin: CheckedPlugin) => readonly Finding[] | Promise<readonly Finding[]>)[] = [
  packageRule,
  importsRule,
  languagesRule,
  declarationsRule,
  migrationsRule,
  uiRule,
  sizeRule,
]

export interface CheckOptions {
  /** The module of the server face; by default what is built is imported. */
  readonly load?: () => Promise<unknown>
}

export interface CheckedResult {
  readonly findings: readonly Finding[]
  readonly declared: Declared | undefined
}

/**
 * Everything that would stop a plugin from being installed, or hurt who installs it. It must be built. Its code is imported, nothing of it is started.
 *
 * @example const { findings } = await checkPlugin('plugins/acme')
 */
export async function checkPlugin(directory: string, options: CheckOptions = {}): Promise<CheckedResult> {
  const root = resolve(directory)
  const path = join(root, 'package.json')
  if (!existsSync(path)) throw new Error(`There is no ${path}. Run this in the directory of a plugin, or name the directory.`)
  let packageJson: PackageJson
  let manifest: CheckedPlugin['manifest']
  try {
    packageJson = JSON.parse(await readFile(path, 'utf8')) as PackageJson
    manifest = readManifest(packageJson, 'package.json').manifest
  } catch (error) {
    const problem = (error as Error).message.replace(/^package\.json |\.$/g, '')
    return { findings: [{ rule: 'manifest', file: 'package.json', problem, fix: 'Correct the "parley" block.' }], declared: undefined }
  }
  const entry = join(root, 'dist/server/plugin.js')
  const loaded = await declaredBy(options.load ?? (() => importAgain(entry)))
  const declared = loaded instanceof Error ? undefined : loaded
  const plugin = { root, packageJson, manifest, declared, sources: await readSources(root), has: (name: string) => existsSync(join(root, name)) }
  const findings = (await Promise.all(rules.map((rule) => rule(plugin)))).flat()
  return { findings: loaded instanceof Error ? [...findings, unloadable(loaded)] : findings, declared }
}

const unloadable = (error: Error): Finding => ({
  rule: 'loads',
  file: 'dist/server/plugin.js',
  problem: `cannot be loaded: ${error.message.split('\n')[0]?.replace(/\.$/, '')}`,
  fix: 'Correct it, and build the plugin again.',
})

async function declaredBy(load: () => Promise<unknown>): Promise<Declared | Error> {
  try {
    return readDeclarations(pluginOf(await load()))
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** A second check in one process reads what was built since. */
const importAgain = (file: string): Promise<unknown> => import(`${pathToFileURL(file).href}?at=${process.hrtime.bigint()}`)
