import { parseArgs } from 'node:util'
import { termOf, verifyLicences, type LicenceDocument } from '@parley/kernel'
import { ParleyError } from '@parley/plugin-api'
import { systemClock } from '@parley/services'
import { readInstallation } from '../installation.ts'
import { licenceKeys } from '../licence/licence-files.ts'
import type { CommandContext } from './command.ts'
import { read } from './licence-issue.ts'
import { withPlatform } from './with-platform.ts'

/** `parley licence verify <file> [--public-key ed25519:…]`: needs no database. */
export async function verifyLicence({ root, variables, args, print }: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { 'public-key': { type: 'string', multiple: true } },
  })
  const [file] = positionals
  if (file === undefined) throw new ParleyError('invalid_input', 'Say which file: parley licence verify <file>.')
  const installation = await readInstallation(root, variables)
  const sold = installation.found.flatMap(({ manifest }) => manifest?.licenceKey ?? [])
  const { licences, problems } = verifyLicences(read(file), file, [...(values['public-key'] ?? []), ...licenceKeys(installation), ...sold])
  for (const { document } of licences) describe(document, systemClock().now(), print)
  for (const { text } of problems) print(text)
  const ended = licences.some(({ document }) => termOf(document, systemClock().now()).state === 'ended')
  return problems.length === 0 && !ended ? 0 : 1
}

/** `parley licence show`: what holds in this installation, uploads included. */
export function showLicences(context: CommandContext): Promise<number> {
  // what the log would say is told below
  const quiet = { ...context, variables: { PARLEY_LOG_LEVEL: 'error', ...context.variables } }
  return withPlatform(quiet, async ({ licences, platform }) => {
    const { licences: held, problems, plugins, required } = await licences.status(platform.kernel)
    if (held.length === 0) context.print(required ? 'No licence holds here: only the base works.' : 'No licence holds here: what needs none works.')
    for (const { customer, id, origin, state, expires, graceDays, features, limits, trial } of held) {
      context.print(`${trial ? 'Trial' : 'Licence'} "${id}" of ${customer}, from ${origin}: ${sentence[state]}${term(expires, graceDays)}`)
      context.print(`  features: ${features.join(', ') || '-'}`)
      if (limits.length > 0) context.print(`  limits:   ${limits.map(({ name, limit }) => `${name} ${limit}`).join(', ')}`)
    }
    for (const { id, feature, state, reason } of plugins) {
      context.print(`  ${id} needs "${feature}": ${state === 'registered' ? 'licensed' : `${state}: ${reason}`}`)
    }
    for (const { text } of problems) context.print(text)
    return problems.length === 0 ? 0 : 1
  })
}

function describe(
  { customer, id, trial, expires, grace_days: grace, features, limits, ...document }: LicenceDocument,
  now: Date,
  print: (line: string) => void,
): void {
  const { state } = termOf({ expires, grace_days: grace }, now)
  print(`${trial ? 'Trial' : 'Licence'} "${id}" of ${customer}, signed with the key ${document.key}: ${sentence[state]}${term(expires, grace)}`)
  print(`  features: ${Object.keys(features).join(', ') || '-'}`)
  for (const [name, limit] of Object.entries(limits)) print(`  limit:    ${name} ${limit}`)
}

const sentence = { valid: 'it holds', grace: 'it expired and still holds', ended: 'it ended' }

const term = (expires: string | undefined, graceDays: number): string =>
  expires === undefined ? ', without an end' : ` (to ${expires}${graceDays > 0 ? `, then ${graceDays} days of grace` : ''})`
