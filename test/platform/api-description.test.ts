import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApiHost } from './api-host.ts'
import { contradictions, openApiDocument } from './openapi-structure.ts'

let api: ApiHost
beforeAll(async () => {
  api = await ApiHost.start()
})
afterAll(() => api?.stop())

test('every route says in words what it does', () => {
  const silent = api.operations.filter(({ summary }) => summary === undefined || summary.length < 5)
  expect(silent.map(({ label }) => label)).toEqual([])
  // words for people: no names of code, no full stop, a capital letter
  const odd = api.operations.filter(({ summary = '' }) => !/^[A-Z]/.test(summary) || /\w_\w|\.$/.test(summary.replaceAll(/`[^`]*`|call_node/g, '')))
  expect(odd.map(({ label, summary }) => `${label}: ${summary}`)).toEqual([])
})

test('the document is valid OpenAPI 3.1', () => {
  const { error, data } = openApiDocument.safeParse(api.document)
  expect(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []).toEqual([])
  expect(contradictions(data!)).toEqual([])
})

test('what is wrong with a document is found', () => {
  const broken = structuredClone(api.document)
  broken.paths['/api/v1/clients/clients/{id}'].get.parameters = [{ $ref: '#/components/parameters/Nothing' }]
  broken.paths['/api/v1/clients/clients/{key}'] = broken.paths['/api/v1/clients/clients/{id}']
  expect(contradictions(broken)).toEqual(
    expect.arrayContaining([
      '#/components/parameters/Nothing leads nowhere',
      'get /api/v1/clients/clients/{id}: its parameters are ',
      '/api/v1/clients/clients/{key} is another path but for its names',
      'get /api/v1/clients/clients/{key}: its operationId stands twice',
    ]),
  )
  broken.paths['/api/v1/clients/clients'].get.responses[200] = { schema: {} }
  expect(openApiDocument.safeParse(broken).success).toBe(false)
})

test('there is a page for people', async () => {
  const page = await fetch(`${api.host.url}/api-docs`)
  expect({ status: page.status, type: page.headers.get('content-type') }).toMatchObject({ status: 200, type: expect.stringContaining('text/html') })
})
