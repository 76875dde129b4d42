import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secrets } from '@parley/plugin-api'

export interface RefreshClaims {
  readonly sessionId: string
  /** Counts the rotations of the session: only the latest may be used. */
  readonly generation: number
}

const idBytes = 16
const claimBytes = idBytes + 4
const macBytes = 32

/**
 * The n-th refresh token of a session, signed rather than random: nothing has to be stored that could be used, a token that was never issued
 * is told apart from one used twice (only the latter ends the session), and the successor can be made again when its answer was lost.
 */
export class RefreshTokens {
  readonly #keys: readonly Buffer[]

  constructor({ secrets }: { secrets: Secrets }) {
    this.#keys = secrets.deriveAll('refresh-token')
  }

  issue({ sessionId, generation }: RefreshClaims): string {
    const claims = Buffer.alloc(claimBytes)
    claims.write(sessionId.replaceAll('-', ''), 'hex')
    claims.writeUInt32BE(generation, idBytes)
    return Buffer.concat([claims, sign(claims, this.#keys[0]!)]).toString('base64url')
  }

  read(token: string): RefreshClaims | undefined {
    const bytes = Buffer.from(token, 'base64url')
    if (bytes.length !== claimBytes + macBytes) return undefined
    const [claims, mac] = [bytes.subarray(0, claimBytes), bytes.subarray(claimBytes)]
    if (!this.#keys.some((key) => timingSafeEqual(sign(claims, key), mac))) return undefined
    const id = claims.toString('hex', 0, idBytes)
    return { sessionId: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'), generation: claims.readUInt32BE(idBytes) }
  }
}

const sign = (claims: Buffer, key: Buffer): Buffer => createHmac('sha256', key).update(claims).digest()
