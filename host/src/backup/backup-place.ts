import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createLogger, findEmbeddedPostgres, startEmbeddedPostgres } from '@parley/services'
import type { Installation } from '../installation.ts'

/** Where an installation keeps what a backup takes. */
export interface BackupPlace {
  readonly installation: Installation
  readonly dataDir: string
  /** As `PARLEY_SECRET_KEY` has them; `undefined` before the first start. */
  readonly keys: string | undefined
}

export const keyFile = 'secret.key'

export function placeOf(installation: Installation): BackupPlace {
  const dataDir = resolve(installation.root, installation.host.data.directory)
  const file = join(dataDir, keyFile)
  const keys = installation.host.secrets.key ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined)
  return { installation, dataDir, keys }
}

/** PostgreSQL itself, also where `DATABASE_URL` is a pooler's; the embedded server beside a running Parley, or started for as long as it takes. */
export async function withServer<T>({ installation, dataDir }: BackupPlace, work: (url: string) => Promise<T>): Promise<T> {
  const { directUrl, url } = installation.host.database
  const own = directUrl ?? url
  if (own !== undefined) return await work(own)
  const log = createLogger({ level: 'warn' })
  const folder = join(dataDir, 'postgres')
  const running = existsSync(dataDir) ? findEmbeddedPostgres({ dataDir: folder, log }) : undefined
  if (running !== undefined) return await work(running)
  const started = await startEmbeddedPostgres({ dataDir: folder, log })
  try {
    return await work(started.url)
  } finally {
    await started.stop()
  }
}
