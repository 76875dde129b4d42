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
import { pluginsUsage } from './plugins.usage.ts'

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

/** `parley plugins …`: which plugins this installation runs. What is added, updated or removed takes effect at the next start of each process. */
export const plugins: Command = async (context) => {
  const [name = 'list', ...args] = context.args
  const action = name.startsWith('--') ? actions['list'] : actions[name]
  if (!action) throw new ParleyError('invalid_config', `There is no "parley plugins ${name}". There is:\n${pluginsUsage}`)
  return action({ ...context, args: name.startsWith('--') ? context.args : args })
}
