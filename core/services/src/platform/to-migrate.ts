import type { Kernel } from '@parley/kernel'
import type { PluginMigrations } from '../database/index.ts'

/** The tables of the plugins that are loaded. */
export const toMigrate = (kernel: Kernel): PluginMigrations[] =>
  kernel
    .plugins()
    .filter((plugin) => plugin.state === 'registered')
    .map(({ id, declarations }) => ({ id, migrations: declarations.migrations, publishes: declarations.publishes }))
