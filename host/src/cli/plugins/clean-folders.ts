import { ParleyError } from '@parley/plugin-api'
import { removeUnused } from '../../plugins/place-plugin.ts'
import { readPluginLock } from '../../plugins/plugin-lock.ts'
import type { Command } from '../command.ts'
import { readArguments } from './arguments.ts'

/** `parley plugins clean`: when every process runs the present lock file. */
export const cleanFolders: Command = async ({ root, args, print }) => {
  readArguments(args, 'parley plugins clean', {})
  const lock = readPluginLock(root)
  // An unreadable list would make every folder look unused.
  if (lock.problems[0] !== undefined) throw new ParleyError('invalid_config', `${lock.problems[0]} Nothing was deleted.`)
  const removed = await removeUnused(root, lock)
  print(removed.length === 0 ? 'There is nothing to delete.' : `Deleted:\n${removed.map((path) => `  ${path}`).join('\n')}`)
  return 0
}
