import { relative } from 'node:path'
import { isObject } from '@parley/kernel'
import { describeDecision, PluginStateStore, sentenceOf, type PluginDecision } from '@parley/services'
import { readInstallation, type Installation } from '../../installation.ts'
import { signatureText } from '../../plugins/describe-plugin.ts'
import type { Command } from '../command.ts'
import { readArguments } from './arguments.ts'
import { reachableDatabase } from './change-audit.ts'

/** `parley plugins list`: what is installed and what was decided of it, without starting anything. */
export const listPlugins: Command = async ({ root, variables, args, print }) => {
  const { values } = readArguments(args, 'parley plugins list [--json]', { json: { type: 'boolean' } })
  const installation = await readInstallation(root, variables)
  const { found, loaded } = installation
  const decisions = await decisionsOf(installation)
  const plugins = found.map(({ id, version, directory, source, approved, signature, withheld }) => {
    const decision = decisions?.get(id)
    return {
      id,
      version,
      enabled: !configuredOff(id, installation) && decision === undefined,
      ...(decision === undefined ? {} : { decision: describeDecision(decision) }),
      source,
      ...(directory === undefined ? {} : { directory: relative(root, directory) || '.' }),
      ...(approved === undefined ? {} : { integrity: approved.integrity }),
      ...(signature === undefined ? {} : { signature }),
      ...(withheld === undefined ? {} : { problem: withheld.reason }),
    }
  })
  if (values.json) print(JSON.stringify({ plugins, decisionsKnown: decisions !== undefined, problems: loaded.problems }, undefined, 2))
  else {
    for (const { id, version, directory, signature, problem } of plugins) {
      const decision = decisions?.get(id)
      const words = [
        ...(problem === undefined ? [] : [`failed: ${problem}`]),
        ...(decision === undefined ? [] : [`${stateWords[decision.state]}: ${sentenceOf(decision)}`]),
        ...(configuredOff(id, installation) ? [`disabled in ${loaded.origin(['plugins', id, 'enabled']) ?? 'the configuration'}`] : []),
      ]
      const state = words.length === 0 ? ['enabled'] : words
      print([id, version, directory ?? '-', ...state, ...(signature ? [`signed: ${signatureText(signature)}`] : [])].join('  '))
    }
    for (const problem of loaded.problems) print(problem)
    if (decisions === undefined) print(unknown)
  }
  return loaded.problems.length > 0 || plugins.some(({ problem }) => problem !== undefined) ? 1 : 0
}

function configuredOff(id: string, { loaded }: Installation): boolean {
  const entries = loaded.values['plugins']
  const entry = isObject(entries) ? entries[id] : undefined
  return isObject(entry) && entry['enabled'] === false
}

const stateWords = { disabled: 'disabled', quarantined: 'in quarantine' }

const unknown = 'No database answers here: who disabled or quarantined which of them outside the configuration is not known.'

/** `undefined` where nobody can be asked. */
async function decisionsOf({ root, host }: Installation): Promise<ReadonlyMap<string, PluginDecision> | undefined> {
  const database = await reachableDatabase(root, host)
  try {
    if (database === undefined) return undefined
    const store = new PluginStateStore(database.host)
    // before the first migration nobody can have decided anything
    const decisions = (await store.ready()) ? await store.decisions() : []
    return new Map(decisions.map((decision) => [decision.plugin, decision]))
  } finally {
    await database?.close()
  }
}
