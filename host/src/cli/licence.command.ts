import { ParleyError } from '@parley/plugin-api'
import type { Command } from './command.ts'
import { issueLicence, makeKeys } from './licence-issue.ts'
import { removeLicence } from './licence-remove.ts'
import { showLicences, verifyLicence } from './licence-show.ts'

export const licenceUsage = `parley licence show
parley licence verify <file> [--public-key ed25519:…]
parley licence issue --key <private.pem> --customer <name> --feature <name>… [--expires 2027-11-20 | --days 30] [--grace-days 30]
                     [--limit operators=120]… [--trial] [--id <id>] [--renew <old licence>] [--out <file>]
parley licence remove <id> [--yes]     what was uploaded; files are deleted where they are
parley licence keygen --out <folder>`

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
