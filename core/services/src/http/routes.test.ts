import { permission, reply } from '@parley/plugin-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createTestApp, type TestApp, testAudit, testPlugin } from './test-app.ts'

const view = permission('clients', 'view', 'See clients')
const edit = permission('clients', 'edit', 'Change clients', 'bot')
const unaudited = 'a test'

const clients = testPlugin('clients', (http) => [
  http.get('/', {}, async ({ actor }) => ({ actor: actor.id })),
  http.get('/secret', { permission: view }, async () => ({ seen: true })),
  http.get('/machine', { auth: 'service' }, async ({ actor }) => actor.kind),
  http.get('/open', { auth: 'public' }, async ({ actor }) => ({ kind: actor.kind })),
  http.post(
    '/bots/:bot',
    { params: z.object({ bot: z.string().max(10) }), permission: ({ params }) => ({ permission: edit, botId: params.bot }), unaudited },
    async () => ({}),
  ),
  http.get(
    '/search',
    { auth: 'public', query: z.object({ tag: z.union([z.string(), z.array(z.string())]).optional(), page: z.coerce.number().int().default(1) }) },
    async ({ query }) => query,
  ),
  http.get('/typed/:id', { auth: 'public', params: z.object({ id: z.uuid() }) }, async ({ params }) => params),
  http.get('/nothing', { auth: 'public' }, async () => undefined),
  http.get('/null', { auth: 'public' }, async () => null),
  http.get('/redirect', { auth: 'public' }, async () => reply({ redirect: '/inbox' })),
  http.get('/text', { auth: 'public' }, async () =>
    reply({ status: 202, body: 'plain', headers: { 'X-Own': '1', 'Content-Security-Policy': 'frame-ancestors *' } }),
  ),
  http.get('/about', { auth: 'public' }, async ({ address, origin, headers, signal }) => ({
    address,
    origin,
    agent: headers['user-agent'],
    aborted: signal.aborted,
  })),
  http.post(
    '/hook/:account',
    { auth: 'webhook', body: z.object({ id: z.number() }), aliases: ['/messengers_host/:account/hooks'] },
    async ({ body, params, rawBody }) => ({
      id: body.id,
      account: params.account,
      raw: rawBody.toString(),
    }),
  ),
  http.post('/quiet', { auth: 'webhook' }, async () => undefined),
  http.post('/raw', { unaudited }, async ({ body, rawBody }) => ({ body: body ?? 'none', bytes: rawBody.length })),
])

let app: TestApp
beforeAll(async () => {
  app = await createTestApp([clients, { ...testPlugin('broken'), state: 'failed' }, { ...testPlugin('paid'), state: 'unlicensed' }])
})
afterAll(() => app[Symbol.asyncDispose]())

const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  const problem = (await response.json()) as Record<string, any>
  expect(problem).toMatchObject({
    status: response.status,
    requestId: response.headers.get('x-request-id'),
    type: `urn:parley:problem:${problem['code']}`,
  })
  return problem
}

