import { request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isParleyError } from '@parley/plugin-api'
import { parseBody } from './parse-body.ts'
import { createTestApp, type TestApp, testPlugin } from './test-app.ts'

const echo = testPlugin('echo', (http) => [
  http.post('/', { auth: 'public', body: z.unknown(), maxBytes: 1000, rateLimit: 1e6 }, async ({ body }) => body),
  http.post(
    '/strict',
    { auth: 'public', body: z.strictObject({ name: z.string(), tags: z.array(z.string()).default([]) }), rateLimit: 1e6 },
    async ({ body }) => body,
  ),
  http.post('/hook', { auth: 'webhook', body: z.object({ id: z.number() }) }, async ({ body }) => body),
])

let app: TestApp
beforeAll(async () => (app = await createTestApp([echo])))
afterAll(() => app[Symbol.asyncDispose]())

const json = { 'content-type': 'application/json' }
const send = async (body: BodyInit, headers: Record<string, string> = json, path = '/api/v1/echo') => {
  const response = await app.fetch(path, { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
  return { status: response.status, body: (await response.json()) as any }
}

describe('a body is refused when', () => {
  test.each([
    ['its JSON is broken', '{"a": ', json, 400, 'malformed_body'],
    ['it is not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), json, 400, 'malformed_body'],
    ['it is nested too deep', '['.repeat(33) + ']'.repeat(33), json, 400, 'malformed_body'],
    ['it is too large', JSON.stringify('x'.repeat(1000)), json, 413, 'too_large'],
    ['its type is unknown', 'a,b', { 'content-type': 'text/csv' }, 415, 'unsupported_media_type'],
    ['it is compressed', 'x', { ...json, 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
  ])('%s', async (_, body, headers, status, code) => {
    expect(await send(body, headers)).toMatchObject({ status, body: { status, code, plugin: 'echo' } })
  })

  test('it has no type', async () => {
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${app.url}/api/v1/echo`, { method: 'POST' }, (response) => resolve(response.resume().statusCode))
      sent.on('error', reject).end('{}')
    })
    expect(status).toBe(415)
  })

  test('it grows too large without stating its length', async () => {
    const chunks = async function* () {
      for (let sent = 0; sent < 100; sent++) yield Buffer.alloc(1000, 0x20)
    }
    expect(await send(chunks() as never)).toMatchObject({ status: 413, body: { code: 'too_large' } })
    expect(await send('1')).toEqual({ status: 200, body: 1 })
  })

  test('it does not fit the schema; everything wrong is listed', async () => {
    const { status, body } = await send(JSON.stringify({ tags: ['a', 1], more: true }), json, '/api/v1/echo/strict')
    expect(status).toBe(400)
    expect(body.issues.map((issue: { in: string; path: string }) => [issue.in, issue.path])).toEqual([
      ['body', 'name'],
      ['body', 'tags.1'],
      ['body', ''],
    ])
    expect(await send('', json, '/api/v1/echo/strict')).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', issues: [{ in: 'body', path: '' }] },
    })
  })

  test('a webhook gets something else than it expects', async () => {
    for (const body of ['', 'not json', '{"id":"x"}', '[]', '\u0000', '{"id":1}trailing']) {
      expect((await send(body, { 'content-type': 'text/plain' }, '/hooks/echo/hook')).status).toBe(400)
    }
  })
})

describe('a body is taken', () => {
  test('as JSON of any kind, and as a form', async () => {
    expect(await send('{"a":[1,null,"ї🎉"]}', { 'content-type': 'application/merge-patch+json; charset=utf-8' })).toEqual({
      status: 200,
      body: { a: [1, null, 'ї🎉'] },
    })
    expect(await send('a=1&b=2&b=%D1%97&__proto__=x', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({
      body: { a: '1', b: ['2', 'ї'] },
    })
    expect(await send('['.repeat(32) + ']'.repeat(32))).toMatchObject({ status: 200 })
    expect(await send(JSON.stringify({ text: '[[['.repeat(50) }))).toMatchObject({ status: 200 })
  })

  test('without keys that reach a prototype', async () => {
    const hostile = '{"a":1,"__proto__":{"admin":true},"b":{"\\u005f_proto__":1,"constructor":{"prototype":{"x":1}}},"constructor":"kept"}'
    const { body } = await send(hostile)
    expect(JSON.stringify(body)).toBe('{"a":1,"b":{},"constructor":"kept"}')
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })

  test('with characters that cannot be stored replaced', async () => {
    expect(await send('{"a\\u0000":"x\\ud800y\\ud83c\\udf89"}')).toEqual({ status: 200, body: { 'a\uFFFD': 'x\uFFFDy🎉' } })
  })
})

describe('the parser', () => {
  const types = ['application/json', 'application/x-www-form-urlencoded', 'application/vnd.x+json', 'text/plain', '', undefined]
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

  test('either answers or refuses with a 4xx of its own, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...types), fc.boolean(), (bytes, type, lenient) => {
        let refusal: unknown
        try {
          parseBody(bytes, type, lenient)
        } catch (error) {
          refusal = error
        }
        expect(refusal === undefined || (isParleyError(refusal) && refusal.status < 500)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('answers storable text and harmless keys, for any JSON', () => {
    const anyKey = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'a\u0000'))
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.string({ unit: 'binary' }),
        fc.double(),
        fc.constant(null),
        fc.array(tie('tree')),
        fc.dictionary(anyKey, tie('tree')),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        const parsed = parseBody(Buffer.from(JSON.stringify(value)), 'application/json', false)
        const text = JSON.stringify(parsed)
        expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/i)
        expect(Object.prototype.hasOwnProperty.call(Object(parsed), '__proto__')).toBe(false)
        expect(depthOf(parsed)).toBeLessThanOrEqual(32)
      }),
      { numRuns: 1000 },
    )
  })

  test('keeps any well-formed value as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 8 }), (value) => {
        if (/constructor|__proto__|\\u0000/.test(JSON.stringify(value))) return
        expect(parseBody(Buffer.from(JSON.stringify(value)), 'application/json', false)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 500 },
    )
  })
})
