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
    const { done, failed } = await (values.remove ? removeDemo : seedDemo)(platform.kernel, log)
    const what = values.remove ? 'The demo data is removed from' : 'The demo data is in'
    context.print(done.length === 0 ? 'No plugin brought demo data.' : `${what}: ${done.join(', ')}.`)
    if (failed.length > 0) context.print(`It failed in: ${failed.join(', ')}. The log says why.`)
    return failed.length === 0 ? 0 : 1
  })
}
