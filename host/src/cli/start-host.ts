import { formatReport } from '@parley/kernel'
import type { Role } from '@parley/plugin-api'
import { composeHost } from '../compose.ts'
import { seedDemo } from '../demo-data.ts'
import { readInstallation } from '../installation.ts'
import { MemoryWatch } from '../memory/memory-watch.ts'
import { endWithProcess } from '../shutdown.ts'
import type { CommandContext } from './command.ts'

/** A process with plugins. */
export async function startHost({ root, variables, program, print }: CommandContext, roles: readonly Role[], demo: boolean): Promise<void> {
  const installation = await readInstallation(root, variables)
  const host = await composeHost(installation, roles)
  const { platform, readiness } = host
  const memory = program === undefined ? undefined : new MemoryWatch({ ...host, program })
  const end = endWithProcess(host, memory)
  try {
    await platform.kernel.load()
    const { port, address, publicUrl } = installation.host.server
    const listening = await platform.http.listen(port, address)
    await platform.migrate(host.migrate)
    await platform.start(roles)
    if (demo) await seedDemo(platform.kernel, host.log)
    readiness.started()
    print(formatReport(platform.kernel.report()))
    print(`Parley is ready at ${publicUrl ?? listening.url}`)
  } catch (error) {
    await end()
    throw error
  }
}
