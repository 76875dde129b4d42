import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isObject } from '@parley/kernel'
import { ParleyError, type Actor } from '@parley/plugin-api'
import type { ConfigurationDifference } from '@parley/services'
import { parse } from 'yaml'
import { readFolder, writeFolder } from '../configuration/configuration-folder.ts'
import { differenceLines } from '../configuration/difference-lines.ts'
import type { ComposedHost } from '../compose.ts'
import type { Command, CommandContext } from './command.ts'
import { withPlatform } from './with-platform.ts'

const usage =
  'Use "parley config export [folder]", "parley config diff <folder>" or "parley config import <folder> [--dry-run] [--prune] [--overwrite] [--only plugin/kind] [--secrets file]".'

const options = {
  'dry-run': { type: 'boolean', default: false },
  prune: { type: 'boolean', default: false },
  overwrite: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true, default: [] as string[] },
  secrets: { type: 'string' },
} as const

/** Exit codes: 0 nothing differs or all is done, 1 there are differences or something is in the way of an import, 2 files are wrong. */
export const config: Command = async (context) => {
  const { values, positionals } = parseArgs({ args: [...context.args], allowPositionals: true, options })
  const [action, given] = positionals
  if (action === 'export')
    return await withConfiguration(context, (configuration) => exportTo(configuration, resolve(given ?? 'configuration'), context))
  if (given === undefined || (action !== 'diff' && action !== 'import')) throw new ParleyError('invalid_input', usage)
  const folder = resolve(given)
  const { only } = values
  const secrets = readSecrets(values.secrets ?? context.variables['PARLEY_CONFIG_SECRETS'])
  if (action === 'diff') {
    return await withConfiguration(context, async (configuration) => {
      const difference = await configuration.diff(await readFolder(folder), { only, secrets })
      for (const line of differenceLines(difference)) context.print(line)
      if (difference.problems.length > 0) return 2
      if (difference.changes.length === 0) context.print('Nothing differs.')
      return difference.changes.length === 0 ? 0 : 1
    })
  }
  return await withConfiguration(context, async (configuration) => {
    const { prune, overwrite, 'dry-run': dryRun } = values
    const signal = new AbortController().signal
    const source = `The folder "${folder}"`
    const result = await configuration.import(await readFolder(folder), { only, secrets, prune, overwrite, dryRun, source, actor: deployer, signal })
    for (const line of differenceLines(result)) context.print(line)
    for (const warning of result.warnings) context.print(`Warning: ${warning}`)
    const clear = isClear(result)
    context.print(clear ? `${dryRun ? 'It would be' : 'It is'} as the files say: ${count(result)}. ${result.hash}` : 'Nothing was written.')
    return clear ? 0 : result.problems.length > 0 ? 2 : 1
  })
}

/** Whoever may run commands on the server may do everything. */
const deployer: Actor = { kind: 'system', id: 'system', name: 'parley config import', can: () => true }

type Configuration = ComposedHost['platform']['configuration']

const withConfiguration = (context: CommandContext, work: (configuration: Configuration) => Promise<number>): Promise<number> =>
  withPlatform(context, async ({ platform, migrate }) => {
    await platform.migrate(migrate)
    // No roles: nothing is served or worked on.
    await platform.start([])
    return await work(platform.configuration)
  })

async function exportTo(configuration: Configuration, folder: string, { print }: CommandContext): Promise<number> {
  const exported = await configuration.export()
  const { written, removed } = await writeFolder(folder, exported)
  print(`${exported.files.length} files in ${folder}: ${written} written, ${removed} removed. ${exported.hash}`)
  return 0
}

const isClear = ({ problems, missingSecrets }: ConfigurationDifference): boolean => problems.length === 0 && missingSecrets.length === 0

const count = ({ changes }: ConfigurationDifference): string => {
  const of = (wanted: string): number => changes.filter(({ change }) => change === wanted).length
  return `${of('added')} added, ${of('changed')} changed, ${of('removed')} removed`
}

/** A YAML file of names and values. */
function readSecrets(file: string | undefined): Record<string, string> {
  if (file === undefined) return {}
  const read: unknown = parse(readFileSync(resolve(file), 'utf8')) ?? {}
  if (!isObject(read) || Object.values(read).some((value) => typeof value !== 'string')) {
    throw new ParleyError('invalid_input', `"${file}" has to have a secret on each line: its name as in the files, a colon, its value as a text.`)
  }
  return read as Record<string, string>
}
