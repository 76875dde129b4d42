import type { Command } from './command.ts'
import { withPlatform } from './with-platform.ts'

/** `parley migrate`: before the rollout, once, by any machine that reaches the database. */
export const migrate: Command = (context) =>
  withPlatform(context, async ({ platform }) => {
    const pending = await platform.pendingMigrations()
    await platform.migrate('auto')
    const failed = platform.kernel.plugins().filter((plugin) => plugin.state === 'failed' || plugin.state === 'blocked')
    for (const { id, state, reason } of failed) context.print(`"${id}" is ${state}: ${reason}`)
    if (failed.length > 0) return 1
    context.print(
      pending.length === 0 ? 'The database is up to date.' : `The database is up to date. Applied:\n${pending.map((name) => `  ${name}`).join('\n')}`,
    )
    return 0
  })
