import { permissionId, type Actor, type Authenticator, type Clock, type Credentials } from '@parley/plugin-api'
import { hashToken } from '../api-keys/api-key-token.ts'
import type { ApiKeyStore } from '../api-keys/api-key-store.ts'
import { botLimit } from '../roles/role-grants.ts'
import type { Roles } from '../roles/roles.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { ShortCache } from '../short-cache.ts'
import { looksLikeAccessToken, type AccessTokens } from './access-tokens.ts'

/** Somebody whose rights may hold for some bots only. */
export interface LimitedActor extends Actor {
  readonly botLimit?: readonly string[] | undefined
}

/** A person with the session that the request belongs to. */
export interface SessionActor extends LimitedActor {
  readonly kind: 'user'
  readonly sessionId: string
}

/** In another process a revoked session, a deactivated person or a changed role acts at most this long, plus the age of cached roles. */
const cacheFor = 4_000

interface Dependencies {
  accessTokens: AccessTokens
  sessionStore: SessionStore
  apiKeyStore: ApiKeyStore
  roles: Roles
  clock: Clock
}

/** Who is behind a token, contributed to `host.authenticator@1`: asked with every request and every socket. */
export class AccessStates implements Authenticator {
  readonly #use: Dependencies
  readonly #actors: ShortCache<Actor | undefined>

  constructor(dependencies: Dependencies) {
    this.#use = dependencies
    this.#actors = new ShortCache({ clock: dependencies.clock, keepFor: cacheFor })
    dependencies.roles.onChange(() => this.clear())
  }

  authenticate({ token }: Credentials): Promise<Actor | undefined> {
    return this.#actors.get(token, () => (looksLikeAccessToken(token) ? this.#person(token) : this.#key(token)))
  }

  /** Called after everything that changes who may do what. */
  clear(): void {
    this.#actors.clear()
  }

  async #person(token: string): Promise<SessionActor | undefined> {
    const claims = await this.#use.accessTokens.read(token)
    if (claims === undefined) return undefined
    const [user, grants] = await Promise.all([this.#use.sessionStore.liveUser(claims.sessionId, this.#use.clock.now()), this.#use.roles.grants()])
    if (user === undefined || user.id !== claims.userId) return undefined
    return {
      kind: 'user',
      id: user.id,
      name: `${user.firstName} ${user.lastName}`.trim() || user.email,
      roles: user.roles,
      sessionId: claims.sessionId,
      botLimit: botLimit(user),
      can: (permission, botId) => grants.allows(user, permission, botId),
    }
  }

  async #key(token: string): Promise<LimitedActor | undefined> {
    const key = await this.#use.apiKeyStore.findLive(hashToken(token), this.#use.clock.now())
    if (key === undefined) return undefined
    const grants = await this.#use.roles.grants()
    const permissions = new Set(key.permissions)
    return {
      kind: 'service',
      id: key.id,
      name: key.name,
      botLimit: botLimit(key.owner),
      // never more than its owner may now
      can: (permission, botId) => permissions.has(permissionId(permission)) && grants.allows(key.owner, permission, botId),
    }
  }
}
