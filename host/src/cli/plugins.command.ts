import { ParleyError } from '@parley/plugin-api'
import type { Command } from './command.ts'
import { addPlugin } from './plugins/add-plugin.ts'
import { cleanFolders } from './plugins/clean-folders.ts'
import { disablePlugin, enablePlugin, quarantinePlugin, releasePlugin } from './plugins/decide-plugin.ts'
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
  disable: disablePlugin,
  enable: enablePlugin,
  quarantine: quarantinePlugin,
  release: releasePlugin,
  purge: purgeData,
  clean: cleanFolders,
  keygen: makeKey,
  sign: signFiles,
}

export const pluginsUsage = `parley plugins [list] [--json]
parley plugins add <tarball | folder | package[@version]> [--signature FILE] [--yes] [--force]
parley plugins update <id | tarball> [--signature FILE] [--yes] [--force]
parley plugins remove <id>                   its data stay
parley plugins disable <id> [--reason TEXT] [--yes]      in running processes too, within seconds
parley plugins enable <id> [--yes]
parley plugins quarantine <id> [--reason TEXT] [--yes]   the same as disable, for one that does harm
parley plugins release <id> [--yes]
parley plugins purge <id> [--confirm <id>]   deletes the data of a plugin that was removed
parley plugins clean                         deletes unpacked files that nothing names any more
parley plugins keygen --out FILE             a key for signing
parley plugins sign <tarball | folder> --key FILE`

/** `parley plugins …`: which plugins this installation runs. What is added, updated or removed takes effect at the next start of each process. */
export const plugins: Command = async (context) => {
  const [name = 'list', ...args] = context.args
  const action = name.startsWith('--') ? actions['list'] : actions[name]
  if (!action) throw new ParleyError('invalid_config', `There is no "parley plugins ${name}". There is:\n${pluginsUsage}`)
  return action({ ...context, args: name.startsWith('--') ? context.args : args })
}
