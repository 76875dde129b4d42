import { createReadStream, existsSync } from 'node:fs'
import { copyFile, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ParleyError } from '@parley/plugin-api'
import { createLogger, createSecrets, loadDatabase } from '@parley/services'
import { hashOf, type BackupReader } from './backup-folder.ts'
import { keyFile, type BackupPlace } from './backup-place.ts'
import { declaredMigrations } from './declared-migrations.ts'
import { tableFile } from './write-backup.ts'

export interface RestoreOptions {
  readonly url: string
  readonly replace: boolean
}

export interface Restored {
  /** Files of the installation that were there and differ from the backup's; they stayed as they are. */
  readonly different: readonly string[]
  /** Files that are missing here and could not be written, with the reason: the database is restored all the same. */
  readonly unwritten: readonly string[]
  /** Extensions that this server does not have; nothing that was made refuses to be without them. */
  readonly absent: readonly string[]
}

/**
 * Looks at everything that may be in the way before anything is touched, living processes included. Files come first, under names that nothing refers to yet; the database
 * changes in one transaction; so whatever fails, what was there before is there still.
 */
export async function restoreBackup(backup: BackupReader, place: BackupPlace, { url, replace }: RestoreOptions): Promise<Restored> {
  const { database } = backup.manifest
  const keys = await checkKey(backup, place)
  refuseNewer(backup, await declaredMigrations(place, url))
  const absent = await loadDatabase({
    url,
    replace,
    dump: database,
    prepare: async () => {
      await placeFiles(backup, place)
      if (place.keys === undefined && keys !== undefined) await placeKey(keys, place)
    },
    // errors of the first are errors of the second; with the last argument nothing is left to do
    table: ({ schema, name }) => pipeline(createReadStream(backup.path(tableFile(schema, name))), createGunzip(), () => undefined),
  })
  return { ...(await placeConfiguration(backup, place)), absent }
}

/** One that was damaged on the disk when the backup was made never takes the place of one that is here. */
async function placeFiles(backup: BackupReader, { dataDir }: BackupPlace): Promise<void> {
  const damaged = new Set(backup.manifest.files.missing)
  for (const name of backup.below('files')) {
    const to = join(dataDir, 'files', name)
    if (!damaged.has(basename(name)) || !existsSync(to)) await placeFile(backup.path(`files/${name}`), to)
  }
}

async function placeKey(keys: string, { dataDir }: BackupPlace): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  await writeFile(join(dataDir, keyFile), `${keys}\n`, { mode: 0o600, flag: 'wx' })
}

/** Answers the keys that open what the backup has sealed: those of this machine, else those in the backup. */
async function checkKey(backup: BackupReader, { keys: own, dataDir }: BackupPlace): Promise<string | undefined> {
  const { keyCheck } = backup.manifest.database
  const kept = backup.has(keyFile) ? (await readFile(backup.path(keyFile), 'utf8')).trim() : undefined
  const keys = own ?? kept
  if (keyCheck === undefined) return keys
  const named = backup.manifest.keyId === undefined ? '' : ` "${backup.manifest.keyId}"`
  if (keys === undefined) {
    throw new ParleyError(
      'invalid_config',
      `What the backup has sealed needs its key${named}, which is neither here nor in the backup. ` +
        `Set PARLEY_SECRET_KEY to it, or put its "${keyFile}" into the data folder.`,
    )
  }
  const secrets = createSecrets({ keys, dataDir, log: createLogger({ level: 'silent' }) })
  try {
    secrets.forPlugin('key-check').open(keyCheck)
  } catch (cause) {
    const message =
      `The backup was sealed with the key${named}, and this machine has "${secrets.keyId}". Nothing was changed. ` +
      `Set PARLEY_SECRET_KEY to the backup's key, or to both: the one to seal with from now on, a comma, the backup's.`
    throw new ParleyError('invalid_config', message, { cause })
  }
  return keys
}

function refuseNewer({ manifest }: BackupReader, declared: ReadonlyMap<string, readonly string[]>): void {
  for (const [schema, applied] of Object.entries(manifest.database.migrations)) {
    const known = declared.get(schema)
    const ahead = known === undefined ? undefined : applied.find((name) => !known.includes(name))
    if (ahead === undefined) continue
    throw new ParleyError(
      'invalid_input',
      `The backup was made by a newer release (${manifest.release}): its ${schema} has "${ahead}", which this release does not know. ` +
        'Nothing was changed. Restore it with that release or a later one.',
    )
  }
}

/** Under its name only when it is complete; one that is there already and the same stays. */
async function placeFile(from: string, to: string): Promise<void> {
  if (existsSync(to) && (await hashOf(to)) === (await hashOf(from))) return
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  const incoming = `${to}.${randomUUID()}`
  await copyFile(from, incoming)
  await rename(incoming, to)
}

/** What is missing is placed; what differs may be this machine's own and stays. */
async function placeConfiguration(backup: BackupReader, { installation, dataDir }: BackupPlace): Promise<Pick<Restored, 'different' | 'unwritten'>> {
  const different: string[] = []
  const unwritten: string[] = []
  const targets = backup.below('installation').map((name): [string, string, string] => [`installation/${name}`, join(installation.root, name), name])
  if (backup.has('licence.json')) {
    const named = installation.host.host.licence.file
    targets.push(['licence.json', named === undefined ? join(dataDir, 'licence.json') : join(installation.root, named), 'licence.json'])
  }
  for (const [from, to, name] of targets) {
    try {
      const there = await hashOf(to)
      if (there === undefined) await placeNew(backup.path(from), to)
      else if (there !== (await hashOf(backup.path(from)))) different.push(name)
    } catch (error) {
      // an image or a package of the system is often read-only
      unwritten.push(`${name} (${(error as NodeJS.ErrnoException).code ?? String(error)})`)
    }
  }
  return { different, unwritten }
}

async function placeNew(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const incoming = `${to}.${randomUUID()}`
  await copyFile(from, incoming)
  // a link, not a rename: what somebody placed meanwhile is not overwritten
  await link(incoming, to).finally(() => rm(incoming, { force: true }))
}
