import { ParleyError } from '@parley/plugin-api'
import type { Command } from './command.ts'
import { issueLicence, makeKeys } from './licence-issue.ts'
import { removeLicence } from './licence-remove.ts'
import { showLicences, verifyLicence } from './licence-show.ts'
import { licenceUsage } from './licence.usage.ts'

/** `parley licence show|verify|issue|remove|keygen` */
export const licence: Command = async (context) => {
  const [action, ...args] = context.args
  const own = { ...context, args }
  if (action === 'show') return showLicences(own)
  if (action === 'verify') return verifyLicence(own)
  if (action === 'issue') return issueLicence(own)
  if (action === 'remove') return removeLicence(own)
  if (action === 'keygen') return makeKeys(own)
  throw new ParleyError('invalid_config', `Use one of these:\n${licenceUsage}`)
}
