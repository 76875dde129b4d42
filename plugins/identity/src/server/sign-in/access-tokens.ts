import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock, Secrets } from '@parley/plugin-api'

/** Seconds. What a stolen token is worth at most, were revocation not asked at every request. */
export const accessTokenLife = 600

export interface AccessClaims {
  readonly userId: string
  readonly sessionId: string
}

/** Short-lived signed tokens: the signature keeps guesses away from the database. */
export class AccessTokens {
  readonly #clock: Clock
  readonly #keys: readonly Uint8Array[]

  constructor({ secrets, clock }: { secrets: Secrets; clock: Clock }) {
    this.#clock = clock
    this.#keys = secrets.deriveAll('access-token')
  }

  issue({ userId, sessionId }: AccessClaims): Promise<string> {
    const now = Math.floor(this.#clock.now().getTime() / 1000)
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setIssuer('parley')
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(now + accessTokenLife)
      .sign(this.#keys[0]!)
  }

  async read(token: string): Promise<AccessClaims | undefined> {
    for (const key of this.#keys) {
      try {
        const { payload } = await jwtVerify<{ sid: string }>(token, key, {
          algorithms: ['HS256'],
          issuer: 'parley',
          typ: 'at+jwt',
          requiredClaims: ['sub', 'sid', 'exp'],
          currentDate: this.#clock.now(),
        })
        return { userId: payload.sub!, sessionId: payload.sid }
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error
      }
    }
    return undefined
  }
}

/** Three parts with dots: no key of another kind looks so. */
export const looksLikeAccessToken = (token: string): boolean => token.split('.').length === 3
