import { randomBytes, randomUUID } from 'node:crypto'
import type { Secrets } from '@parley/plugin-api'
import { createTestClock } from '@parley/services'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { accessTokenLife, AccessTokens, looksLikeAccessToken } from './access-tokens.ts'

const key = randomBytes(32)
const claims = { userId: randomUUID(), sessionId: randomUUID() }
const make = (clock = createTestClock(), ...keys: Buffer[]) =>
  new AccessTokens({ clock, secrets: { deriveAll: () => (keys.length === 0 ? [key] : keys) } as unknown as Secrets })

describe('access tokens', () => {
  test('live ten minutes', async () => {
    const clock = createTestClock()
    const tokens = make(clock)
    const token = await tokens.issue(claims)
    expect(looksLikeAccessToken(token)).toBe(true)
    await clock.advance((accessTokenLife - 1) * 1000)
    expect(await tokens.read(token)).toEqual(claims)
    await clock.advance(1000)
    expect(await tokens.read(token)).toBeUndefined()
  })

  test('of another key, another kind or without a signature are nobody’s', async () => {
    const tokens = make()
    expect(await make(createTestClock(), randomBytes(32)).read(await tokens.issue(claims))).toBeUndefined()
    const expires = createTestClock().now().getTime() / 1000 + 60
    const other = new SignJWT({ sid: claims.sessionId }).setIssuer('parley').setSubject(claims.userId).setExpirationTime(expires)
    expect(await tokens.read(await other.setProtectedHeader({ alg: 'HS256', typ: 'visitor' }).sign(key))).toBeUndefined()
    const unsigned = [
      { alg: 'none', typ: 'at+jwt' },
      { iss: 'parley', sub: claims.userId, sid: claims.sessionId, exp: expires },
    ]
    const text = unsigned.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    expect(await tokens.read(`${text}.`)).toBeUndefined()
    for (const junk of ['a.b.c', '..', '💥.💥.💥']) expect(await tokens.read(junk)).toBeUndefined()
  })

  test('outlive a change of keys', async () => {
    const token = await make().issue(claims)
    expect(await make(createTestClock(), randomBytes(32), key).read(token)).toEqual(claims)
  })
})
