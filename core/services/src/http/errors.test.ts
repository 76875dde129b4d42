import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { ParleyError, reply } from '@parley/plugin-api'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createTestApp, type TestApp, testPlugin } from './test-app.ts'

const auth = 'public'
const faulty = testPlugin('faulty', (http) => [
  http.get('/bug', { auth }, async () => {
    throw new TypeError('cannot read properties of the password "hunter2"')
  }),
  http.get('/thrown-text', { auth }, async () => {
    throw 'hunter2'
  }),
  http.get('/own-code', { auth }, async () => {
    throw new ParleyError('faulty/too_hot', 'It is too hot. Wait for the evening.', { family: 'user', status: 422, details: { degrees: 40 } })
  }),
  http.get('/programming', { auth }, async () => {
    throw new ParleyError('internal', 'The table "hunter2" has no column.')
  }),
  http.get('/busy', { auth }, async () => {
    throw new ParleyError('rate_limited', 'Slowly.', { details: { retryAfter: 7 } })
  }),
  http.get('/wrong', { auth, response: z.object({ items: z.array(z.object({ at: z.iso.datetime() })) }) }, async () => ({ items: [{ at: 1 }] })),
  http.get('/dates', { auth, response: z.object({ at: z.iso.datetime() }) }, async () => ({ at: new Date(0), more: undefined })),
  http.get('/created', { auth, response: z.object({ id: z.string() }) }, async () => reply({ status: 404, body: { other: 1 } })),
  http.get('/broken-stream', { auth }, async () =>
    reply({
      stream: Readable.from(
        (async function* () {
          yield 'begin'
          throw new Error('disk gone')
        })(),
      ),
    }),
  ),
  http.get('/circular', { auth }, async () => {
    const value: Record<string, unknown> = {}
    return (value['self'] = value)
  }),
])

const get = async (app: TestApp, path: string) => {
  const response = await app.fetch(`/api/v1/faulty${path}`)
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: (await response.json()) as any }
}

describe('an error', () => {
  let app: TestApp
  let production: TestApp
  beforeAll(async () => {
    app = await createTestApp([faulty])
    production = await createTestApp([faulty], { strict: false })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    await production[Symbol.asyncDispose]()
  })

  test('that nobody expected tells the caller nothing and the log everything', async () => {
    for (const path of ['/bug', '/thrown-text', '/circular']) {
      const { status, body } = await get(app, path)
      expect([status, body.code, JSON.stringify(body).includes('hunter2')]).toEqual([500, 'internal', false])
      const entry = app.log.find(({ requestId }) => requestId === body.requestId)
      expect(entry).toMatchObject({ level: 'error', msg: 'request failed', plugin: 'faulty', route: `GET /api/v1/faulty${path}`, status: 500 })
    }
    expect(app.log).toContainEqual(expect.objectContaining({ error: expect.objectContaining({ name: 'TypeError', stack: expect.any(String) }) }))
  })

  test('of a plugin has its own code, status, title and details', async () => {
    expect((await get(app, '/own-code')).body).toEqual({
      type: 'urn:parley:problem:faulty/too_hot',
      title: 'Too hot',
      status: 422,
      detail: 'It is too hot. Wait for the evening.',
      code: 'faulty/too_hot',
      requestId: expect.any(String),
      plugin: 'faulty',
      details: { degrees: 40 },
    })
    expect(await get(app, '/busy')).toMatchObject({ status: 429, retryAfter: '7' })
  })

  test('that is a bug of ours is told outside production only', async () => {
    expect((await get(app, '/programming')).body.detail).toContain('hunter2')
    expect((await get(production, '/programming')).body.detail).not.toContain('hunter2')
  })

  test('is an answer that does not match its schema, outside production', async () => {
    expect(await get(app, '/wrong')).toMatchObject({ status: 500, body: { code: 'internal', detail: expect.stringContaining('"items.0.at"') } })
    expect(await get(production, '/wrong')).toMatchObject({ status: 200 })
    expect(await get(app, '/dates')).toEqual({ status: 200, retryAfter: null, body: { at: '1970-01-01T00:00:00.000Z' } })
    expect(await get(app, '/created')).toMatchObject({ status: 404, body: { other: 1 } })
  })

  test('in the middle of a stream cuts the connection and nothing else', async () => {
    await expect(app.fetch('/api/v1/faulty/broken-stream').then((response) => response.text())).rejects.toThrow()
    expect((await get(app, '/dates')).status).toBe(200)
  })

  test('of the protocol itself is a problem document too', async () => {
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connect(app.port, '127.0.0.1', () => socket.write('NOT HTTP\r\n\r\n'))
      socket.on('data', (chunk) => (text += chunk)).on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*"code":"invalid_input"/s)
  })

  test('is counted by route and status', async () => {
    await get(app, '/bug')
    await vi.waitFor(async () =>
      expect(await app.metrics.text()).toMatch(
        /parley_http_request_seconds_count\{plugin="faulty",route="GET \/api\/v1\/faulty\/bug",status="500"\} [1-9]/,
      ),
    )
  })
})
