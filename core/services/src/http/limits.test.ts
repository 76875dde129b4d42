import { testRedisUrl } from '@parley/test-kit'
import { describe, expect, test } from 'vitest'
import { createTestApp, testPlugin } from './test-app.ts'

const unaudited = 'a test'
const limited = testPlugin('limited', (http) => [
  http.get('/', { rateLimit: 2 }, async () => 'ok'),
  http.get('/other', { rateLimit: 2 }, async () => 'ok'),
  http.post('/public', { auth: 'public', rateLimit: 1, unaudited }, async () => 'ok'),
  http.post('/hook', { auth: 'webhook' }, async () => 'ok'),
])

describe('rate limits', () => {
  test.each([
    ['in memory', () => ({})],
    ['in Redis', () => ({ redisUrl: testRedisUrl() })],
  ])('count each actor on each route, %s', async (_, options) => {
    await using app = await createTestApp([limited], options())
    const status = async (path: string, as: string) => (await app.fetch(`/api/v1/limited${path}`, { as })).status
    expect([await status('', 'olena'), await status('', 'olena')]).toEqual([200, 200])
    const refused = await app.fetch('/api/v1/limited', { as: 'olena' })
    expect([refused.status, (await refused.json()).code]).toEqual([429, 'rate_limited'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect([await status('', 'intern'), await status('/other', 'olena')]).toEqual([200, 200])
  })

  test('are shared by all processes through Redis', async () => {
    const redisUrl = testRedisUrl()
    await using one = await createTestApp([limited], { redisUrl })
    await using two = await createTestApp([limited], { redisUrl })
    const statuses = []
    for (const app of [one, two, one]) statuses.push((await app.fetch('/api/v1/limited', { as: 'olena' })).status)
    expect(statuses).toEqual([200, 200, 429])
  })

  test('go on in this process when Redis is away', async () => {
    await using app = await createTestApp([limited], { redisUrl: 'redis://127.0.0.1:1' })
    const statuses = []
    for (let count = 0; count < 3; count++) statuses.push((await app.fetch('/api/v1/limited', { as: 'olena' })).status)
    expect(statuses).toEqual([200, 200, 429])
  })

  test('count addresses where nobody signs in, and not webhooks', async () => {
    await using app = await createTestApp([limited], { trustedProxies: ['loopback'] })
    const from = async (address: string) => (await app.post('/api/v1/limited/public', {}, { headers: { 'x-forwarded-for': address } })).status
    expect([await from('8.8.8.8'), await from('8.8.8.8'), await from('8.8.4.4')]).toEqual([200, 429, 200])
    for (let count = 0; count < 150; count++) expect((await app.post('/hooks/limited/hook', {})).status).toBe(200)
  })
})

describe('other sites', () => {
  const headers = { origin: 'https://crm.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }

  test('may call when they are listed', async () => {
    await using app = await createTestApp([limited], { allowedOrigins: ['https://crm.example'] })
    const preflight = await app.fetch('/api/v1/limited', { method: 'OPTIONS', headers })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://crm.example')
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization')
    const call = await app.fetch('/api/v1/limited', { as: 'olena', headers: { origin: 'https://crm.example' } })
    expect(call.headers.get('access-control-allow-origin')).toBe('https://crm.example')
    expect(call.headers.get('vary')).toContain('Origin')
    const other = await app.fetch('/api/v1/limited', { as: 'olena', headers: { origin: 'https://evil.example' } })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('may not by default', async () => {
    await using app = await createTestApp([limited])
    const preflight = await app.fetch('/api/v1/limited', { method: 'OPTIONS', headers })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([405, null])
  })
})
