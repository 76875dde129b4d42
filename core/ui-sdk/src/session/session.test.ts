import { expect, test } from 'vitest'
import { createSession } from './session.ts'

const words = () => ({ network: 'No answer.', unexpected: 'Odd answer.' })
const user = { id: 'u1', name: 'Ada', email: 'ada@example.com', roles: ['operator'], permissions: ['operator_panel.view'] }

function server(answers: Record<string, () => Response | Promise<Response>>) {
  const calls: string[] = []
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const name = `${init?.method ?? 'GET'} ${String(url).replace('/api/v1/auth', '')}`
    calls.push(name)
    const answer = answers[name]
    if (!answer) throw new TypeError('fetch failed')
    return answer()
  }
  return { calls, session: createSession({ fetch, words }) }
}
const json = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status })

test('a reload restores the person by the refresh cookie', async () => {
  const { session } = server({ 'POST /refresh': () => json({ accessToken: 't' }), 'GET /me': () => json(user) })
  await session.restore()
  expect(session.state.value).toBe('signed-in')
  expect(session.user.value).toEqual(user)
  expect(session.token()).toBe('t')
})

test('without a cookie the person is signed out; without a server nothing is decided', async () => {
  const refused = server({ 'POST /refresh': () => json({ code: 'unauthenticated' }, 401) })
  await refused.session.restore()
  expect(refused.session.state.value).toBe('signed-out')
  const silent = server({})
  await silent.session.restore()
  expect(silent.session.state.value).toBe('unreachable')
})

test('callers that come together share one refresh', async () => {
  const { session, calls } = server({ 'POST /refresh': () => json({ accessToken: 't' }) })
  expect(await Promise.all([session.refresh(), session.refresh(), session.refresh()])).toEqual([true, true, true])
  expect(calls).toEqual(['POST /refresh'])
  await session.refresh()
  expect(calls).toHaveLength(2)
})

test('a refused refresh signs out, a failing server does not', async () => {
  let status = 200
  const { session } = server({ 'POST /refresh': () => json({ accessToken: 't' }, status), 'GET /me': () => json(user) })
  await session.restore()
  status = 503
  await expect(session.refresh()).rejects.toMatchObject({ status: 503 })
  expect(session.state.value).toBe('signed-in')
  status = 401
  expect(await session.refresh()).toBe(false)
  expect(session.state.value).toBe('signed-out')
  expect(session.token()).toBeUndefined()
})

test('signing in reads the rights, signing out forgets all even without a server', async () => {
  const { session } = server({ 'POST /login': () => json({ accessToken: 't' }), 'GET /me': () => json(user) })
  await session.signIn({ login: 'ada@example.com', password: 'secret' })
  expect([session.can('operator_panel.view'), session.can('users.edit')]).toEqual([true, false])
  await session.signOut()
  expect([session.state.value, session.user.value, session.token()]).toEqual(['signed-out', undefined, undefined])
})
