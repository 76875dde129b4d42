import { permission } from '@parley/plugin-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createTestApp, type TestApp, testPlugin } from './test-app.ts'

const edit = permission('clients', 'edit', 'Change clients')
const client = z.object({ id: z.uuid(), name: z.string() })
const clients = testPlugin('clients', (http) => [
  http.get(
    '/:id',
    {
      params: z.object({ id: z.uuid() }),
      query: z.object({ full: z.coerce.boolean().default(false), of: z.string() }),
      response: client,
      summary: 'One client',
    },
    async () => ({}),
  ),
  http.post('/', { permission: edit, body: client.omit({ id: true }), response: client, aliases: ['/kw/api/clients'] }, async () => ({})),
  http.post('/:id/photo', { multipart: { maxBytes: 10, maxFiles: 3 }, body: z.object({ caption: z.string() }) }, async () => ({})),
  http.post('/hook', { auth: 'webhook', body: z.string().transform((text) => text.length) }, async () => ({})),
])

let app: TestApp
beforeAll(async () => (app = await createTestApp([clients], { version: '1.2.3' })))
afterAll(() => app[Symbol.asyncDispose]())

describe('the API description', () => {
  test('is drawn from what plugins declare', async () => {
    const document = (await (await app.fetch('/api/v1/openapi.json')).json()) as any
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Parley', version: '1.2.3' } })
    expect(document.paths['/api/v1/clients/{id}'].get).toMatchObject({
      operationId: 'get_api_v1_clients_id',
      tags: ['clients'],
      summary: 'One client',
      security: [{ bearer: [] }, { apiKey: [] }, { token: [] }],
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
        { name: 'full', in: 'query', required: false, schema: { default: false } },
        { name: 'of', in: 'query', required: true, schema: { type: 'string' } },
      ],
      responses: {
        200: { content: { 'application/json': { schema: { type: 'object', required: ['id', 'name'] } } } },
        default: { content: { 'application/problem+json': {} } },
      },
    })
    expect(document.paths['/api/v1/clients'].post).toMatchObject({
      'x-permission': 'clients.edit',
      parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }],
    })
    expect(document.paths['/kw/api/clients'].post).toMatchObject({
      description: 'The same as / of "clients".',
      requestBody: { content: { 'application/json': { schema: { required: ['name'] } } } },
    })
    expect(document.paths['/api/v1/clients/{id}/photo'].post.requestBody.content['multipart/form-data'].schema).toMatchObject({
      properties: { caption: { type: 'string' }, files: { type: 'array', maxItems: 3 } },
      required: ['caption'],
    })
    expect(document.paths['/hooks/clients/hook'].post).toMatchObject({
      security: [],
      requestBody: { content: { 'application/json': { schema: { type: 'string' } } } },
    })
    const ids = Object.values(document.paths).flatMap((item: any) => Object.values(item).map((operation: any) => operation.operationId))
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('has a page for people that loads nothing from elsewhere', async () => {
    const page = await app.fetch('/api-docs')
    const html = await page.text()
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
    expect(html).not.toMatch(/https?:|<script>/)
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!)
    expect(sources).toHaveLength(4)
    for (const source of sources) expect((await app.fetch(source)).status).toBe(200)
    expect((await app.fetch('/api-docs/package.json')).status).toBe(404)
    const bundle = await app.fetch('/api-docs/swagger-ui-bundle.js')
    expect(bundle.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    const again = await app.fetch('/api-docs/swagger-ui-bundle.js', {
      headers: { 'if-modified-since': bundle.headers.get('last-modified')!, 'cache-control': 'max-age=0' },
    })
    expect(again.status).toBe(304)
  })
})
