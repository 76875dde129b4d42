import { randomBytes, randomUUID } from 'node:crypto'
import type { Audit, Clock, Logger, PluginDatabase } from '@parley/plugin-api'
import type { IdentityConfig } from './config.ts'
import type { Passwords } from './sign-in/passwords.ts'
import { rootRole } from './roles/role-grants.ts'
import { normalEmail } from './users/users.ts'
import type { UserStore } from './users/user-store.ts'

interface Dependencies {
  config: IdentityConfig
  db: PluginDatabase
  userStore: UserStore
  passwords: Passwords
  audit: Audit
  clock: Clock
  log: Logger
}

const defaultLogin = 'admin@parley.local'

/** Several processes may start on an empty database at once: one of them makes the administrator, and only it prints the password. */
const firstStartLock = 7_215_501

/** Without anybody nobody could sign in and make the first. */
export async function createFirstAdministrator({ config, db, userStore, passwords, audit, clock, log }: Dependencies): Promise<void> {
  if (await userStore.any()) return
  const email = normalEmail(config.admin.login ?? defaultLogin)
  const password = config.admin.password ?? randomBytes(15).toString('base64url')
  const passwordHash = await passwords.hash(password)
  const id = randomUUID()
  const fields = { email, firstName: '', lastName: 'Administrator', roles: [rootRole], botIds: undefined, active: true, avatarUrl: undefined }
  const created = await db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [firstStartLock])
    if (await userStore.any(tx)) return false
    await userStore.insert(tx, { ...fields, id, passwordHash, at: clock.now() })
    await audit.record({ action: 'user.create', object: { type: 'user', id, title: email }, after: fields }, { within: tx })
    return true
  })
  if (!created) return
  log.info('the first administrator was created', { login: email })
  // not to the log: it is kept, and a password must not be
  if (config.admin.password === undefined) process.stdout.write(notice(email, password))
}

const notice = (login: string, password: string): string => `
  ┌──────────────────────────────────────────────────────────────┐
  │  The first administrator. The password is shown only now.    │
  │                                                              │
  │  Login:    ${login.padEnd(50)}│
  │  Password: ${password.padEnd(50)}│
  └──────────────────────────────────────────────────────────────┘

`
