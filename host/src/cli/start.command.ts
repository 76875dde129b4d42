import { parseArgs } from 'node:util'
import { formatReport } from '@parley/kernel'
import { composeHost } from '../compose.ts'
import { seedDemo } from '../demo-data.ts'
import { readInstallation } from '../installation.ts'
import { parseRoles } from '../roles.ts'
import { endWithProcess } from '../shutdown.ts'
import type { Command } from './command.ts'

/** `parley start [--role web,worker] [--demo]` */
export const start: Command = async ({ root, variables, args, print }) => {
  const { values } = parseArgs({ args: [...args], options: { role: { type: 'string' }, demo: { type: 'boolean' } } })
  const roles = parseRoles(values.role)
  const installation = await readInstallation(root, variables)
  const host = await composeHost(installation, roles)
  const { platform, readiness } = host
  const end = endWithProcess(host)
  try {
    await platform.kernel.load()
    const { port, address, publicUrl } = installation.host.server
    const listening = await platform.http.listen(port, address)
    await platform.migrate(host.migrate)
    await platform.start(roles)
    if (values.demo) await seedDemo(platform.kernel, host.log)
    readiness.started()
    print(formatReport(platform.kernel.report()))
    print(`Parley is ready at ${publicUrl ?? listening.url}`)
    return undefined
  } catch (error) {
    await end()
    throw error
  }
}
