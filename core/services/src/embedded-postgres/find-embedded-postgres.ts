import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Logger } from '@parley/plugin-api'
import { isServerOf, readLock } from './lock-file.ts'
import { chooseServerFolder } from './server-folder.ts'
import { serverUrl } from './server-process.ts'

/** The server that a running Parley has started on the folder, for a command beside it; `undefined` when none runs. Starts and claims nothing. */
export const findEmbeddedPostgres = ({ dataDir, log }: { readonly dataDir: string; readonly log: Logger }): string | undefined => {
  const { data, password } = chooseServerFolder(resolve(dataDir), log)
  const lock = existsSync(password) ? readLock(data) : undefined
  if (lock?.port === undefined || !isServerOf(data, lock.pid)) return undefined
  return serverUrl(lock.port, readFileSync(password, 'utf8').trim())
}
