import { parseArgs } from 'node:util'
import { removeDemo, seedDemo } from '../demo-data.ts'
import type { Command } from './command.ts'
import { withPlatform } from './with-platform.ts'

/** `parley demo [--remove]` */
export const demo: Command = async (context) => {
  const { values } = parseArgs({ args: [...context.args], options: { remove: { type: 'boolean' } } })
  return withPlatform(context, async ({ platform, log, migrate }) => {
    await platform.migrate(migrate)
    // No roles: nothing is served or worked on; what the seed leaves in queues is found by the reconcilers of the next start.
    await platform.start([])
    const parts = await (values.remove ? removeDemo : seedDemo)(platform.kernel, log)
    const done = values.remove ? 'removed from' : 'is in'
    context.print(parts.length === 0 ? 'No plugin brings demo data.' : `The demo data ${done}: ${parts.join(', ')}.`)
    return 0
  })
}
