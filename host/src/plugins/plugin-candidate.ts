import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ParleyError } from '@parley/plugin-api'
import { uiFilesProblem } from '../ui/check-ui-files.ts'
import { hashFiles, integrityOf, type FileHashes } from './file-hashes.ts'
import type { PluginSource } from './installed-plugins.ts'
import { placeFiles, placeOf } from './place-plugin.ts'
import { readArchive } from './plugin-archive.ts'
import type { LockEntry } from './plugin-lock.ts'
import { entryPath, packageDirectory, parsePackage, readPackage, type PluginPackage } from './plugin-package.ts'
import { parseSignature, type PluginSignature } from './plugin-signature.ts'

/** A plugin that somebody asks to approve: read and hashed, and nothing of it executed or written. */
export interface PluginCandidate {
  /** The tarball, folder or package as it was named. */
  readonly from: string
  readonly source: PluginSource
  readonly package: PluginPackage
  readonly files: FileHashes
  readonly entry: LockEntry
  /** Why it could not work, whatever the deployer thinks of it. */
  readonly problem: string | undefined
  /** Puts its files where the entry says; nothing to do for what lies in place. */
  place(): Promise<void>
}

/** `name`: a tarball, a folder, or a package of node_modules as `name` or `name@version`. */
export async function readCandidate(root: string, name: string, signatureFile?: string): Promise<PluginCandidate> {
  const path = resolve(name)
  const kind = statSync(path, { throwIfNoEntry: false })
  if (kind?.isFile()) return fromTarball(root, path, signatureOf(path, signatureFile))
  if (kind?.isDirectory()) return fromFolder({ path }, path, 'folder', signatureOf(path, signatureFile))
  const [, packageName, version] = /^((?:@[\w.-]+\/)?[\w.-]+)(?:@(.+))?$/.exec(name) ?? []
  const directory = packageName === undefined ? undefined : packageDirectory(root, packageName)
  if (directory === undefined) {
    throw new ParleyError(
      'invalid_config',
      `There is no file, folder or installed package "${name}". No command of Parley fetches packages: bring the tarball.`,
    )
  }
  const candidate = await fromFolder({ package: packageName! }, directory, 'package', signatureOf(undefined, signatureFile))
  const found = candidate.package.version
  if (version !== undefined && version !== found)
    throw new ParleyError('invalid_config', `node_modules has version ${found} of "${packageName}" and not ${version}.`)
  return candidate
}

async function fromTarball(root: string, file: string, signature: PluginSignature | undefined): Promise<PluginCandidate> {
  const { files, hashes, tarball } = await readArchive(file)
  const text = files.get('package.json')
  if (text === undefined) throw new ParleyError('invalid_config', `${file} has no package.json.`)
  const found = parsePackage(text.toString('utf8'), `package.json in ${file}`)
  const integrity = integrityOf(hashes)
  const path = placeOf(found.manifest.id, found.version, integrity)
  const { ui } = found.manifest
  return {
    from: file,
    source: 'tarball',
    package: found,
    files: hashes,
    entry: { path, version: found.version, integrity, tarball, ...(signature ? { signature } : {}) },
    problem: missingEntry(found, hashes) ?? (ui === undefined ? undefined : uiFilesProblem(ui, (name) => files.get(name))),
    place: () => placeFiles(root, path, files, integrity),
  }
}

async function fromFolder(
  where: { readonly path: string } | { readonly package: string },
  directory: string,
  source: PluginSource,
  signature: PluginSignature | undefined,
): Promise<PluginCandidate> {
  const found = readPackage(directory)
  const files = await hashFiles(directory)
  const { ui } = found.manifest
  const read = (name: string): Buffer | undefined => (files.has(name) ? readFileSync(join(directory, name)) : undefined)
  return {
    from: directory,
    source,
    package: found,
    files,
    entry: { ...where, version: found.version, integrity: integrityOf(files), ...(signature ? { signature } : {}) },
    problem: missingEntry(found, files) ?? (ui === undefined ? undefined : uiFilesProblem(ui, read)),
    place: () => Promise.resolve(),
  }
}

const missingEntry = (found: PluginPackage, files: FileHashes): string | undefined => {
  const entry = entryPath(found.content).replace(/^\.\//, '')
  return files.has(entry) ? undefined : `its package.json names "${entry}", which is not in it. Build it before packing: parley-plugin pack`
}

/** The file named, or the one beside the tarball or folder. */
function signatureOf(path: string | undefined, named: string | undefined): PluginSignature | undefined {
  const file = named === undefined ? path && `${path}.sig` : resolve(named)
  if (file === undefined || (named === undefined && !existsSync(file))) return undefined
  if (!existsSync(file)) throw new ParleyError('invalid_config', `There is no signature ${file}.`)
  return parseSignature(readFileSync(file, 'utf8'), file)
}
