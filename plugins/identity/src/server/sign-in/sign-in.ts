import { ParleyError } from '@parley/plugin-api'
import type { Origin, Sessions, Tokens } from '../sessions/sessions.ts'
import { normalEmail } from '../users/users.ts'
import type { UserStore } from '../users/user-store.ts'
import type { Lockout } from './lockout.ts'
import type { Passwords } from './passwords.ts'

interface Dependencies {
  userStore: UserStore
  passwords: Passwords
  lockout: Lockout
  sessions: Sessions
}

export class SignIn {
  readonly #use: Dependencies

  constructor(dependencies: Dependencies) {
    this.#use = dependencies
  }

  /** The same answer after the same time for a wrong login, a wrong password and a deactivated person. */
  async signIn({ login, password }: { login: string; password: string }, origin: Origin): Promise<Tokens> {
    const { userStore, passwords, lockout, sessions } = this.#use
    const attempt = { login: normalEmail(login), address: origin.address }
    await lockout.enter(attempt)
    const user = await userStore.findForSignIn(attempt.login)
    const right = await passwords.verify(user?.passwordHash, password)
    if (user === undefined || !right || !user.active)
      throw new ParleyError('unauthenticated', 'The login or the password is wrong. Check both and try again.')
    await lockout.succeeded(attempt)
    return sessions.start(user, origin)
  }
}
