import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must, root, startIdentity, type IdentityHost } from './identity-host.ts'

describe('sign-in', () => {
  let identity: IdentityHost
  beforeAll(async () => {
    identity = await startIdentity()
  })
  afterAll(() => identity[Symbol.asyncDispose]())
  const login = (body: object, headers = {}) => identity.http.post('/api/v1/auth/login', body, { headers })
  const sessions = () => identity.host.database.forPlugin('identity')
  const refresh = (refreshToken: string, headers = {}) => identity.http.post('/api/v1/auth/refresh', { refreshToken }, { headers })

  test('answers tokens to the documented call and sets the cookie out of reach of scripts', async () => {
    const answer = await login(root)
    expect(answer.body).toEqual({ accessToken: expect.any(String), refreshToken: expect.any(String), expiresIn: 600 })
    expect(answer.headers.get('set-cookie')).toMatch(/^parley_refresh=[\w-]+; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict; Max-Age=2592000$/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('the login is taken in any case and with spaces around it', async () => {
    expect((await login({ login: ' ROOT@Example.com ', password: root.password })).status).toBe(200)
  })

  test('says the same to a wrong login, a wrong password and a deactivated person', async () => {
    const gone = await identity.person(['operator'])
    const boss = await identity.signIn(root.login, root.password)
    must(await boss.http.patch(`/api/v1/identity/users/${gone.id}`, { active: false }))
    const answers = await Promise.all([
      login({ login: 'nobody@example.com', password: 'wrong' }),
      login({ login: root.login, password: 'wrong' }),
      login({ login: gone.login, password: 'a perfectly fine password' }),
    ])
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.code} ${body.detail}`))).toEqual(
      new Set(['401 unauthenticated The login or the password is wrong. Check both and try again.']),
    )
  })

  test('is refused for a while after five failures, and says how long', async () => {
    const guess = () => login({ login: 'victim@example.com', password: 'guess' })
    for (let count = 0; count < 5; count++) expect((await guess()).status).toBe(401)
    expect((await guess()).body).toMatchObject({ status: 423, code: 'locked_out', details: { retryAfter: 30 } })
    await identity.host.clock.advance(30_001)
    expect((await guess()).status).toBe(401)
  })

  test('malformed bodies are refused in plain words', async () => {
    for (const body of [{}, { login: root.login }, { login: 5, password: 'x' }, { login: 'a', password: 'x'.repeat(300) }]) {
      expect((await login(body)).body).toMatchObject({ status: 400, code: 'invalid_input' })
    }
  })

  test('a refresh token works once and brings its successor', async () => {
    const { refreshToken } = await identity.signIn(root.login, root.password)
    const next = must(await refresh(refreshToken)).body
    expect(next.refreshToken).not.toBe(refreshToken)
    expect((await identity.http.token(next.accessToken).get('/api/v1/auth/me')).body.email).toBe(root.login)
    expect((await refresh(next.refreshToken)).status).toBe(200)
  })

  test('the cookie does the same as the body', async () => {
    const { refreshToken } = await identity.signIn(root.login, root.password)
    const answer = await identity.http.post('/api/v1/auth/refresh', undefined, { headers: { cookie: `parley_refresh=${refreshToken}` } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toContain(answer.body.refreshToken)
  })

  test('two tabs that wake together both go on, with the same successor', async () => {
    const { refreshToken } = await identity.signIn(root.login, root.password)
    const [one, two] = await Promise.all([refresh(refreshToken), refresh(refreshToken)])
    expect([one!.status, two!.status]).toEqual([200, 200])
    expect(one!.body.refreshToken).toBe(two!.body.refreshToken)
  })

  test('a refresh token used a second time ends the whole session', async () => {
    const { refreshToken, http } = await identity.signIn(root.login, root.password)
    const next = must(await refresh(refreshToken)).body
    await identity.host.clock.advance(31_000)
    expect((await refresh(refreshToken)).status).toBe(401)
    expect((await refresh(next.refreshToken)).status).toBe(401)
    expect((await http.get('/api/v1/auth/me')).status).toBe(401)
    expect((await identity.auditActions()).at(-1)).toBe('session.end')
  })

  test('another browser cannot use the leeway of two tabs', async () => {
    const { refreshToken } = await identity.signIn(root.login, root.password, { 'user-agent': 'one' })
    must(await refresh(refreshToken, { 'user-agent': 'one' }))
    expect((await refresh(refreshToken, { 'user-agent': 'two' })).status).toBe(401)
  })

  test('a token nobody issued ends nothing', async () => {
    const person = await identity.signIn(root.login, root.password)
    expect((await refresh(`${person.refreshToken.slice(0, -4)}AAAA`)).status).toBe(401)
    expect((await identity.http.post('/api/v1/auth/refresh')).status).toBe(401)
    expect((await person.http.get('/api/v1/auth/me')).status).toBe(200)
  })

  test('signing out ends the session and takes the cookie away', async () => {
    const person = await identity.signIn(root.login, root.password)
    const answer = must(await identity.http.post('/api/v1/auth/logout', { refreshToken: person.refreshToken }))
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await person.http.get('/api/v1/auth/me')).status).toBe(401)
    expect((await refresh(person.refreshToken)).status).toBe(401)
    expect((await identity.http.post('/api/v1/auth/logout')).status).toBe(200)
  })

  test('an access token ends after ten minutes, a session after thirty days without use', async () => {
    const person = await identity.signIn(root.login, root.password)
    await identity.host.clock.advance(600_000)
    expect((await person.http.get('/api/v1/auth/me')).status).toBe(401)
    const next = must(await refresh(person.refreshToken)).body
    const left = async () => {
      const [row] = await sessions().query<{ expires_at: Date }>('SELECT expires_at FROM {sessions} WHERE user_id = $1 ORDER BY rotated_at DESC', [
        person.id,
      ])
      return (row!.expires_at.getTime() - identity.host.clock.now().getTime()) / 86_400_000
    }
    expect(await left()).toBe(30)
    await sessions().query("UPDATE {sessions} SET expires_at = expires_at - interval '30 days'")
    expect((await refresh(next.refreshToken)).status).toBe(401)
  })

  test('who is signed in is told with roles and the permissions of all plugins', async () => {
    const person = await identity.person(['analyst'])
    expect((await person.http.get('/api/v1/auth/me')).body).toMatchObject({
      id: person.id,
      name: expect.stringMatching(/^Oksana Koval/),
      email: person.login,
      roles: ['analyst'],
      permissions: ['acme_crm.view'],
    })
  })
})
