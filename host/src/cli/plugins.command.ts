import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isObject } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import { readInstallation } from '../installation.ts'
import { directoryIntegrity } from '../plugins/directory-integrity.ts'
import { readPackage } from '../plugins/installed-plugins.ts'
import { writeLockEntry } from '../plugins/plugin-lock.ts'
import type { Command, CommandContext } from './command.ts'

/** `parley plugins`, `parley plugins add <folder>` */
export const plugins: Command = async (context) => {
  const { positionals } = parseArgs({ args: [...context.args], allowPositionals: true })
  const [action, folder] = positionals
  if (action === undefined) return list(context)
  if (action === 'add' && folder !== undefined) return add(context, folder)
  throw new ParleyError('invalid_config', 'Use "parley plugins" or "parley plugins add <folder>".')
}

async function list({ root, variables, print }: CommandContext): Promise<number> {
  const { found, loaded } = await readInstallation(root, variables)
  const entries = isObject(loaded.values['plugins']) ? loaded.values['plugins'] : {}
  const enabled = (id: string): boolean => {
    const entry = entries[id]
    return !isObject(entry) || entry['enabled'] !== false
  }
  for (const { id, version, directory, withheld } of found) {
    const state = withheld ? `${withheld.state}: ${withheld.reason}` : enabled(id) ? 'enabled' : 'disabled'
    print(`${id}  ${version}  ${directory === undefined ? '-' : relative(root, directory) || '.'}  ${state}`)
  }
  for (const problem of loaded.problems) print(problem)
  return loaded.problems.length > 0 || found.some((plugin) => plugin.withheld) ? 1 : 0
}

/** Approves the files of a folder as they are now. */
async function add({ root, print }: CommandContext, folder: string): Promise<number> {
  const directory = resolve(folder)
  const { manifest, version } = readPackage(directory)
  writeLockEntry(root, manifest.id, { path: directory, version, integrity: await directoryIntegrity(directory) })
  print(`"${manifest.id}" ${version} is in config/plugins.lock.yaml. Restart every process to load it.`)
  return 0
}
