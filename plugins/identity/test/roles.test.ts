import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must, root, startIdentity, wordsOfDeals, type IdentityHost, type Person } from './identity-host.ts'

describe('roles', () => {
  let identity: IdentityHost
  let boss: Person
  beforeAll(async () => {
    identity = await startIdentity()
    boss = await identity.signIn(root.login, root.password)
  })
  afterAll(() => identity[Symbol.asyncDispose]())
  const path = '/api/v1/identity/roles'
  const table = async () => (await boss.http.get(path)).body
  const roleOf = async (key: string) => (await table()).roles.find((role: { key: string }) => role.key === key)

  test('the table has the permissions of every running plugin', async () => {
    const { modules, roles } = await table()
    expect(modules.find(({ module }: { module: string }) => module === 'acme_crm')).toEqual({
      module: 'acme_crm',
      plugin: 'acme',
      permissions: [{ id: 'acme_crm.view', verb: 'view', title: 'See deals', words: wordsOfDeals, scope: 'bot' }],
    })
    expect(roles.map(({ key }: { key: string }) => key)).toEqual([
      'root',
      'administrator',
      'supervisor',
      'operator',
      'light_agent',
      'integrator',
      'analyst',
    ])
    expect(roles[0]).toMatchObject({ fixed: true, builtIn: true, users: 1 })
  })

  test('a role of one’s own is exactly its list and works at once', async () => {
    const made = must(await boss.http.post(path, { key: 'sales', title: 'Продажі', permissions: ['acme_crm.view'] })).body
    expect(made).toMatchObject({ key: 'sales', builtIn: false, permissions: ['acme_crm.view'], users: 0 })
    const person = await identity.person(['sales'])
    expect((await person.http.get('/api/v1/acme/deals')).status).toBe(200)
    must(await boss.http.put(`${path}/sales`, { title: 'Продажі', permissions: [] }))
    expect((await person.http.get('/api/v1/acme/deals')).status).toBe(403)
    expect((await boss.http.delete(`${path}/sales`)).body).toMatchObject({ status: 409, detail: expect.stringContaining('1 people') })
    must(await boss.http.patch(`/api/v1/identity/users/${person.id}`, { roles: ['operator'] }))
    must(await boss.http.delete(`${path}/sales`))
    expect(await roleOf('sales')).toBeUndefined()
  })

  test('a built-in role can be adjusted both ways, and keeps its title', async () => {
    must(await boss.http.put(`${path}/operator`, { title: 'Other', permissions: ['users.view'] }))
    expect(await roleOf('operator')).toMatchObject({ title: 'Operator', permissions: ['users.view'] })
    const person = await identity.person(['operator'])
    expect((await person.http.get('/api/v1/identity/users')).status).toBe(200)
    must(await boss.http.put(`${path}/operator`, { title: 'Operator', permissions: [] }))
    expect((await person.http.get('/api/v1/identity/users')).status).toBe(403)
  })

  test('root and administrator stay as they are, built-in roles cannot be deleted', async () => {
    expect((await boss.http.put(`${path}/administrator`, { title: 'x', permissions: [] })).status).toBe(403)
    expect((await boss.http.delete(`${path}/operator`)).status).toBe(403)
    expect((await boss.http.put(`${path}/nobody`, { title: 'x', permissions: [] })).status).toBe(404)
    expect((await boss.http.post(path, { key: 'root', title: 'x', permissions: [] })).status).toBe(409)
    expect((await boss.http.post(path, { title: 'x', permissions: ['made.up'] })).body).toMatchObject({ status: 400, code: 'invalid_input' })
  })

  test('nobody can put a right into a role that they do not hold', async () => {
    const administrator = await identity.person(['administrator'])
    const evil = await administrator.http.post(path, { title: 'Evil', permissions: ['instance.edit'] })
    expect(evil.body).toMatchObject({ status: 403, detail: expect.stringContaining('instance.edit') })
    expect((await administrator.http.post(path, { title: 'Fine', permissions: ['acme_crm.view'] })).status).toBe(200)
    must(await boss.http.post(path, { key: 'powerful', title: 'Powerful', permissions: ['instance.edit', 'acme_crm.view'] }))
    expect((await administrator.http.put(`${path}/powerful`, { title: 'Powerful', permissions: ['instance.edit'] })).status).toBe(200)
    expect((await administrator.http.put(`${path}/powerful`, { title: 'Powerful', permissions: [] })).status).toBe(403)
    expect((await administrator.http.delete(`${path}/powerful`)).status).toBe(403)
  })
})
