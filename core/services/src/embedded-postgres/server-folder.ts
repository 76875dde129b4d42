import { createHash } from 'node:crypto'
import { chownSync, lchownSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Logger } from '@parley/plugin-api'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { canReach, unprivilegedAccount, type Account } from './unprivileged-account.ts'

/** Where a server lives: its data, and beside it what belongs to it. */
export interface ServerFolder {
  readonly account: Account
  readonly data: string
  readonly password: string
  readonly log: string
  /** For copies of the binaries, when those of the package cannot be used in place. */
  readonly home: string
}

const beside = (data: string, account: Account): ServerFolder => ({
  account,
  data,
  password: `${data}.password`,
  log: `${data}.log`,
  home: dirname(data),
})

/** Chooses the account and a folder that it can reach: the one asked for, or one below /var/lib when root's own folders are closed to others. */
export const chooseServerFolder = (dataDir: string, log: Logger): ServerFolder => {
  const owner = ownerOf(dataDir)
  if (owner !== undefined) return beside(dataDir, owner)
  const account = unprivilegedAccount()
  const home = dirname(dataDir)
  mkdirSync(home, { recursive: true })
  if (canReach(home, account)) return beside(dataDir, account)
  const shelter = join('/var/lib/parley', createHash('sha256').update(dataDir).digest('hex').slice(0, 12))
  try {
    mkdirSync(shelter, { recursive: true, mode: 0o755 })
  } catch (error) {
    throw unreachable(home, error)
  }
  if (!canReach(shelter, account)) throw unreachable(home)
  log.warn('the data folder is closed to the account that PostgreSQL runs as, so its data is kept elsewhere', { wanted: dataDir, folder: shelter })
  return beside(join(shelter, basename(dataDir)), account)
}

const unreachable = (home: string, cause?: unknown): EmbeddedPostgresError =>
  new EmbeddedPostgresError(
    `Started as root, PostgreSQL runs as another account, and that one cannot enter "${home}". Set PARLEY_DATA_DIR to a folder it can enter.`,
    cause,
  )

/** Data that exists is served as its owner, whoever was borrowed when it was made; `undefined` when we choose. */
const ownerOf = (dataDir: string): Account | undefined => {
  const self = process.getuid?.()
  const { uid, gid } = statSync(dataDir, { throwIfNoEntry: false }) ?? { uid: self, gid: undefined }
  if (uid === self || uid === undefined || gid === undefined) return undefined
  if (self === 0) return { uid, gid }
  throw new EmbeddedPostgresError(`The data folder "${dataDir}" belongs to another user (id ${uid}). Start Parley as that user.`)
}

/** Hands a folder and all in it to the account. */
export const giveTo = (folder: string, { uid, gid }: Account): void => {
  if (uid === undefined || gid === undefined) return
  for (const entry of readdirSync(folder, { recursive: true })) lchownSync(join(folder, String(entry)), uid, gid)
  chownSync(folder, uid, gid)
}
