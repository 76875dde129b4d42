import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { ParleyError, type Clock, type Secrets } from '@parley/plugin-api'
import { jwtVerify, SignJWT } from 'jose'

/** Kept by the page; after this long without a visit a new visitor begins. */
const lifetime = '400d'

/** Who a visitor is: a signed token the page keeps. Nobody becomes somebody else by changing an id. */
export class VisitorTokens {
  readonly #secrets: Secrets
  readonly #clock: Clock

  constructor({ secrets, clock }: { secrets: Secrets; clock: Clock }) {
    this.#secrets = secrets
    this.#clock = clock
  }

  newVisitor(): string {
    return randomUUID()
  }

  async sign(accountId: string, visitorId: string): Promise<string> {
    const now = Math.floor(this.#clock.now().getTime() / 1000)
    return new SignJWT({ acc: accountId })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(visitorId)
      .setIssuedAt(now)
      .setExpirationTime(new Date((now + days(lifetime)) * 1000))
      .sign(this.#secrets.derive('visitor'))
  }

  /** The visitor of a token of this account; `undefined` for anything else: the page then begins anew. */
  async verify(accountId: string, token: string): Promise<string | undefined> {
    for (const secret of this.#secrets.deriveAll('visitor')) {
      try {
        const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'], currentDate: this.#clock.now() })
        return payload['acc'] === accountId ? payload.sub : undefined
      } catch {
        // Not signed with this key, or too old: the next key may know it.
      }
    }
    return undefined
  }

  /**
   * The visitor of a person known to the site. The hash is asked at every connection, so knowing an id is never enough.
   * Formula: HMAC-SHA256(identity secret, user id), hex.
   */
  known(userId: string, hash: string | undefined, secret: string | undefined): string {
    if (secret === undefined)
      throw new ParleyError('forbidden', 'This widget has no identity secret, so it cannot recognise users of the site. Set one in the account.')
    const expected = createHmac('sha256', secret).update(userId).digest()
    const given = Buffer.from(hash ?? '', 'hex')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new ParleyError('bad_signature', 'user_hash does not belong to user_id. Compute it on your server as HMAC-SHA256 of the id, in hex.')
    }
    return `u:${userId}`
  }
}

const days = (text: string): number => Number.parseInt(text, 10) * 86_400
