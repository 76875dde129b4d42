import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ParleyError } from '@parley/plugin-api'
import type { BackupManifest } from '../backup/backup-manifest.ts'
import { placeOf, withServer } from '../backup/backup-place.ts'
import { writeBackup } from '../backup/write-backup.ts'
import { readInstallation } from '../installation.ts'
import { release } from '../release.ts'
import type { Command } from './command.ts'
import { recordChange } from './plugins/change-audit.ts'

/** `parley backup [folder] [--with-key]`: beside a running installation or without one. */
export const backup: Command = async (context) => {
  const { root, variables, args, print } = context
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { 'with-key': { type: 'boolean', default: false } } })
  if (positionals.length > 1) throw new ParleyError('invalid_input', 'Use "parley backup [folder] [--with-key]".')
  const now = new Date()
  const folder = resolve(positionals[0] ?? `parley-${now.toISOString().slice(0, 19).replaceAll(':', '')}`)
  const place = placeOf(await readInstallation(root, { ...variables, PARLEY_LOG_LEVEL: 'silent' }))
  const withKey = values['with-key']
  const { files, keyId } = await withServer(place, async (url) => {
    const manifest = await writeBackup(place, { url, folder, withKey, release, now })
    const entry = entryOf(manifest, folder)
    const { tables, rows, files: count } = entry.after
    print(`The backup is in ${folder}: ${tables} tables with ${rows} rows, ${count} files, the configuration.`)
    await recordChange(context, place.installation.host, entry)
    return manifest
  })
  if (files.missing.length > 0) print(`Warning: ${files.missing.length} files are missing or damaged on the disk: ${files.missing.join(', ')}`)
  print(
    withKey
      ? 'The key that opens all secrets is in it: keep it as safe as the key.'
      : `The key that opens its secrets is NOT in it. Keep key "${keyId ?? 'none'}" elsewhere: without it tokens of channels cannot be read again.`,
  )
  return files.missing.length === 0 ? 0 : 3
}

/** Whoever reads the audit log need not know where backups are kept, only which one it was. */
const entryOf = ({ madeAt, release: of, withKey, database, files }: BackupManifest, folder: string) => ({
  action: 'installation.backup',
  object: { type: 'installation', id: 'installation', title: `Backup of ${madeAt}` },
  after: {
    folder: basename(folder),
    madeAt,
    release: of,
    withKey,
    tables: database.tables.length,
    rows: Object.values(database.rows).reduce((sum, count) => sum + count, 0),
    files: files.count,
  },
})
