import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hashFiles, integrityOf } from './file-hashes.ts'
import type { PluginLock } from './plugin-lock.ts'

/** Where tarballs are unpacked to, below the installation's folder; part of the image, or a volume that all processes mount. */
const folder = 'plugins.d'

/**
 * `plugins.d/<id>/<version>-<hash>`. The hash makes a folder mean one content for ever: an update never touches files that a running process
 * still serves, and the switch is the one rename of the lock file.
 */
export const placeOf = (id: string, version: string, integrity: string): string =>
  `${folder}/${id}/${version}-${Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex').slice(0, 12)}`

/** Writes the files completely, elsewhere, and then gives the folder its name. */
export async function placeFiles(root: string, path: string, files: ReadonlyMap<string, Buffer>, integrity: string): Promise<void> {
  const target = join(root, path)
  if (await isIntact(target, integrity)) return
  const incoming = join(root, folder, `.incoming-${randomUUID()}`)
  try {
    for (const [name, content] of files) await writeSynced(join(incoming, name), content)
    await mkdir(dirname(target), { recursive: true })
    if (existsSync(target)) await rename(target, join(root, folder, `.replaced-${randomUUID()}`))
    await rename(incoming, target)
  } finally {
    await rm(incoming, { recursive: true, force: true })
  }
}

async function isIntact(directory: string, integrity: string): Promise<boolean> {
  if (!existsSync(directory)) return false
  return hashFiles(directory, true).then(
    (files) => integrityOf(files) === integrity,
    () => false,
  )
}

/** Readable for the account that Parley runs as, whoever unpacks; what the archive says of modes and owners counts for nothing. */
async function writeSynced(path: string, content: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  const file = await open(path, 'wx', 0o644)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await chmod(path, 0o644)
}

/** Deletes what the lock file does not name; answers the folders, relative to the installation. */
export async function removeUnused(root: string, { entries }: PluginLock): Promise<readonly string[]> {
  const used = new Set(Object.values(entries).map((entry) => entry.path))
  const found = await foldersIn(join(root, folder))
  const unused = (
    await Promise.all(
      found.map(async (name) => {
        const path = `${folder}/${name}`
        // What crashes left, and what repairs put aside.
        if (name.startsWith('.')) return [path]
        return (await foldersIn(join(root, path))).map((version) => `${path}/${version}`).filter((one) => !used.has(one))
      }),
    )
  ).flat()
  for (const path of unused) await rm(join(root, path), { recursive: true, force: true })
  return unused
}

const foldersIn = async (directory: string): Promise<string[]> =>
  existsSync(directory) ? (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name) : []
