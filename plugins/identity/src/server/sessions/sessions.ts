import { randomUUID } from 'node:crypto'
import { ParleyError, type Audit, type Clock, type Logger, type PluginDatabase, type SettingsStore } from '@parley/plugin-api'
import { securityPage } from '../security.settings.ts'
import type { AccessStates } from '../sign-in/access-states.ts'
import { accessTokenLife, type AccessTokens } from '../sign-in/access-tokens.ts'
import type { RefreshTokens } from './refresh-token.ts'
import type { Session, SessionStore } from './session-store.ts'

/** Where somebody signs in from. */
export interface Origin {
  readonly address: string
  readonly userAgent: string
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds the access token lives. */
  readonly expiresIn: number
}

/** Milliseconds in which a token may come twice: two tabs that wake together, an answer that was lost on its way. */
const leeway = 30_000

interface Dependencies {
  db: PluginDatabase
  sessionStore: SessionStore
  accessTokens: AccessTokens
  refreshTokens: RefreshTokens
  accessStates: AccessStates
  settings: SettingsStore
  audit: Audit
  clock: Clock
  log: Logger
}

/** Sign-ins that go on: each is a family of refresh tokens of which only the latest counts. */
export class Sessions {
  readonly #use: Dependencies

  constructor(dependencies: Dependencies) {
    this.#use = dependencies
  }

  async start(user: { id: string; email: string }, origin: Origin): Promise<Tokens> {
    const { db, sessionStore, clock, audit } = this.#use
    const [id, at, expiresAt] = [randomUUID(), clock.now(), await this.#expiry()]
    await db.transaction(async (tx) => {
      await sessionStore.insert(tx, { id, userId: user.id, ...shortened(origin), at, expiresAt })
      await audit.record(
        { action: 'user.sign_in', object: { type: 'user', id: user.id, title: user.email }, after: { sessionId: id } },
        { within: tx },
      )
    })
    return this.#tokens(user.id, id, 1)
  }

  async refresh(token: string, origin: Origin): Promise<Tokens> {
    const { refreshTokens, sessionStore, clock } = this.#use
    const claims = refreshTokens.read(token)
    if (claims === undefined) throw signInAgain()
    const { sessionId, generation } = claims
    const seen = { at: clock.now(), expiresAt: await this.#expiry(), ...shortened(origin) }
    const userId = await sessionStore.rotate(sessionId, generation, seen)
    if (userId !== undefined) return this.#tokens(userId, sessionId, generation + 1)
    return this.#usedBefore(sessionId, generation, seen.userAgent)
  }

  /** Ends the session of a refresh token, quietly when there is none. */
  async endByToken(token: string): Promise<void> {
    const claims = this.#use.refreshTokens.read(token)
    const state = claims && (await this.#use.sessionStore.state(claims.sessionId, this.#use.clock.now()))
    if (claims !== undefined && state?.live === true) await this.end(state.userId, claims.sessionId, 'signed out')
  }

  list(userId: string, page: { before?: { lastSeenAt: Date; id: string } | undefined; limit: number }): Promise<Session[]> {
    return this.#use.sessionStore.list(userId, this.#use.clock.now(), page)
  }

  async end(userId: string, sessionId: string, because: string): Promise<void> {
    const { db, sessionStore, clock, audit, accessStates } = this.#use
    await db.transaction(async (tx) => {
      if (!(await sessionStore.revoke(tx, userId, sessionId, because, clock.now()))) {
        throw new ParleyError('not_found', 'This session does not exist or is over already. Reload the list.')
      }
      const entry = { action: 'session.end', object: { type: 'user', id: userId }, before: { sessionId }, after: { because } }
      await audit.record(entry, { within: tx })
    })
    accessStates.clear()
  }

  /** Ends all sessions of a person, except one where given; the number of them. */
  async endAll(userId: string, because: string, exceptId?: string): Promise<number> {
    const { db, sessionStore, clock, audit, accessStates } = this.#use
    const count = await db.transaction(async (tx) => {
      const ended = await sessionStore.revokeAll(tx, userId, because, clock.now(), exceptId)
      const entry = { action: 'session.end_all', object: { type: 'user', id: userId }, before: { sessions: ended }, after: { because } }
      await audit.record(entry, { within: tx })
      return ended
    })
    accessStates.clear()
    return count
  }

  async #usedBefore(sessionId: string, generation: number, userAgent: string): Promise<Tokens> {
    const { sessionStore, clock, log } = this.#use
    const state = await sessionStore.state(sessionId, clock.now())
    // a generation that is not reached yet: the database was restored from a copy
    if (state === undefined || !state.live || generation > state.generation) throw signInAgain()
    const late = clock.now().getTime() - state.rotatedAt.getTime()
    if (generation === state.generation - 1 && late <= leeway && userAgent === state.userAgent) {
      return this.#tokens(state.userId, sessionId, state.generation)
    }
    log.warn('a refresh token was used twice; its session was ended', { userId: state.userId, sessionId })
    await this.end(state.userId, sessionId, 'a refresh token was used twice')
    throw signInAgain()
  }

  async #tokens(userId: string, sessionId: string, generation: number): Promise<Tokens> {
    const { accessTokens, refreshTokens } = this.#use
    return {
      accessToken: await accessTokens.issue({ userId, sessionId }),
      refreshToken: refreshTokens.issue({ sessionId, generation }),
      expiresIn: accessTokenLife,
    }
  }

  async #expiry(): Promise<Date> {
    const { sessionDays } = await this.#use.settings.get(securityPage)
    return new Date(this.#use.clock.now().getTime() + sessionDays * 86_400_000)
  }
}

const shortened = ({ address, userAgent }: Origin): Origin => ({ address, userAgent: userAgent.slice(0, 300) })

const signInAgain = (): ParleyError => new ParleyError('unauthenticated', 'The session is over. Sign in again.')
