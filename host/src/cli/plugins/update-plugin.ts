import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ParleyError } from '@parley/plugin-api'
import { readCandidate } from '../../plugins/plugin-candidate.ts'
import { readPluginLock } from '../../plugins/plugin-lock.ts'
import type { Command } from '../command.ts'
import { approvalOptions, approve } from './add-plugin.ts'
import { missing, readArguments } from './arguments.ts'

const usage = 'parley plugins update <id | tarball> [--signature FILE] [--yes] [--force]'

/** `parley plugins update`: a newer tarball of what is approved, or the folder or package of an id as it is now. */
export const updatePlugin: Command = async (context) => {
  const { word, values } = readArguments(context.args, usage, approvalOptions)
  if (word === undefined) throw missing(usage)
  const { entries } = readPluginLock(context.root)
  const entry = entries[word]
  if (entry?.tarball !== undefined && !existsSync(resolve(word)))
    throw new ParleyError('invalid_config', `"${word}" was unpacked from a tarball. Name the new tarball: parley plugins update <tarball>`)
  const from = entry === undefined ? word : (entry.package ?? resolve(context.root, entry.path!))
  const candidate = await readCandidate(context.root, from, values.signature)
  const { id } = candidate.package.manifest
  if (!entries[id]) throw new ParleyError('invalid_config', `"${id}" is not approved yet. Add it: parley plugins add ${word}`)
  if (entry !== undefined && id !== word) throw new ParleyError('invalid_config', `The files of "${word}" now say that they are "${id}".`)
  return approve(context, candidate, values)
}
