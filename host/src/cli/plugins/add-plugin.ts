import { isDeepStrictEqual } from 'node:util'
import { ParleyError } from '@parley/plugin-api'
import { publisherTrust } from '../../host-config.ts'
import { readInstallation } from '../../installation.ts'
import { candidateSignature, objection, refusal, type ApprovedPlugin, type CandidateQuestion } from '../../plugins/candidate-problems.ts'
import { describePlugin } from '../../plugins/describe-plugin.ts'
import { readCandidate, type PluginCandidate } from '../../plugins/plugin-candidate.ts'
import { readPluginLock, writeLockEntry } from '../../plugins/plugin-lock.ts'
import { packageDirectory, readPackage } from '../../plugins/plugin-package.ts'
import type { Command, CommandContext } from '../command.ts'
import { missing, readArguments } from './arguments.ts'
import { recordChange } from './change-audit.ts'
import { resolve } from 'node:path'

const usage = 'parley plugins add <tarball | folder | package[@version]> [--signature FILE] [--yes] [--force]'
export const approvalOptions = { yes: { type: 'boolean' }, force: { type: 'boolean' }, signature: { type: 'string' } } as const

export interface Approval {
  readonly yes?: boolean | undefined
  readonly force?: boolean | undefined
  readonly signature?: string | undefined
}

/** `parley plugins add`: shows what a plugin is, and approves exactly the files it has now. */
export const addPlugin: Command = async (context) => {
  const { word, values } = readArguments(context.args, usage, approvalOptions)
  if (word === undefined) throw missing(usage)
  return approve(context, await readCandidate(context.root, word, values.signature), values)
}

/** Nothing is changed before everything is known to be right and somebody said yes; then files first, the lock file last. */
export async function approve(context: CommandContext, candidate: PluginCandidate, { yes, force }: Approval): Promise<number> {
  const { root, variables, print } = context
  const { id } = candidate.package.manifest
  const config = await readInstallation(root, variables)
  const trust = publisherTrust(config.host)
  const before = approvedNow(root, id)
  const question: CandidateQuestion = { candidate, before, config: config.loaded.values, trust }
  const refused = refusal(question)
  if (refused !== undefined) throw new ParleyError('invalid_config', `"${id}" is not added: ${refused}`)
  const version = candidate.package.version
  if (before && isDeepStrictEqual(before.entry, candidate.entry)) {
    await candidate.place()
    print(`"${id}" ${version} is approved already, with these very files.`)
    return 0
  }
  const objected = objection(question)
  if (objected !== undefined && !force) throw new ParleyError('conflict', `"${id}" is not added: ${objected} Use --force if you mean it.`)

  for (const line of describePlugin(candidate, candidateSignature(question), before?.entry.version, config.found)) print(line)
  if (!yes && !(await saysYes(context))) {
    print(context.ask ? 'Nothing was changed.' : 'Nothing was changed. Add --yes to approve it.')
    return 1
  }
  await candidate.place()
  writeLockEntry(root, id, candidate.entry)
  print(`"${id}" ${version} is in config/plugins.lock.yaml. Run "parley migrate" where that is part of a rollout, and restart every process.`)
  await recordChange(context, config.host, {
    action: before ? 'plugin.update' : 'plugin.add',
    object: { type: 'plugin', id, title: `${id} ${version}` },
    ...(before ? { before: before.entry } : {}),
    after: candidate.entry,
  })
  return 0
}

const saysYes = async ({ ask }: CommandContext): Promise<boolean> =>
  ask !== undefined && /^(y|yes)$/i.test((await ask('Approve it? It runs from the next start on. [yes/no] ')).trim())

/** What the lock file has under an id. */
export function approvedNow(root: string, id: string): ApprovedPlugin | undefined {
  const entry = readPluginLock(root).entries[id]
  if (!entry) return undefined
  const directory = entry.path === undefined ? packageDirectory(root, entry.package!) : resolve(root, entry.path)
  try {
    return { entry, name: directory === undefined ? undefined : readPackage(directory).package }
  } catch {
    return { entry, name: undefined }
  }
}
