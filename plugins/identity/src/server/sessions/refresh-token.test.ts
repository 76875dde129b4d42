import { randomBytes, randomUUID } from 'node:crypto'
import type { Secrets } from '@parley/plugin-api'
import { describe, expect, test } from 'vitest'
import { RefreshTokens } from './refresh-token.ts'

const withKeys = (...keys: Buffer[]) => new RefreshTokens({ secrets: { deriveAll: () => keys } as unknown as Secrets })
const key = randomBytes(32)
const claims = { sessionId: randomUUID(), generation: 7 }

describe('refresh tokens', () => {
  test('say their session and generation, and are the same when issued again', () => {
    const tokens = withKeys(key)
    expect(tokens.read(tokens.issue(claims))).toEqual(claims)
    expect(tokens.issue(claims)).toBe(withKeys(key).issue(claims))
    expect(tokens.issue({ ...claims, generation: 8 })).not.toBe(tokens.issue(claims))
  })

  test('cannot be made up: any changed byte makes them nobody’s', () => {
    const tokens = withKeys(key)
    const bytes = Buffer.from(tokens.issue(claims), 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      expect(tokens.read(changed.toString('base64url'))).toBeUndefined()
    }
    for (const text of ['', 'x', 'a'.repeat(70), randomBytes(52).toString('base64url')]) expect(tokens.read(text)).toBeUndefined()
  })

  test('outlive a change of keys', () => {
    const token = withKeys(key).issue(claims)
    expect(withKeys(randomBytes(32), key).read(token)).toEqual(claims)
    expect(withKeys(randomBytes(32)).read(token)).toBeUndefined()
  })
})
