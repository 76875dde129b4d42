import { authenticator, demoData } from '@parley/plugin-api'
import { createTestHost, silentLogger } from '@parley/test-kit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { presence, userGone } from '../src/api/index.ts'
import identityPlugin from '../src/server/plugin.ts'
import { must, root, startIdentity, type IdentityHost, type Person } from './identity-host.ts'

describe('sessions, keys and presence', () => {
  let identity: IdentityHost
  let boss: Person
  beforeAll(async () => {
    identity = await startIdentity()
    boss = await identity.signIn(root.login, root.password)
  })
  afterAll(() => identity[Symbol.asyncDispose]())
  const profile = '/api/v1/identity/profile'
  const keys = '/api/v1/identity/api-keys'

  test('a person sees the own sessions and ends one or all others', async () => {
    const first = await identity.person(['operator'])
    const second = await identity.signIn(first.login, undefined, { 'user-agent': 'Phone' })
    await identity.signIn(first.login)
    const list = must(await second.http.get(`${profile}/sessions`)).body.items
    expect(list).toHaveLength(3)
    const phone = list.find(({ current }: { current: boolean }) => current)
    expect(phone).toMatchObject({ userAgent: 'Phone', address: '127.0.0.1' })
    must(await first.http.delete(`${profile}/sessions/${phone.id}`))
    expect((await second.http.get('/api/v1/auth/me')).status).toBe(401)
    expect(must(await first.http.delete(`${profile}/sessions`)).body).toEqual({ ended: 1 })
    expect((await first.http.get('/api/v1/auth/me')).status).toBe(200)
    expect((await first.http.delete(`${profile}/sessions/${phone.id}`)).status).toBe(404)
  })

  test('nobody ends the session of another without the permission', async () => {
    const one = await identity.person(['operator'])
    const two = await identity.person(['operator'])
    const [session] = must(await one.http.get(`${profile}/sessions`)).body.items
    expect((await two.http.delete(`${profile}/sessions/${session.id}`)).status).toBe(404)
    expect((await two.http.delete(`/api/v1/identity/users/${one.id}/sessions/${session.id}`)).status).toBe(403)
    must(await boss.http.delete(`/api/v1/identity/users/${one.id}/sessions/${session.id}`))
    expect((await one.http.get('/api/v1/auth/me')).status).toBe(401)
  })

  test('the own password is changed with the old one; other sessions end', async () => {
    const here = await identity.person(['operator'])
    const there = await identity.signIn(here.login)
    const change = (current: string, next: string) => here.http.put(`${profile}/password`, { current, next })
    expect((await change('wrong', 'some other password')).body).toMatchObject({ status: 400, code: 'identity/password_wrong' })
    must(await change('a perfectly fine password', 'some other password'))
    expect((await here.http.get('/api/v1/auth/me')).status).toBe(200)
    expect((await there.http.get('/api/v1/auth/me')).status).toBe(401)
    expect((await identity.signIn(here.login, 'some other password')).id).toBe(here.id)
  })

  test('a key works in all three headers with its own permissions only, and never beyond its owner', async () => {
    const owner = await identity.person(['administrator'])
    const made = must(await owner.http.post(keys, { name: 'CRM', permissions: ['acme_crm.view'] })).body
    expect(made.token).toMatch(/^pk_[\w-]{43}$/)
    const clients = [identity.http.token(made.token, 'API-Key'), identity.http.token(made.token), identity.http.with({ 'x-auth-token': made.token })]
    for (const client of clients) {
      expect((await client.get('/api/v1/acme/deals')).body).toMatchObject({ kind: 'service', id: made.id })
      expect((await client.get('/api/v1/identity/users')).status).toBe(403)
      expect((await client.post(keys, { name: 'more', permissions: ['acme_crm.view'] })).status).toBe(403)
    }
    const listed = must(await owner.http.get(keys)).body.items
    expect(listed).toMatchObject([{ name: 'CRM', prefix: made.prefix, lastUsedAt: expect.any(String) }])
    expect(JSON.stringify(listed)).not.toContain(made.token)
    must(await boss.http.patch(`/api/v1/identity/users/${owner.id}`, { roles: ['operator'] }))
    expect((await clients[0]!.get('/api/v1/acme/deals')).status).toBe(403)
  })

  test('a key cannot have rights its maker lacks, expires, and is gone when revoked', async () => {
    const owner = await identity.person(['administrator'])
    expect((await owner.http.post(keys, { name: 'x', permissions: ['instance.edit'] })).status).toBe(403)
    const expiresAt = new Date(identity.host.clock.now().getTime() + 60_000).toISOString()
    const short = must(await owner.http.post(keys, { name: 'short', permissions: ['acme_crm.view'], expiresAt })).body
    const call = (token: string) => identity.http.token(token, 'API-Key').get('/api/v1/acme/deals')
    expect((await call(short.token)).status).toBe(200)
    await identity.host.clock.advance(60_001)
    expect((await call(short.token)).status).toBe(401)
    const long = must(await owner.http.post(keys, { name: 'long', permissions: ['acme_crm.view'] })).body
    expect((await call(long.token)).status).toBe(200)
    const stranger = await identity.person(['integrator'])
    expect((await stranger.http.delete(`${keys}/${long.id}`)).status).toBe(404)
    must(await owner.http.delete(`${keys}/${long.id}`))
    expect((await call(long.token)).status).toBe(401)
    expect((await call('pk_made-up')).status).toBe(401)
  })

  test('a key that is asked for twice is made once, and not shown a second time', async () => {
    const ask = () => boss.http.post(keys, { name: 'once', permissions: ['acme_crm.view'] }, { headers: { 'idempotency-key': 'k1' } })
    const made = must(await ask()).body
    expect((await ask()).body).toMatchObject({ status: 409, code: 'idempotency_conflict' })
    const kept = await identity.host.database.host.query(
      "SELECT convert_from(body, 'UTF8') AS body FROM {idempotent_requests} WHERE body IS NOT NULL",
    )
    expect(JSON.stringify(kept)).not.toContain(made.token)
    expect(must(await boss.http.get(keys)).body.items.filter(({ name }: { name: string }) => name === 'once')).toHaveLength(1)
  })

  test('a person is present while the shell gives signs of life, and gone once after the grace', async () => {
    const person = await identity.person(['operator'])
    must(await person.http.post('/api/v1/identity/presence'))
    const seen = await identity.host.service(presence).seen([person.id, boss.id])
    expect(seen.get(person.id)).toEqual(identity.host.clock.now())
    expect(seen.has(boss.id)).toBe(false)
    const sweep = () => identity.host.run('identity', (cradle) => cradle.presence.sweep())
    const gone = async () =>
      (await identity.host.database.forPlugin('identity').query('SELECT 1 AS one FROM {presence} WHERE gone AND user_id = $1', [person.id])).length
    await identity.host.database
      .forPlugin('identity')
      .query("UPDATE {presence} SET seen_at = seen_at - interval '9 minutes' WHERE user_id = $1", [person.id])
    await sweep()
    expect(await gone()).toBe(0)
    await identity.host.database
      .forPlugin('identity')
      .query("UPDATE {presence} SET seen_at = seen_at - interval '2 minutes' WHERE user_id = $1", [person.id])
    await sweep()
    expect(await gone()).toBe(1)
    expect(userGone.id).toBe('identity.user-gone@1')
    must(await person.http.post('/api/v1/identity/presence'))
    expect(await gone()).toBe(0)
  })

  test('every write leaves who, what and on whom', async () => {
    const actions = new Set(await identity.auditActions())
    for (const action of [
      'user.create',
      'user.sign_in',
      'user.update',
      'user.change_password',
      'session.end',
      'session.end_all',
      'api_key.create',
      'api_key.revoke',
    ]) {
      expect(actions).toContain(action)
    }
  })
})

