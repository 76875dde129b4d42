import { ParleyError } from '@parley/plugin-api'
import type { Command } from './command.ts'
import { addPlugin } from './plugins/add-plugin.ts'
import { cleanFolders } from './plugins/clean-folders.ts'
import { listPlugins } from './plugins/list-plugins.ts'
import { purgeData } from './plugins/purge-data.ts'
import { removePlugin } from './plugins/remove-plugin.ts'
import { makeKey, signFiles } from './plugins/sign-files.ts'
import { updatePlugin } from './plugins/update-plugin.ts'

const actions: Readonly<Record<string, Command>> = {
  list: listPlugins,
  add: addPlugin,
  update: updatePlugin,
  remove: removePlugin,
  purge: purgeData,
  clean: cleanFolders,
  keygen: makeKey,
  sign: signFiles,
}

export const pluginsUsage = `parley plugins [list] [--json]
parley plugins add <tarball | folder | package[@version]> [--signature FILE] [--yes] [--force]
parley plugins update <id | tarball> [--signature FILE] [--yes] [--force]
parley plugins remove <id>                   its data stay
parley plugins purge <id> [--confirm <id>]   deletes the data of a plugin that was removed
parley plugins clean                         deletes unpacked files that nothing names any more
parley plugins keygen --out FILE             a key for signing
parley plugins sign <tarball | folder> --key FILE`

/** `parley plugins …`: which plugins from outside this installation runs. Takes effect at the next start of each process. */
export const plugins: Command = async (context) => {
  const [name = 'list', ...args] = context.args
  const action = name.startsWith('--') ? actions['list'] : actions[name]
  if (!action) throw new ParleyError('invalid_config', `There is no "parley plugins ${name}". There is:\n${pluginsUsage}`)
  return action({ ...context, args: name.startsWith('--') ? context.args : args })
}
