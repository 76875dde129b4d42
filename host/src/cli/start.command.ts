import { parseArgs } from 'node:util'
import { isRunner, parseRoles } from '../roles.ts'
import type { Command } from './command.ts'

/** `parley start [--role web,worker] [--demo]` */
export const start: Command = async (context) => {
  const { values } = parseArgs({ args: [...context.args], options: { role: { type: 'string' }, demo: { type: 'boolean' } } })
  const roles = parseRoles(values.role)
  // imported where it is needed: a runner has nothing of the platform in its memory
  if (isRunner(roles)) await (await import('../runner/runner-process.ts')).startRunnerProcess(context)
  else await (await import('./start-host.ts')).startHost(context, roles, values.demo ?? false)
  return undefined
}
