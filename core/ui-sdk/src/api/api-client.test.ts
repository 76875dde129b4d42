import { expect, test } from 'vitest'
import { createApiClient } from './api-client.ts'
import { isApiError, type ApiError } from './api-error.ts'

const words = () => ({ network: 'No answer.', unexpected: 'Odd answer.' })

function server(answers: readonly (Response | Error)[], refresh: () => Promise<boolean> = async () => false) {
  const calls: { url: string; init: RequestInit }[] = []
  const left = [...answers]
  let token = 'first'
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    calls.push({ url: String(url), init })
    const answer = left.shift() ?? new Response('{}')
    if (answer instanceof Error) throw answer
    return answer
  }
  const renew = async (): Promise<boolean> => {
    token = 'second'
    return refresh()
  }
  return { calls, api: createApiClient({ fetch, words, token: () => token, refresh: renew }).forPlugin('acme') }
}
const headers = (call: { init: RequestInit } | undefined): Record<string, string> => call?.init.headers as Record<string, string>

test('paths without a slash start at the plugin, those with one are taken as they are, queries are appended', async () => {
  const { api, calls } = server([])
  await api.get('things', { query: { cursor: 'a b', tag: ['x', 'y'], none: undefined } })
  await api.get('/api/v1/auth/me')
  expect(calls.map((call) => call.url)).toEqual(['/api/v1/acme/things?cursor=a+b&tag=x&tag=y', '/api/v1/auth/me'])
  expect(headers(calls[0])['authorization']).toBe('Bearer first')
})

test('a write carries an Idempotency-Key, the same one when it is repeated after a refresh', async () => {
  const { api, calls } = server([new Response('{}', { status: 401 }), new Response('{"id":1}')], async () => true)
  expect(await api.post('things', { a: 1 })).toEqual({ id: 1 })
  expect(calls).toHaveLength(2)
  expect(headers(calls[1])['authorization']).toBe('Bearer second')
  expect(headers(calls[0])['idempotency-key']).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(headers(calls[1])['idempotency-key']).toBe(headers(calls[0])['idempotency-key'])
})

test('without a new token the 401 is told and nothing is tried again', async () => {
  const { api, calls } = server([new Response('{"code":"unauthenticated","detail":"Sign in."}', { status: 401 })])
  await expect(api.get('things')).rejects.toMatchObject({ code: 'unauthenticated', status: 401, detail: 'Sign in.' })
  expect(calls).toHaveLength(1)
})

test('a problem becomes an ApiError with its issues and request id', async () => {
  const problem = { code: 'invalid_input', detail: 'Two fields are wrong.', requestId: 'r1', issues: [{ path: ['name'], message: 'Too short.' }] }
  const { api } = server([new Response(JSON.stringify(problem), { status: 400 })])
  const error = (await api.put('things/1', {}).catch((caught: unknown) => caught)) as ApiError
  expect(isApiError(error, 'invalid_input')).toBe(true)
  expect(error).toMatchObject({ message: 'Two fields are wrong.', requestId: 'r1', issues: [{ path: ['name'], message: 'Too short.' }] })
})

test("a proxy's page and a dead network become sentences of ours", async () => {
  const { api } = server([new Response('<html>Bad gateway</html>', { status: 502 }), new TypeError('fetch failed')])
  await expect(api.get('things')).rejects.toMatchObject({ code: 'http_502', detail: 'Odd answer.' })
  await expect(api.get('things')).rejects.toMatchObject({ code: 'network', status: 0, detail: 'No answer.' })
})

test('an aborted call ends with the reason it was aborted for, not with a network error', async () => {
  const reason = new DOMException('gone', 'AbortError')
  const { api } = server([reason])
  await expect(api.get('things', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('an empty answer is undefined', async () => {
  const { api } = server([new Response(null, { status: 204 })])
  expect(await api.delete('things/1')).toBeUndefined()
})
