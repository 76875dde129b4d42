import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'

/** The account a server runs as; empty for our own. PostgreSQL refuses to run as root. */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

const idOf = (flag: '-u' | '-g', name: string): number | undefined => {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' })
  return status === 0 ? Number(stdout) : undefined
}

/** Root borrows an existing account and never creates one: that would change the user's machine. */
export const unprivilegedAccount = (): Account => {
  if (process.getuid?.() !== 0) return ownAccount()
  for (const name of ['postgres', 'nobody', 'daemon']) {
    const uid = idOf('-u', name)
    const gid = idOf('-g', name)
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid }
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root and there is no account to lend it (postgres, nobody, daemon). Start Parley as a user.',
  )
}

const ownAccount = (): Account => {
  try {
    userInfo()
    return {}
  } catch {
    // initdb and postgres look their user id up and stop without an entry, as in clusters that give out random ids
    throw new EmbeddedPostgresError(`The embedded PostgreSQL needs an account for the user id ${process.getuid?.()}, and there is none.`)
  }
}

/** Whether the account gets as far as into this folder. */
export const canReach = (folder: string, account: Account): boolean =>
  account.uid === undefined || spawnSync('test', ['-x', folder], { ...account, cwd: '/' }).status === 0
