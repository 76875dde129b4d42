import { asClass } from 'awilix'
import type { Cradle } from '@parley/plugin-api'
import { ApiKeyStore } from './api-keys/api-key-store.ts'
import { ApiKeys } from './api-keys/api-keys.ts'
import type { IdentityConfig } from './config.ts'
import { DemoPeople } from './demo-people.ts'
import { PresenceStore } from './presence/presence-store.ts'
import { UserPresence } from './presence/user-presence.ts'
import { RoleStore } from './roles/role-store.ts'
import { Roles } from './roles/roles.ts'
import { RefreshTokens } from './sessions/refresh-token.ts'
import { SessionStore } from './sessions/session-store.ts'
import { Sessions } from './sessions/sessions.ts'
import { AccessStates } from './sign-in/access-states.ts'
import { AccessTokens } from './sign-in/access-tokens.ts'
import { Lockout } from './sign-in/lockout.ts'
import { LockoutStore } from './sign-in/lockout-store.ts'
import { PasswordChanges } from './sign-in/password-changes.ts'
import { PasswordLinkStore } from './sign-in/password-link-store.ts'
import { Passwords } from './sign-in/passwords.ts'
import { SignIn } from './sign-in/sign-in.ts'
import { UserStore } from './users/user-store.ts'
import { UserDirectory } from './users/users.ts'

export const services = {
  userStore: asClass(UserStore).singleton(),
  roleStore: asClass(RoleStore).singleton(),
  sessionStore: asClass(SessionStore).singleton(),
  lockoutStore: asClass(LockoutStore).singleton(),
  passwordLinkStore: asClass(PasswordLinkStore).singleton(),
  apiKeyStore: asClass(ApiKeyStore).singleton(),
  presenceStore: asClass(PresenceStore).singleton(),
  roles: asClass(Roles).singleton(),
  directory: asClass(UserDirectory).singleton(),
  presence: asClass(UserPresence).singleton(),
  passwords: asClass(Passwords).singleton(),
  passwordChanges: asClass(PasswordChanges).singleton(),
  lockout: asClass(Lockout).singleton(),
  accessTokens: asClass(AccessTokens).singleton(),
  refreshTokens: asClass(RefreshTokens).singleton(),
  accessStates: asClass(AccessStates).singleton(),
  sessions: asClass(Sessions).singleton(),
  signIn: asClass(SignIn).singleton(),
  apiKeys: asClass(ApiKeys).singleton(),
  demoPeople: asClass(DemoPeople).singleton(),
}

export type IdentityCradle = Cradle<IdentityConfig, {}, typeof services>
