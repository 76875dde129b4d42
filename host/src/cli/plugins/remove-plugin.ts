import { ParleyError } from '@parley/plugin-api'
import { didYouMean } from '@parley/kernel'
import { readDeploymentConfig } from '../../host-config.ts'
import { readPluginLock, writeLockEntry } from '../../plugins/plugin-lock.ts'
import type { Command } from '../command.ts'
import { missing, readArguments } from './arguments.ts'
import { recordChange } from './change-audit.ts'

const usage = 'parley plugins remove <id> [--yes]'

/** `parley plugins remove`: not started any more; data stay, and files stay for the processes that still run them. It asks nothing; `--yes` is taken as its neighbours take it. */
export const removePlugin: Command = async (context) => {
  const { word: id } = readArguments(context.args, usage, { yes: { type: 'boolean' } })
  if (id === undefined) throw missing(usage)
  const { root, variables, print } = context
  const { entries } = readPluginLock(root)
  const entry = entries[id]
  if (!entry) {
    const others = Object.keys(entries)
    throw new ParleyError(
      'not_found',
      `No plugin "${id}" is in config/plugins.lock.yaml.${didYouMean(id, others)} What comes with Parley is switched off by plugins.${id}.enabled: false.`,
    )
  }
  const { host } = await readDeploymentConfig(root, variables)
  writeLockEntry(root, id, undefined)
  print(
    `"${id}" is removed. Its data are kept; "parley plugins purge ${id}" deletes them. Restart every process, then "parley plugins clean" deletes its files.`,
  )
  await recordChange(context, host, { action: 'plugin.remove', object: { type: 'plugin', id, title: `${id} ${entry.version}` }, before: entry })
  return 0
}
