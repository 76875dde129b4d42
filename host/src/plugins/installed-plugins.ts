import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isBundled, isObject, type ConfigObject, type InstalledPlugin, type PackagedManifest } from '@parley/kernel'
import { hashFiles, integrityOf, type FileHashes } from './file-hashes.ts'
import type { LockEntry, PluginLock } from './plugin-lock.ts'
import { entryOf, packageDirectory, readPackage } from './plugin-package.ts'
import { signatureProblem, signatureState, type PublisherTrust, type SignatureState } from './plugin-signature.ts'

/** A plugin with the folder its files are in; UI files are served from there. */
export interface FoundPlugin extends InstalledPlugin {
  readonly directory: string | undefined
  readonly source: PluginSource
  /** What was approved; missing for what comes with Parley. */
  readonly approved?: { readonly integrity: string; readonly files: FileHashes }
  readonly signature?: SignatureState
}

/** `bundled`: a package of Parley itself; `package`: another one of node_modules; `folder`: in place; `tarball`: unpacked by `parley plugins add`. */
export type PluginSource = 'bundled' | 'package' | 'folder' | 'tarball'

export interface FoundPlugins {
  readonly plugins: readonly FoundPlugin[]
  /** What makes the list itself wrong. A plugin that is alone at fault is listed as withheld instead. */
  readonly problems: readonly string[]
}

const anybody: PublisherTrust = { required: false, publishers: {} }

/** Reads what `plugins` of the configuration and the lock file name. Only manifests are read; nothing is executed. */
export async function findPlugins(root: string, config: ConfigObject, lock: PluginLock, trust: PublisherTrust = anybody): Promise<FoundPlugins> {
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
  return { plugins: await Promise.all([...sources].map(([id, source]) => findPlugin(root, id, source, trust))), problems }
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

async function findPlugin(root: string, id: string, source: Source, trust: PublisherTrust): Promise<FoundPlugin> {
  const { locked } = source
  const kind = kindOf(source)
  const refuse = (reason: string, known: Partial<FoundPlugin> = {}): FoundPlugin => ({
    id,
    version: locked?.version ?? 'unknown',
    directory: undefined,
    source: kind,
    ...known,
    withheld: { state: 'failed', reason },
    load: () => Promise.reject(new Error(reason)),
  })
  const directory = source.path === undefined ? packageDirectory(root, source.package!) : resolve(root, source.path)
  if (directory === undefined) return refuse(`the package "${source.package}" is not installed. Run: npm install ${source.package}`)
  try {
    const packaged = readPackage(directory)
    const mismatch = lockMismatch(id, source, directory, packaged)
    if (mismatch !== undefined) return refuse(mismatch)
    // what is released with the host lies where the host finds it
    const entry = kind === 'bundled' ? packaged.package : pathToFileURL(entryOf(directory, packaged.content)).href
    const known = { version: packaged.version, manifest: packaged.manifest, ...(await approvedFiles(directory, source)) }
    const { approved } = known
    if (approved && approved.integrity !== locked?.integrity)
      return refuse(`its files in ${directory} are not those of config/plugins.lock.yaml. ${howToApprove(source)}`)
    const signature = approved && signatureState({ id, version: packaged.version, integrity: approved.integrity }, locked?.signature, trust)
    const unsigned = kind === 'bundled' ? undefined : signatureProblem(signature ?? { state: 'unsigned' }, trust)
    if (unsigned !== undefined) return refuse(unsigned, { manifest: packaged.manifest, ...(signature ? { signature } : {}) })
    const load = (): Promise<unknown> => import(entry)
    return { id, directory, source: kind, load, ...known, ...(signature ? { signature } : {}) }
  } catch (error) {
    return refuse((error as Error).message)
  }
}

const kindOf = ({ package: name, locked, path }: Source): PluginSource => {
  if (path !== undefined) return locked?.tarball === undefined ? 'folder' : 'tarball'
  return !locked && isBundled(name!) ? 'bundled' : 'package'
}

function lockMismatch(id: string, source: Source, directory: string, { version, manifest }: PackagedManifest): string | undefined {
  const { path, locked } = source
  const file = join(directory, 'package.json')
  if (manifest.id !== id) return `it is listed as "${id}" and ${file} says its id is "${manifest.id}". Correct the list.`
  if (!locked)
    return path === undefined ? undefined : `it is installed by path and not in config/plugins.lock.yaml. Approve it with: parley plugins add ${path}`
  if (locked.version !== version) return `config/plugins.lock.yaml has version ${locked.version} and ${file} has ${version}. ${howToApprove(source)}`
  if (locked.tarball === undefined) return undefined
  const foreign = [dirname(directory), dirname(dirname(directory))].map((folder) => join(folder, 'node_modules')).find((folder) => existsSync(folder))
  // Node looks there for what a plugin imports, and no hash covers it.
  return foreign === undefined
    ? undefined
    : `there is a folder ${foreign}, whose packages it would load although nobody approved them. Remove that folder.`
}

async function approvedFiles(directory: string, { locked }: Source): Promise<Pick<FoundPlugin, 'approved'>> {
  if (locked?.integrity === undefined) return {}
  const files = await hashFiles(directory, locked.tarball !== undefined)
  return { approved: { files, integrity: integrityOf(files) } }
}

const howToApprove = ({ path, package: name, locked }: Source): string =>
  locked?.tarball === undefined
    ? `Look at what changed, then approve it with: parley plugins add ${path ?? name}`
    : 'Put them back with: parley plugins add <the tarball it came from>'
