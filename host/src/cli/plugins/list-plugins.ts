import { relative } from 'node:path'
import { isObject } from '@parley/kernel'
import { readInstallation } from '../../installation.ts'
import { signatureText } from '../../plugins/describe-plugin.ts'
import type { Command } from '../command.ts'
import { readArguments } from './arguments.ts'

/** `parley plugins list`: what is installed, without starting anything. */
export const listPlugins: Command = async ({ root, variables, args, print }) => {
  const { values } = readArguments(args, 'parley plugins list [--json]', { json: { type: 'boolean' } })
  const { found, loaded } = await readInstallation(root, variables)
  const entries = isObject(loaded.values['plugins']) ? loaded.values['plugins'] : {}
  const plugins = found.map(({ id, version, directory, source, approved, signature, withheld }) => {
    const entry = entries[id]
    return {
      id,
      version,
      enabled: !isObject(entry) || entry['enabled'] !== false,
      source,
      ...(directory === undefined ? {} : { directory: relative(root, directory) || '.' }),
      ...(approved === undefined ? {} : { integrity: approved.integrity }),
      ...(signature === undefined ? {} : { signature }),
      ...(withheld === undefined ? {} : { problem: withheld.reason }),
    }
  })
  if (values.json) print(JSON.stringify({ plugins, problems: loaded.problems }, undefined, 2))
  else {
    for (const { id, version, directory, enabled, signature, problem } of plugins) {
      const state = problem === undefined ? (enabled ? 'enabled' : 'disabled') : `failed: ${problem}`
      print([id, version, directory ?? '-', state, ...(signature ? [`signed: ${signatureText(signature)}`] : [])].join('  '))
    }
    for (const problem of loaded.problems) print(problem)
  }
  return loaded.problems.length > 0 || plugins.some(({ problem }) => problem !== undefined) ? 1 : 0
}
