import type { Kernel } from '@parley/kernel'
import { ParleyError, type Logger } from '@parley/plugin-api'
import type { PluginSet } from '../claims/index.ts'
import { migrateDatabase, pendingMigrations, type Database, type PluginMigrations } from '../database/index.ts'
import type { Instances } from '../instances/index.ts'

export interface MigratedParts {
  readonly database: Database
  readonly kernel: Kernel
  readonly instances: Instances
  readonly log: Logger
  readonly pluginSet: PluginSet | undefined
}

/** The tables of the plugins that are loaded. */
export const toMigrate = (kernel: Kernel): PluginMigrations[] =>
  kernel
    .plugins()
    .filter((plugin) => plugin.state === 'registered')
    .map(({ id, declarations }) => ({ id, migrations: declarations.migrations, publishes: declarations.publishes }))

/** `auto` brings the tables up to date, `verify` refuses when they are not. */
export async function bringUpToDate({ database, kernel, instances, log, pluginSet }: MigratedParts, mode: 'auto' | 'verify'): Promise<void> {
  const plugins = toMigrate(kernel)
  if (mode === 'auto') {
    const { failed } = await migrateDatabase({ database, plugins, log })
    for (const [id, error] of failed) kernel.fail(id, 'migration', error)
    if (pluginSet) await instances.announce(pluginSet)
    return
  }
  const pending = await pendingMigrations({ database, plugins })
  if (pending.length === 0) return
  const list = pending.map((name) => `  ${name}`).join('\n')
  throw new ParleyError('migrations_pending', `The database is older than this release. Run "parley migrate" first. It lacks:\n${list}`)
}
