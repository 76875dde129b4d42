import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isObject, readManifest, type ConfigObject, type InstalledPlugin, type PackagedManifest } from '@parley/kernel'
import { directoryIntegrity } from './directory-integrity.ts'
import type { LockEntry, PluginLock } from './plugin-lock.ts'

/** A plugin with the folder its files are in; UI files are served from there. */
export interface FoundPlugin extends InstalledPlugin {
  readonly directory: string | undefined
}

export interface FoundPlugins {
  readonly plugins: readonly FoundPlugin[]
  /** What makes the list itself wrong. A plugin that is alone at fault is listed as withheld instead. */
  readonly problems: readonly string[]
}

/** Reads what `plugins` of the configuration and the lock file name. Only manifests are read; nothing is executed. */
export async function findPlugins(root: string, config: ConfigObject, lock: PluginLock): Promise<FoundPlugins> {
  const listed = isObject(config['plugins']) ? config['plugins'] : {}
  const problems = [...lock.problems]
  const sources = new Map<string, Source>()
  for (const [id, entry] of Object.entries(listed)) {
    const source = sourceOf(entry)
    if (source === undefined) continue
    if (typeof source === 'string') problems.push(`plugins.${id}: ${source}`)
    else sources.set(id, { ...source, locked: lock.entries[id] })
  }
  for (const [id, entry] of Object.entries(lock.entries)) {
    if (!sources.has(id)) sources.set(id, { package: entry.package, path: entry.path, locked: entry })
  }
  return { plugins: await Promise.all([...sources].map(([id, source]) => findPlugin(root, id, source))), problems }
}

interface Source {
  readonly package?: string | undefined
  readonly path?: string | undefined
  readonly locked?: LockEntry | undefined
}

/** Entries without a source only configure what the lock file installs. */
function sourceOf(entry: unknown): Source | string | undefined {
  if (!isObject(entry)) return 'must be a map, such as { package: "@acme/parley-signal" }.'
  const { package: name, path } = entry
  if (typeof name === 'string' && path === undefined) return { package: name }
  if (typeof path === 'string' && name === undefined) return { path }
  return name === undefined && path === undefined ? undefined : 'needs either "package" or "path", a text.'
}

async function findPlugin(root: string, id: string, source: Source): Promise<FoundPlugin> {
  const refuse = (reason: string): FoundPlugin => ({
    id,
    version: source.locked?.version ?? 'unknown',
    directory: undefined,
    withheld: { state: 'failed', reason },
    load: () => Promise.reject(new Error(reason)),
  })
  const directory = source.path === undefined ? packageDirectory(root, source.package!) : resolve(root, source.path)
  if (directory === undefined) return refuse(`the package "${source.package}" is not installed. Run: npm install ${source.package}`)
  let packaged: PackagedManifest
  try {
    packaged = readPackage(directory)
  } catch (error) {
    return refuse((error as Error).message)
  }
  const mismatch = await lockMismatch(id, source, directory, packaged)
  if (mismatch !== undefined) return refuse(mismatch)
  const load = (): Promise<unknown> => (source.path === undefined ? import(packaged.package) : import(pathToFileURL(entryOf(directory)).href))
  return { id, version: packaged.version, manifest: packaged.manifest, directory, load }
}

async function lockMismatch(
  id: string,
  { path, locked }: Source,
  directory: string,
  { version, manifest }: PackagedManifest,
): Promise<string | undefined> {
  const file = join(directory, 'package.json')
  const approve = `Look at what changed, then approve it with: parley plugins add ${path}`
  if (manifest.id !== id) return `it is listed as "${id}" and ${file} says its id is "${manifest.id}". Correct the list.`
  if (!locked)
    return path === undefined ? undefined : `it is installed by path and not in config/plugins.lock.yaml. Approve it with: parley plugins add ${path}`
  if (locked.version !== version) return `config/plugins.lock.yaml has version ${locked.version} and ${file} has ${version}. ${approve}`
  if (locked.integrity === undefined) return undefined
  const integrity = await directoryIntegrity(directory)
  return integrity === locked.integrity ? undefined : `its files in ${directory} are not those of config/plugins.lock.yaml. ${approve}`
}

/** The manifest of the package in a folder; throws one sentence when there is none. */
export function readPackage(directory: string): PackagedManifest {
  const file = join(directory, 'package.json')
  if (!existsSync(file)) throw new Error(`there is no ${file}. Correct the path.`)
  return readManifest(JSON.parse(readFileSync(file, 'utf8')), file)
}

function packageDirectory(root: string, name: string): string | undefined {
  try {
    return dirname(createRequire(join(root, 'package.json')).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

/** The module that `exports["."]` names, as Node would choose it. */
function entryOf(directory: string): string {
  const { exports, main } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { exports?: unknown; main?: string }
  const choose = (target: unknown): string | undefined => {
    if (typeof target === 'string') return target
    if (!isObject(target)) return undefined
    return choose(target['.'] ?? target['import'] ?? target['default'])
  }
  return join(directory, choose(exports) ?? main ?? 'index.js')
}