describe('who may call', () => {
  test('nobody without credentials, unless the route says so', async () => {
    const response = await app.fetch('/api/v1/clients')
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'unauthenticated', plugin: 'clients', title: 'Unauthenticated' })
    expect(await (await app.fetch('/api/v1/clients/open')).json()).toEqual({ kind: 'anonymous' })
  })

  test.each([
    ['authorization', 'Bearer olena', 'olena'],
    ['authorization', 'bearer  olena', 'olena'],
    ['authorization', 'API-Key key', 'key'],
    ['x-auth-token', 'key', 'key'],
  ])('%s: %s', async (name, value, id) => {
    expect(await (await app.fetch('/api/v1/clients', { headers: { [name]: value } })).json()).toEqual({ actor: id })
  })

  test.each([
    ['authorization', 'Bearer nobody'],
    ['authorization', 'Basic b2xlbmE6'],
    ['authorization', 'Bearer'],
    ['x-auth-token', 'nobody'],
  ])('not with %s: %s', async (name, value) => {
    expect((await problemOf(await app.fetch('/api/v1/clients', { headers: { [name]: value } }))).code).toBe('unauthenticated')
  })

  test('visitors are not users, and users are not API keys', async () => {
    expect(await problemOf(await app.fetch('/api/v1/clients', { as: 'visitor' }))).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await problemOf(await app.fetch('/api/v1/clients/machine', { as: 'olena' }))).toMatchObject({
      status: 403,
      detail: expect.stringContaining('API keys'),
    })
    expect((await app.fetch('/api/v1/clients/machine', { as: 'key' })).status).toBe(200)
  })

  test('a missing permission is named', async () => {
    expect((await app.fetch('/api/v1/clients/secret', { as: 'olena' })).status).toBe(200)
    const problem = await problemOf(await app.fetch('/api/v1/clients/secret', { as: 'intern' }))
    expect(problem).toMatchObject({
      status: 403,
      code: 'forbidden',
      detail: expect.stringContaining('"clients.view" (See clients)'),
      details: { permission: 'clients.view' },
    })
  })

  test('a permission may depend on the call', async () => {
    expect((await app.post('/api/v1/clients/bots/b1', {}, { as: 'olena' })).status).toBe(200)
    expect((await problemOf(await app.post('/api/v1/clients/bots/b2', {}, { as: 'olena' }))).details).toEqual({
      permission: 'clients.edit',
      botId: 'b2',
    })
  })

  test('an authenticator that does not run is no refusal', async () => {
    const response = await app.fetch('/api/v1/clients', { as: 'broken' })
    expect(response.headers.get('retry-after')).toBe('5')
    expect((await problemOf(response)).code).toBe('plugin_unavailable')
  })
})

describe('what goes in', () => {
  test('query and path by schema', async () => {
    expect(await (await app.fetch('/api/v1/clients/search?tag=a&tag=b&page=3&__proto__=x')).json()).toEqual({ tag: ['a', 'b'], page: 3 })
    const problem = await problemOf(await app.fetch('/api/v1/clients/search?page=x'))
    expect(problem).toMatchObject({ code: 'invalid_input', issues: [{ in: 'query', path: 'page' }] })
    expect(await problemOf(await app.fetch('/api/v1/clients/typed/7'))).toMatchObject({
      code: 'invalid_input',
      issues: [{ in: 'params', path: 'id' }],
    })
  })

  test('a webhook keeps its bytes, whatever type it states', async () => {
    const raw = '{ "id": 7 }'
    for (const type of ['application/json', 'text/plain', 'application/octet-stream']) {
      const response = await app.fetch('/hooks/clients/hook/a1', { method: 'POST', body: raw, headers: { 'content-type': type } })
      expect(await response.json()).toEqual({ id: 7, account: 'a1', raw })
    }
  })

  test('an alias leads to the same handler', async () => {
    expect(await (await app.post('/messengers_host/a2/hooks', { id: 1 })).json()).toMatchObject({ account: 'a2' })
  })

  test('the bytes of a body without a schema', async () => {
    expect(await (await app.post('/api/v1/clients/raw', { a: 1 }, { as: 'key' })).json()).toEqual({ body: 'none', bytes: 7 })
    expect(await (await app.fetch('/api/v1/clients/raw', { method: 'POST', as: 'key' })).json()).toEqual({ body: 'none', bytes: 0 })
  })
})

