import type { Clock } from '@parley/plugin-api'
import { createLicences, type Database, type HostLogger, type Licences } from '@parley/services'
import type { Installation } from '../installation.ts'
import { licenceKeys, licencePaths, readLicenceFiles, watchLicenceFiles } from './licence-files.ts'

interface LicenceParts {
  readonly installation: Installation
  readonly dataDir: string
  readonly database: Database
  readonly clock: Clock
  readonly log: HostLogger
}

/** The installation's licences, read once and watched from now on. */
export async function openLicences({ installation, dataDir, database, clock, log }: LicenceParts): Promise<{ licences: Licences; close(): void }> {
  const { critical, licence } = installation.host.host
  const licences = createLicences({
    database,
    clock,
    log,
    plugins: installation.found,
    base: critical,
    required: licence.required,
    keys: licenceKeys(installation),
    files: () => readLicenceFiles(installation, dataDir),
  })
  await licences.load()
  let waiting: NodeJS.Timeout | undefined
  const stop = watchLicenceFiles(licencePaths(installation, dataDir), () => {
    // a folder tells of every file in it, and of each write of one
    waiting ??= setTimeout(() => {
      waiting = undefined
      void licences.check()
    }, 200).unref()
  })
  return {
    licences,
    close() {
      clearTimeout(waiting)
      stop()
    },
  }
}
