import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { users as usersToken } from '../src/api/index.ts'
import { must, root, startIdentity, type IdentityHost, type Person } from './identity-host.ts'

describe('users', () => {
  let identity: IdentityHost
  let boss: Person
  beforeAll(async () => {
    identity = await startIdentity()
    boss = await identity.signIn(root.login, root.password)
  })
  afterAll(() => identity[Symbol.asyncDispose]())
  const path = '/api/v1/identity/users'

  test('are listed by name, searched, filtered and paged', async () => {
    const names = [
      ['Андрій', 'Ярема'],
      ['Zoe', 'Abel'],
      ['Anna', 'Яременко'],
      ['100%', 'Real_Name'],
    ]
    for (const [index, [firstName, lastName]] of names.entries()) {
      must(await boss.http.post(path, { email: `list${index}@paged.example`, firstName, lastName, roles: ['light_agent'] }))
    }
    const list = async (query: Record<string, string | number>) => (await boss.http.get(path, { query: { role: 'light_agent', ...query } })).body
    expect((await list({})).items.map(({ lastName }: { lastName: string }) => lastName)).toEqual(['Abel', 'Real_Name', 'Ярема', 'Яременко'])
    const first = await list({ limit: 3 })
    const second = await list({ limit: 3, cursor: first.nextCursor })
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([3, 1, undefined])
    expect((await list({ search: 'ЯРЕМ' })).items).toHaveLength(2)
    expect((await list({ search: 'ярем ан' })).items).toMatchObject([{ firstName: 'Андрій' }])
    expect((await list({ search: '0%' })).items).toHaveLength(1)
    expect((await list({ search: 'l_n' })).items).toHaveLength(1)
    expect((await list({ search: 'list1@' })).items).toMatchObject([{ firstName: 'Zoe' }])
    expect((await list({ active: 'false' })).items).toEqual([])
    expect((await boss.http.get(path, { query: { cursor: 'broken' } })).body).toMatchObject({ status: 400, code: 'invalid_input' })
  })

  test('have a login of their own, whatever its case', async () => {
    const one = must(await boss.http.post(path, { email: 'Same@Example.com', roles: ['operator'] })).body
    expect(one.email).toBe('same@example.com')
    const again = await boss.http.post(path, { email: 'SAME@example.COM', roles: ['operator'] })
    expect(again.body).toMatchObject({ status: 409, code: 'identity/login_taken' })
    const other = must(await boss.http.post(path, { email: 'other@example.com', roles: ['operator'] })).body
    expect((await boss.http.patch(`${path}/${other.id}`, { email: 'Same@example.com' })).status).toBe(409)
    must(await boss.http.delete(`${path}/${one.id}`))
    expect((await boss.http.post(path, { email: 'same@example.com', roles: ['operator'] })).status).toBe(200)
  })

  test('cannot be made with a wrong address, a weak password or an unknown role', async () => {
    const make = (more: object) => boss.http.post(path, { email: 'new@example.com', roles: ['operator'], ...more })
    expect((await make({ email: 'no address' })).body).toMatchObject({ status: 400, code: 'invalid_input' })
    expect((await make({ password: 'short' })).body.detail).toContain('at least 10 characters')
    expect((await make({ password: 'aaaaaaaaaaaaaaaa' })).body.detail).toContain('too easy')
    expect((await make({ roles: ['emperor'] })).body.detail).toContain('There is no role "emperor"')
  })

  test('who are deactivated lose access at once and cannot come back', async () => {
    const person = await identity.person(['operator'])
    must(await boss.http.patch(`${path}/${person.id}`, { active: false }))
    expect((await person.http.get('/api/v1/auth/me')).status).toBe(401)
    expect((await identity.http.post('/api/v1/auth/refresh', { refreshToken: person.refreshToken })).status).toBe(401)
    must(await boss.http.patch(`${path}/${person.id}`, { active: true }))
    expect((await identity.signIn(person.login)).id).toBe(person.id)
  })

  test('who are deactivated by another process lose access within ten seconds', async () => {
    const person = await identity.person(['operator'])
    await identity.host.database.forPlugin('identity').query('UPDATE {users} SET active = false WHERE id = $1', [person.id])
    await identity.host.clock.advance(10_000)
    expect((await person.http.get('/api/v1/auth/me')).status).toBe(401)
  })

  test('changed roles work at once', async () => {
    const person = await identity.person(['operator'])
    expect((await person.http.get('/api/v1/acme/deals')).status).toBe(403)
    must(await boss.http.patch(`${path}/${person.id}`, { roles: ['analyst'] }))
    expect((await person.http.get('/api/v1/acme/deals')).status).toBe(200)
  })

  test('may be limited to some bots', async () => {
    const person = await identity.person(['analyst'], { botIds: ['b1'] })
    expect((await person.http.get('/api/v1/acme/deals')).body).toMatchObject({ b1: true, b2: false })
    must(await boss.http.patch(`${path}/${person.id}`, { botIds: [] }))
    expect((await person.http.get('/api/v1/acme/deals')).body).toMatchObject({ b1: true, b2: true })
  })

  test('the last root can be neither demoted, deactivated nor deleted, not even by two at once', async () => {
    expect((await boss.http.patch(`${path}/${boss.id}`, { roles: ['operator'] })).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('last active'),
    })
    expect((await boss.http.patch(`${path}/${boss.id}`, { active: false })).status).toBe(409)
    expect((await boss.http.delete(`${path}/${boss.id}`)).status).toBe(409)
    const second = await identity.person(['root'])
    const both = await Promise.all([
      boss.http.patch(`${path}/${second.id}`, { active: false }),
      second.http.patch(`${path}/${boss.id}`, { active: false }),
    ])
    expect(both.map(({ status }) => status).toSorted()).not.toEqual([200, 200])
    const roots = (await identity.host.service(usersToken).list({ active: true, role: 'root' })).map(({ id }) => id)
    expect(roots.length).toBeGreaterThan(0)
    const left = roots.includes(boss.id) ? boss : second
    must(await left.http.patch(`${path}/${boss.id}`, { active: true }))
    boss = await identity.signIn(root.login, root.password)
  })

  test('nobody can give, take or manage more than they hold', async () => {
    const administrator = await identity.person(['administrator'])
    const other = await identity.person(['operator'])
    const attempts = await Promise.all([
      administrator.http.post(path, { email: 'evil@example.com', roles: ['root'] }),
      administrator.http.patch(`${path}/${administrator.id}`, { roles: ['root'] }),
      administrator.http.patch(`${path}/${other.id}`, { roles: ['root'] }),
      administrator.http.patch(`${path}/${boss.id}`, { active: false }),
      administrator.http.delete(`${path}/${boss.id}`),
      administrator.http.post(`${path}/${boss.id}/password-link`),
      administrator.http.delete(`${path}/${boss.id}/sessions`),
      other.http.get(path),
      other.http.patch(`${path}/${other.id}`, { roles: ['administrator'] }),
      identity.http.get(path),
    ])
    expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403, 403, 403, 403, 401])
  })

  test('who works with some bots only makes people for those only, and no roles', async () => {
    const roles = '/api/v1/identity/roles'
    must(await boss.http.post(roles, { key: 'lead', title: 'Lead', permissions: ['users.view', 'users.edit', 'acme_crm.view'] }))
    const lead = await identity.person(['lead'], { botIds: ['b1', 'b2'] })
    const make = (email: string, botIds: readonly string[]) => lead.http.post(path, { email, roles: ['lead'], botIds })
    const made = must(await make('within@example.com', ['b1'])).body
    expect((await make('beyond@example.com', ['b1', 'b3'])).body).toMatchObject({ status: 403, code: 'identity/limited_to_bots' })
    expect((await make('all@example.com', [])).status).toBe(403)
    expect((await lead.http.patch(`${path}/${made.id}`, { botIds: [] })).status).toBe(403)
    expect((await lead.http.patch(`${path}/${lead.id}`, { botIds: [] })).status).toBe(403)
    expect((await lead.http.put(`${roles}/lead`, { title: 'Lead', permissions: [] })).status).toBe(403)
    const everywhere = await identity.person(['lead'])
    expect((await lead.http.patch(`${path}/${everywhere.id}`, { active: false })).status).toBe(403)
    must(await lead.http.patch(`${path}/${lead.id}`, { firstName: 'Own' }))
  })

  test('choose a password by a link that works once and ends the sessions', async () => {
    const person = await identity.person(['operator'])
    const first = must(await boss.http.post(`${path}/${person.id}/password-link`)).body
    const link = must(await boss.http.post(`${path}/${person.id}/password-link`)).body
    expect(link.path).toMatch(/^\/identity\/new-password#[\w-]{43}$/)
    const use = (from: { path: string }, password: string) =>
      identity.http.post('/api/v1/auth/new-password', { token: from.path.split('#')[1], password })
    expect((await use(first, 'a brand new password')).status).toBe(404)
    expect((await use(link, 'short')).status).toBe(400)
    expect((await use(link, 'a brand new password')).status).toBe(200)
    expect((await use(link, 'another new password')).status).toBe(404)
    expect((await person.http.get('/api/v1/auth/me')).status).toBe(401)
    expect((await identity.signIn(person.login, 'a brand new password')).id).toBe(person.id)
  })

  test('the service of other plugins knows them, also those who are deleted', async () => {
    const service = identity.host.service(usersToken)
    const made = await service.create({
      email: 'Service@Example.com',
      firstName: 'Ігор',
      lastName: 'Сова',
      roles: ['analyst'],
      password: 'a perfectly fine password',
    })
    expect(await service.get(made.id)).toMatchObject({ email: 'service@example.com', active: true })
    expect(await service.can(made.id, 'acme_crm.view')).toBe(true)
    expect(await service.can(made.id, 'users.edit')).toBe(false)
    expect(await service.can(made.id, 'made.up')).toBe(false)
    await service.remove(made.id)
    expect(await service.get(made.id)).toBeUndefined()
    expect((await service.byIds([made.id])).get(made.id)).toMatchObject({ firstName: 'Ігор', active: false })
    expect(await service.can(made.id, 'acme_crm.view')).toBe(false)
    const db = identity.host.database.forPlugin('acme')
    const [row] = await db.query<{ last_name: string }>('SELECT last_name FROM {identity.users} WHERE id = $1', [made.id])
    expect(row?.last_name).toBe('Сова')
  })
})
