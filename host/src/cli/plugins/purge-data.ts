import { resolve } from 'node:path'
import { isObject } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import {
  createFiles,
  createLogger,
  pluginData,
  PluginSetStore,
  processName,
  purgePluginData,
  schemaNameOf,
  systemClock,
  type Database,
} from '@parley/services'
import { readDeploymentConfig, type DeploymentConfig } from '../../host-config.ts'
import { readPluginLock } from '../../plugins/plugin-lock.ts'
import type { Command, CommandContext } from '../command.ts'
import { missing, readArguments } from './arguments.ts'
import { reachableDatabase, recordChange } from './change-audit.ts'

const usage = 'parley plugins purge <id> [--confirm <id>]'

/** `parley plugins purge`: deletes what a removed plugin has stored. Nothing brings it back but a backup. */
export const purgeData: Command = async (context) => {
  const { word: id, values } = readArguments(context.args, usage, { confirm: { type: 'string' } })
  if (id === undefined || !/^[a-z][a-z0-9-]*$/.test(id) || id === 'host') throw missing(usage)
  const config = await readDeploymentConfig(context.root, context.variables)
  refuseInstalled(context.root, id, config)
  const database = await reachableDatabase(context.root, config.host)
  if (!database)
    throw new ParleyError('database_unavailable', 'The database does not answer. Start it, or correct database.url; nothing was deleted.')
  try {
    return await purge(context, { id, confirmed: values.confirm }, config, database)
  } finally {
    await database.close()
  }
}

async function purge(
  context: CommandContext,
  { id, confirmed }: { readonly id: string; readonly confirmed: string | undefined },
  { host }: DeploymentConfig,
  database: Database,
): Promise<number> {
  const { root, print } = context
  const live = await new PluginSetStore(database.host).live()
  const users = live.filter(({ set }) => set.plugins[id] !== undefined).map(processName)
  if (users.length > 0)
    throw new ParleyError('conflict', `"${id}" still runs in ${users.join(', ')}. Restart these processes first; nothing was deleted.`)
  const found = await pluginData(database, id)
  if (!found.schema && found.settings === 0 && found.files.length === 0) {
    print(`There are no data of "${id}".`)
    return 0
  }
  print(
    `This deletes the schema ${schemaNameOf(id)} with all its tables, ${found.settings} settings and ${found.files.length} files. The audit log stays.`,
  )
  const typed = confirmed ?? (await context.ask?.(`Type ${id} to delete all this for good: `))
  if (typed?.trim() !== id) {
    print(`Nothing was deleted.${context.ask ? '' : ` Add --confirm ${id} to delete it.`}`)
    return 1
  }
  const files = createFiles({
    database,
    clock: systemClock(),
    log: silent(),
    folder: resolve(root, host.data.directory, 'files'),
    keys: [],
  }).forPlugin(id)
  for (const file of found.files) await files.remove(file)
  await purgePluginData(database, id)
  print(`The data of "${id}" are deleted.`)
  await recordChange(context, host, {
    action: 'plugin.purge',
    object: { type: 'plugin', id },
    before: { settings: found.settings, files: found.files.length },
  })
  return 0
}

const silent = () => createLogger({ level: 'silent' })

function refuseInstalled(root: string, id: string, { loaded }: DeploymentConfig): void {
  const { entries, problems } = readPluginLock(root)
  if (problems[0] !== undefined) throw new ParleyError('invalid_config', `${problems[0]} Correct it first; nothing was deleted.`)
  if (entries[id]) throw new ParleyError('conflict', `"${id}" is installed. Remove it first: parley plugins remove ${id}`)
  const listed = isObject(loaded.values['plugins']) ? loaded.values['plugins'][id] : undefined
  if (isObject(listed) && (listed['package'] !== undefined || listed['path'] !== undefined)) {
    throw new ParleyError('conflict', `"${id}" is listed in the configuration. Take plugins.${id} out of it first.`)
  }
}
