import { composeHost, type ComposedHost } from '../compose.ts'
import { readInstallation } from '../installation.ts'
import type { CommandContext } from './command.ts'

/** Runs a command that ends: plugins are loaded, nothing listens, and everything is closed afterwards. */
export async function withPlatform({ root, variables }: CommandContext, work: (host: ComposedHost) => Promise<number>): Promise<number> {
  const host = await composeHost(await readInstallation(root, { PARLEY_LOG_LEVEL: 'warn', ...variables }), [])
  try {
    await host.platform.kernel.load()
    return await work(host)
  } finally {
    await host.platform.stop()
    await host.close()
  }
}
