import { createKernel, type CoreServices } from '@parley/kernel'
import { authenticator, configuration, demoData, limitUsage } from '@parley/plugin-api'
import { createDatabase, createLogger, hostMigrations, schemaNameOf, systemClock } from '@parley/services'
import { openLicences } from '../licence/open-licences.ts'
import type { BackupPlace } from './backup-place.ts'

/** Schema -> migrations that the code of this release knows. Plugins that are not here, or not licensed, have none. */
export async function declaredMigrations({ installation, dataDir }: BackupPlace, url: string): Promise<Map<string, readonly string[]>> {
  const log = createLogger({ level: 'silent' })
  const clock = systemClock()
  const database = createDatabase({ url, max: 2, log })
  const licences = await openLicences({ installation, dataDir, database, clock, log })
  try {
    const kernel = createKernel({
      plugins: installation.found,
      config: installation.loaded,
      critical: installation.host.host.critical,
      chosen: installation.host.host.points,
      points: [authenticator, demoData, configuration, limitUsage],
      licensing: licences.licences.licensing,
      clock,
      log,
      // Nothing is initialised, so nothing asks for a service.
      core: () => ({}) as CoreServices,
    })
    await kernel.load()
    const loaded = kernel.plugins().filter(({ state }) => state === 'registered')
    const declared = new Map([['host', Object.keys(hostMigrations)]])
    for (const { id, declarations } of loaded) declared.set(schemaNameOf(id), Object.keys(declarations.migrations))
    return declared
  } finally {
    licences.close()
    await database.close()
  }
}
