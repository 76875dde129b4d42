import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ParleyError } from '@parley/plugin-api'
import { BackupReader } from '../backup/backup-folder.ts'
import { placeOf, withServer } from '../backup/backup-place.ts'
import { restoreBackup } from '../backup/restore-backup.ts'
import { readInstallation } from '../installation.ts'
import type { Command } from './command.ts'
import { recordChange } from './plugins/change-audit.ts'

/** `parley restore <folder> [--replace]`: while no process runs. */
export const restore: Command = async (context) => {
  const { root, variables, args, print } = context
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { replace: { type: 'boolean', default: false } } })
  const [given] = positionals
  if (given === undefined || positionals.length > 1) throw new ParleyError('invalid_input', 'Use "parley restore <folder> [--replace]".')
  const backup = await BackupReader.open(resolve(given))
  const { madeAt, release, files } = backup.manifest
  const installation = await readInstallation(root, { ...variables, PARLEY_LOG_LEVEL: 'silent' })
  const place = placeOf(installation)
  await withServer(place, async (url) => {
    const { different, unwritten, absent } = await restoreBackup(backup, place, { url, replace: values.replace })
    print(`Everything is as it was at ${madeAt} (Parley ${release}): ${backup.manifest.database.tables.length} tables, ${files.count} files.`)
    if (different.length > 0) print(`These files differ from the backup's and stayed as they are: ${different.join(', ')}`)
    if (unwritten.length > 0) print(`These files are missing here and could not be written: ${unwritten.join(', ')}`)
    if (absent.length > 0) print(`Extensions that this server does not have were left out, and nothing asked for them: ${absent.join(', ')}`)
    const object = { type: 'installation', id: 'installation', title: `Backup of ${madeAt}` }
    await recordChange(context, installation.host, {
      action: 'installation.restore',
      object,
      after: { folder: basename(resolve(given)), madeAt, release },
    })
  })
  print('Start Parley; where migrations are not applied at a start, run "parley migrate" before.')
  return 0
}