test('the authenticator is contributed and knows nobody by a made-up token', async () => {
  await using identity = await startIdentity()
  const found = identity.host.contribution(authenticator, 'identity')
  expect(await found.authenticate({ scheme: 'bearer', token: 'x.y.z', address: '127.0.0.1' })).toBeUndefined()
})

test('the demo’s people can sign in, are there once after two seeds, and go again', async () => {
  await using identity = await startIdentity()
  const demo = identity.host.contribution(demoData, 'identity')
  const context = { now: identity.host.clock.now(), log: silentLogger, shared: new Map<string, unknown>() }
  await demo.seed(context)
  await demo.seed(context)
  expect(context.shared.get('operators')).toHaveLength(3)
  expect((await identity.signIn('oksana.koval@demo.parley', 'demo-parley')).id).toBe((context.shared.get('operators') as string[])[0])
  await demo.remove(context)
  expect((await identity.http.post('/api/v1/auth/login', { login: 'oksana.koval@demo.parley', password: 'demo-parley' })).status).toBe(401)
})

test('a second start makes no second administrator', async () => {
  await using first = await createTestHost({ plugins: [identityPlugin], config: { identity: { admin: root } } })
  await using second = await createTestHost({
    plugins: [identityPlugin],
    config: { identity: { admin: { login: 'other@example.com', password: 'whatever it is' } } },
    database: first.database,
    dataDir: first.dataDir,
  })
  const login = (body: object) => second.http.post('/api/v1/auth/login', body)
  expect((await login(root)).status).toBe(200)
  expect((await login({ login: 'other@example.com', password: 'whatever it is' })).status).toBe(401)
})

test('a password that was made up is printed by the start that made it, works, is in no log, and never comes again', async () => {
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    await using first = await createTestHost({ plugins: [identityPlugin] })
    const shown = (): string[] => printed.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('Password:'))
    expect(shown()).toHaveLength(1)
    const [, password] = /Password: (\S+)/.exec(shown()[0]!)!
    await using second = await createTestHost({ plugins: [identityPlugin], database: first.database, dataDir: first.dataDir })
    expect(shown()).toHaveLength(1)
    expect((await second.http.post('/api/v1/auth/login', { login: 'admin@parley.local', password })).status).toBe(200)
    expect(JSON.stringify([first.logs, second.logs])).not.toContain(password)
  } finally {
    printed.mockRestore()
  }
})