describe('what comes out', () => {
  test('data, nothing, null, and replies', async () => {
    expect((await app.fetch('/api/v1/clients/nothing')).status).toBe(204)
    expect(await (await app.fetch('/api/v1/clients/null')).text()).toBe('null')
    const redirect = await app.fetch('/api/v1/clients/redirect')
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, '/inbox'])
    const text = await app.fetch('/api/v1/clients/text')
    expect([text.status, await text.text(), text.headers.get('x-own'), text.headers.get('content-security-policy')]).toEqual([
      202,
      'plain',
      '1',
      'frame-ancestors *',
    ])
    const quiet = await app.fetch('/hooks/clients/quiet', { method: 'POST' })
    expect([quiet.status, await quiet.text()]).toEqual([200, ''])
  })

  test('a HEAD has the headers of its GET and no body', async () => {
    const response = await app.fetch('/api/v1/clients/open', { method: 'HEAD' })
    expect([response.status, await response.text(), response.headers.get('content-length')]).toEqual([200, '', '20'])
  })

  test('safe headers on data', async () => {
    const { headers } = await app.fetch('/api/v1/clients/open')
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'content-type': 'application/json; charset=utf-8',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test('the caller as the server sees it', async () => {
    const about = await (
      await app.fetch('/api/v1/clients/about', { headers: { 'user-agent': 'test', 'x-forwarded-for': '8.8.8.8', 'x-forwarded-proto': 'https' } })
    ).json()
    expect(about).toEqual({ address: '127.0.0.1', origin: app.url, agent: 'test', aborted: false })
  })
})

describe('nobody there', () => {
  test('404, 405 with the methods, 503 and 402 for plugins that do not run', async () => {
    expect(await problemOf(await app.fetch('/api/v1/unknown'))).toMatchObject({ status: 404, code: 'not_found' })
    expect(await problemOf(await app.fetch('/nowhere'))).toMatchObject({ status: 404 })
    const wrong = await app.fetch('/api/v1/clients/open', { method: 'DELETE' })
    expect(wrong.headers.get('allow')).toBe('GET')
    expect((await problemOf(wrong)).code).toBe('method_not_allowed')
    expect(await problemOf(await app.fetch('/api/v1/broken/x'))).toMatchObject({ status: 503, code: 'plugin_unavailable' })
    expect(await problemOf(await app.fetch('/hooks/paid/x', { method: 'POST' }))).toMatchObject({ status: 402, code: 'not_licensed' })
  })

  test('the route of a plugin that fails later', async () => {
    const own = testPlugin('flaky', (http) => [http.get('/', { auth: 'public' }, async () => 'up')])
    await using other = await createTestApp([own])
    expect((await other.fetch('/api/v1/flaky')).status).toBe(200)
    own.state = 'failed'
    expect(await problemOf(await other.fetch('/api/v1/flaky'))).toMatchObject({
      status: 503,
      plugin: 'flaky',
      detail: expect.not.stringContaining('undefined'),
    })
    own.state = 'suspended'
    expect((await other.fetch('/api/v1/flaky')).status).toBe(402)
  })
})

describe('writes', () => {
  test('must leave an audit entry, or say why not', async () => {
    let record: ReturnType<typeof testAudit>['record'] | undefined
    const change = { action: 'thing.update', object: { type: 'thing', id: '1' } }
    const plugin = testPlugin('things', (http) => [
      http.post('/silent', {}, async () => ({})),
      http.post('/audited', {}, async () => {
        await Promise.resolve()
        await record!(change)
        return {}
      }),
      http.post('/refused', {}, async () => reply({ status: 409 })),
    ])
    await using own = await createTestApp([plugin])
    record = testAudit(own.database, 'things').record
    expect(await problemOf(await own.post('/api/v1/things/silent', {}, { as: 'olena' }))).toMatchObject({
      status: 500,
      code: 'write_not_audited',
      detail: expect.stringContaining('POST /api/v1/things/silent'),
    })
    expect((await own.post('/api/v1/things/audited', {}, { as: 'olena' })).status).toBe(200)
    expect((await own.post('/api/v1/things/refused', {}, { as: 'olena' })).status).toBe(409)

    await using production = await createTestApp([plugin], { strict: false })
    expect((await production.post('/api/v1/things/silent', {}, { as: 'olena' })).status).toBe(200)
    expect(production.log).toContainEqual(expect.objectContaining({ level: 'error', msg: 'write not audited', plugin: 'things' }))
  })
})
