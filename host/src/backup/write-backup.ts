import { createReadStream, existsSync } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { createGzip } from 'node:zlib'
import { createLogger, createSecrets, dumpDatabase, type KeptFile } from '@parley/services'
import { licencePaths } from '../licence/licence-files.ts'
import { readPluginLock } from '../plugins/plugin-lock.ts'
import { BackupWriter } from './backup-folder.ts'
import { backupFormat, type BackupManifest } from './backup-manifest.ts'
import { keyFile, type BackupPlace } from './backup-place.ts'

export interface BackupOptions {
  readonly url: string
  readonly folder: string
  readonly withKey: boolean
  readonly release: string
  readonly now: Date
}

/** Everything that an installation is made again from, in one folder. It may work meanwhile. */
export async function writeBackup(place: BackupPlace, { url, folder, withKey, release, now }: BackupOptions): Promise<BackupManifest> {
  const writer = await BackupWriter.begin(folder)
  try {
    const { dump, files } = await dumpDatabase({
      url,
      // the lowest level: text shrinks by four fifths, and PostgreSQL stays the slower of the two
      table: async ({ schema, name }, rows) => void (await writer.add(tableFile(schema, name), rows, createGzip({ level: 1 }))),
    })
    const kept = await addFiles(writer, place, files)
    await addConfiguration(writer, place)
    if (withKey && place.keys !== undefined) await writer.add(keyFile, `${place.keys}\n`)
    const manifest = {
      format: backupFormat,
      release,
      madeAt: now.toISOString(),
      ...(place.keys === undefined ? {} : { keyId: keyIdOf(place) }),
      withKey,
      plugins: Object.fromEntries(
        place.installation.found.map(({ id, version, approved }) => [
          id,
          { version, ...(approved === undefined ? {} : { integrity: approved.integrity }) },
        ]),
      ),
      files: kept,
      hashes: 0,
      database: dump,
    } satisfies BackupManifest
    await writer.finish(manifest)
    return manifest
  } catch (error) {
    await writer.giveUp()
    throw error
  }
}

export const tableFile = (schema: string, name: string): string => `database/${schema}/${name}.copy.gz`

const keyIdOf = ({ keys, dataDir }: BackupPlace): string => createSecrets({ keys, dataDir, log: createLogger({ level: 'silent' }) }).keyId

/** A file that is gone or damaged on the disk does not keep the others from being kept; it is told. */
async function addFiles(writer: BackupWriter, { dataDir }: BackupPlace, files: readonly KeptFile[]): Promise<BackupManifest['files']> {
  const missing: string[] = []
  let [count, bytes] = [0, 0]
  for (const { id, sha256 } of files) {
    const name = `files/${id.slice(0, 2)}/${id}`
    const path = join(dataDir, name)
    const added = existsSync(path) ? await writer.add(name, createReadStream(path)) : undefined
    if (added === undefined || added.sha256 !== sha256) missing.push(id)
    if (added === undefined) continue
    count += 1
    bytes += added.bytes
  }
  return { count, bytes, missing }
}

async function addConfiguration(writer: BackupWriter, { installation, dataDir }: BackupPlace): Promise<void> {
  const { root } = installation
  const unpacked = Object.values(readPluginLock(root).entries)
    .map(({ path }) => path)
    .filter((path) => path?.startsWith('plugins.d/'))
  for (const part of ['config', ...unpacked]) await addFolder(writer, root, part!)
  for (const path of licencePaths(installation, dataDir)) {
    if (!existsSync(path) || relative(join(root, 'config'), path).split(sep)[0] !== '..') continue
    await writer.add('licence.json', createReadStream(path))
    return
  }
}

async function addFolder(writer: BackupWriter, root: string, part: string): Promise<void> {
  if (!existsSync(join(root, part))) return
  for await (const path of filesBelow(join(root, part))) {
    await writer.add(`installation/${relative(root, path).split(sep).join('/')}`, createReadStream(path))
  }
}

/** Links are followed, as whoever reads the configuration follows them: what Kubernetes mounts consists of them, over folders that begin with "..". */
async function* filesBelow(folder: string, above: readonly string[] = []): AsyncGenerator<string> {
  const real = await realpath(folder)
  if (above.includes(real)) return
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = name.startsWith('..') || name === 'node_modules' ? undefined : await stat(path).catch(() => undefined)
    if (found?.isDirectory()) yield* filesBelow(path, [...above, real])
    else if (found?.isFile()) yield path
  }
}
