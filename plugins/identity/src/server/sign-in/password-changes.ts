import { randomBytes } from 'node:crypto'
import { ParleyError, type Actor, type Audit, type Clock, type PluginDatabase, type SettingsStore, type Transaction } from '@parley/plugin-api'
import { hashToken } from '../api-keys/api-key-token.ts'
import { linkUsed, passwordWrong } from '../refusals.ts'
import { securityPage } from '../security.settings.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { UserStore } from '../users/user-store.ts'
import type { UserDirectory } from '../users/users.ts'
import type { AccessStates } from './access-states.ts'
import type { Lockout } from './lockout.ts'
import type { PasswordLinkStore } from './password-link-store.ts'
import type { Passwords } from './passwords.ts'

export interface PasswordLink {
  /** A path of the shell; whoever opens it chooses a password, once. */
  readonly path: string
  readonly expiresAt: string
}

interface Dependencies {
  db: PluginDatabase
  userStore: UserStore
  directory: UserDirectory
  sessionStore: SessionStore
  passwordLinkStore: PasswordLinkStore
  passwords: Passwords
  lockout: Lockout
  accessStates: AccessStates
  settings: SettingsStore
  audit: Audit
  clock: Clock
}

export class PasswordChanges {
  readonly #use: Dependencies

  constructor(dependencies: Dependencies) {
    this.#use = dependencies
  }

  /** One's own; other sessions end, because a password is changed when it leaked. */
  async change(user: { id: string; sessionId: string; address: string }, { current, next }: { current: string; next: string }): Promise<void> {
    const { db, userStore, passwords, lockout } = this.#use
    const person = await userStore.find(user.id)
    if (person === undefined) throw new ParleyError('unauthenticated', 'Sign in again.')
    const attempt = { login: person.email, address: user.address }
    await lockout.enter(attempt)
    if (!(await passwords.verify(await userStore.passwordHash(user.id), current))) {
      throw passwordWrong()
    }
    await lockout.succeeded(attempt)
    await passwords.check(next, person.email)
    const passwordHash = await passwords.hash(next)
    await db.transaction((tx) => this.#save(tx, { ...person, passwordHash, action: 'user.change_password', keep: user.sessionId }))
  }

  /** A link for somebody who forgot theirs, or is new. Earlier links stop working. */
  async createLink(actor: Actor, userId: string): Promise<PasswordLink> {
    const { db, directory, passwordLinkStore, settings, clock, audit } = this.#use
    const user = await directory.assertMayManage(actor, userId)
    if (!user.active) throw new ParleyError('conflict', `"${user.email}" is not active. Activate the person first.`)
    const token = randomBytes(32).toString('base64url')
    const { resetLinkHours } = await settings.get(securityPage)
    const expiresAt = new Date(clock.now().getTime() + resetLinkHours * 3_600_000)
    await db.transaction(async (tx) => {
      await passwordLinkStore.removeAll(tx, userId)
      await passwordLinkStore.insert(tx, { hash: hashToken(token), userId, expiresAt })
      await audit.record(
        { action: 'user.password_link', object: { type: 'user', id: userId, title: user.email }, after: { expiresAt } },
        { within: tx },
      )
    })
    // in the fragment: it reaches no server, proxy or log
    return { path: `/identity/new-password#${token}`, expiresAt: expiresAt.toISOString() }
  }

  /** Chooses a password by a link; every session of the person ends. */
  async useLink(token: string, password: string): Promise<void> {
    const { db, passwordLinkStore, passwords, lockout, clock } = this.#use
    const email = await db.transaction(async (tx) => {
      const link = await passwordLinkStore.lock(tx, hashToken(token), clock.now())
      if (link === undefined) throw linkUsed()
      await passwords.check(password, link.email)
      // only now: hashing for whoever has no link would be work for free
      const passwordHash = await passwords.hash(password)
      await this.#save(tx, { id: link.userId, email: link.email, passwordHash, action: 'user.set_password' })
      return link.email
    })
    await lockout.unlock(email)
  }

  async #save(tx: Transaction, change: { id: string; email: string; passwordHash: string; action: string; keep?: string }): Promise<void> {
    const { userStore, sessionStore, passwordLinkStore, clock, audit, accessStates } = this.#use
    await userStore.setPassword(tx, change.id, change.passwordHash, clock.now())
    await passwordLinkStore.removeAll(tx, change.id)
    const ended = await sessionStore.revokeAll(tx, change.id, 'the password was changed', clock.now(), change.keep)
    const object = { type: 'user', id: change.id, title: change.email }
    await audit.record({ action: change.action, object, after: { endedSessions: ended } }, { within: tx })
    tx.afterCommit(() => accessStates.clear())
  }
}
