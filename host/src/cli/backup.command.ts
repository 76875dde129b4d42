import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ParleyError } from '@parley/plugin-api'
import { placeOf, withServer } from '../backup/backup-place.ts'
import { writeBackup } from '../backup/write-backup.ts'
import { readInstallation } from '../installation.ts'
import { release } from '../release.ts'
import type { Command } from './command.ts'

/** `parley backup [folder] [--with-key]`: beside a running installation or without one. */
export const backup: Command = async ({ root, variables, args, print }) => {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { 'with-key': { type: 'boolean', default: false } } })
  if (positionals.length > 1) throw new ParleyError('invalid_input', 'Use "parley backup [folder] [--with-key]".')
  const now = new Date()
  const folder = resolve(positionals[0] ?? `parley-${now.toISOString().slice(0, 19).replaceAll(':', '')}`)
  const place = placeOf(await readInstallation(root, { ...variables, PARLEY_LOG_LEVEL: 'silent' }))
  const withKey = values['with-key']
  const { database, files, keyId } = await withServer(place, (url) => writeBackup(place, { url, folder, withKey, release, now }))
  const rows = Object.values(database.rows).reduce((sum, count) => sum + count, 0)
  print(`The backup is in ${folder}: ${database.tables.length} tables with ${rows} rows, ${files.count} files, the configuration.`)
  if (files.missing.length > 0) print(`Warning: ${files.missing.length} files are missing or damaged on the disk: ${files.missing.join(', ')}`)
  print(
    withKey
      ? 'The key that opens all secrets is in it: keep it as safe as the key.'
      : `The key that opens its secrets is NOT in it. Keep key "${keyId ?? 'none'}" elsewhere: without it tokens of channels cannot be read again.`,
  )
  return files.missing.length === 0 ? 0 : 3
}
