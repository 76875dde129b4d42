import { ParleyError, type ConfigurationContext } from '@parley/plugin-api'
import type { AccountChecks } from '../accounts/account-checks.ts'
import type { Accounts } from '../accounts/accounts.ts'

/** Tells the provider after the commit where messages go: on the command line only where the deployer said how this installation is reached. */
export function connectLater(
  { accounts, accountChecks }: { readonly accounts: Accounts; readonly accountChecks: AccountChecks },
  { id, title, active }: { readonly id: string; readonly title: string; readonly active: boolean },
  { origin, afterCommit }: ConfigurationContext,
): void {
  afterCommit(async () => {
    if (origin !== undefined) accounts.learnUrl(origin)
    if (active && accounts.url === undefined) {
      throw new ParleyError(
        'invalid_config',
        `The channel "${title}" was saved, and its provider was not told the address of this installation: it is not known here. Set PARLEY_PUBLIC_URL, or open the channel and save it.`,
      )
    }
    await accountChecks.connect(id)
  })
}
