import { createTestHost, type TestClient } from '@parley/test-kit'
import type { Platform } from '@parley/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shopScenario } from '../../plugins/scenario-runtime/src/server/demo/shop-scenario.ts'
import { builtIn, type AnyHost } from './api-host.ts'

const root = { login: 'root@example.com', password: 'correct horse battery' }
const secret = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`
const system = { kind: 'system' as const, id: 'system', name: 'a test', can: () => true }

interface Installation {
  readonly host: AnyHost
  readonly api: TestClient
}
type Files = readonly { readonly path: string; readonly text: string }[]
type Import = Parameters<Platform['configuration']['import']>[1]

const must = async (answer: ReturnType<TestClient['get']>): Promise<any> => {
  const { status, body, text } = await answer
  if (status >= 300) throw new Error(`${status}: ${text}`)
  return body
}

const install = async (): Promise<Installation> => {
  const plugins = await Promise.all(builtIn.map((id) => import(`../../plugins/${id}/src/server/plugin.ts`)))
  const host = await createTestHost({ plugins, config: { identity: { admin: root } }, time: 'real' })
  const { accessToken } = await must(host.http.post('/api/v1/auth/login', root))
  return { host, api: host.http.token(accessToken) }
}

const exported = ({ host }: Installation) => host.platform.configuration.export()
const imported = ({ host }: Installation, files: Files, options: Partial<Import> = {}) =>
  host.platform.configuration.import(files, { actor: system, signal: new AbortController().signal, ...options })

/** Two bots of one name, a channel with a secret, a published scenario with a newer draft, and everything that belongs to the panel and people's rights. */
const configure = async ({ api }: Installation): Promise<{ shop: string; account: any }> => {
  const [shop] = [
    await must(api.post('/api/v1/conversations/bots', { name: 'Крамниця №1', language: 'uk' })),
    await must(api.post('/api/v1/conversations/bots', { name: 'Крамниця №1' })),
  ]
  await must(
    api.patch(`/api/v1/conversations/bots/${shop.id}`, {
      version: shop.version,
      constants: { '10': 'ten', price: 12.5, list: [1, { a: 'yes' }], empty: '' },
    }),
  )
  const config = { custom_channel_url: 'http://127.0.0.1:9/', format: 'standard_webhooks', secret }
  const account = await must(api.post('/api/v1/conversations/accounts', { botId: shop.id, channel: 'custom_channel', title: 'App', config }))
  const scenario = shopScenario
  await must(api.put(`/api/v1/scenario-runtime/bots/${shop.id}/draft`, { document: scenario }))
  await must(api.post(`/api/v1/scenario-runtime/bots/${shop.id}/publish`))
  await must(api.put(`/api/v1/scenario-runtime/bots/${shop.id}/draft`, { document: { ...scenario, title: 'Something new: "yes", no, 012' } }))
  const sales = await must(api.post('/api/v1/operator-panel/topics', { alias: 'Sales', name: 'Sales' }))
  // sorts before its parent by name and by alias
  const retail = await must(api.post('/api/v1/operator-panel/topics', { alias: 'ARetail', name: 'A retail', parentId: sales.id }))
  await must(api.post('/api/v1/operator-panel/topics', { alias: 'sales', name: 'Another' }))
  await must(api.post('/api/v1/operator-panel/skill-groups', { name: 'Retail, north', topicIds: [sales.id, retail.id] }))
  await must(api.post('/api/v1/operator-panel/close-statuses', { code: 9, name: 'Sold', isDefault: true }))
  await must(api.put('/api/v1/clients/fields/loyalty', { type: 'SELECT', label: 'Loyalty', options: { values: ['gold', 'no'] }, position: 3 }))
  await must(
    api.post('/api/v1/identity/roles', {
      key: 'night_shift',
      title: 'Night shift',
      description: 'text\nof lines',
      permissions: ['dialogs.view', 'bots.view'],
    }),
  )
  await must(
    api.put('/api/v1/settings/operator-panel/operator-panel.distribution', {
      value: { autoConnect: false, method: 'default', defaultMaxDialogs: 7 },
      version: 0,
    }),
  )
  await must(api.put('/api/v1/settings/scenario-runtime/instance-settings', { value: { values: { crm_token: 'very-secret-token' } }, version: 0 }))
  return { shop: shop.id, account }
}

const secrets = {
  'conversations/accounts/крамниця-1-app/config/secret': secret,
  'scenario-runtime/settings/instance-settings/values/crm_token': 'very-secret-token',
}

describe('the configuration of a whole installation', () => {
  let source: Installation
  let target: Installation
  let made: Awaited<ReturnType<typeof configure>>
  beforeAll(async () => {
    source = await install()
    target = await install()
    made = await configure(source)
  })
  afterAll(async () => {
    await source?.host.stop()
    await target?.host.stop()
  })

  test('an export has a readable file for each thing, the same bytes twice, and no secret', async () => {
    const first = await exported(source)
    const second = await exported(source)
    expect(second).toEqual(first)
    const text = JSON.stringify(first)
    expect(text).not.toContain('whsec_')
    expect(text).not.toContain('very-secret-token')
    expect(text).not.toContain(made.shop)
    expect(first.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'conversations/bots/крамниця-1.yaml',
        'conversations/bots/крамниця-1-2.yaml',
        'operator-panel/topics/%53ales.yaml',
        'operator-panel/topics/sales.yaml',
      ]),
    )
    const group = first.files.find(({ path }) => path.startsWith('operator-panel/skill-groups/'))
    expect(group?.text).toBe('name: Retail, north\nactive: true\ntopics:\n  - ARetail\n  - Sales\n')
    expect(first.files.find(({ path }) => path.startsWith('conversations/accounts/'))?.text).toBe(
      [
        'bot: крамниця-1',
        'channel: custom_channel',
        'title: App',
        'active: true',
        'config:',
        '  custom_channel_url: http://127.0.0.1:9/',
        '  format: standard_webhooks',
        '  secret:',
        '    $secret: conversations/accounts/крамниця-1-app/config/secret',
        '',
      ].join('\n'),
    )
  })

  test('a fresh installation becomes the same: same hash, other ids, and nothing to do the second time', async () => {
    const from = await exported(source)
    const without = await imported(target, from.files)
    expect(without.applied).toBe(false)
    expect(without.missingSecrets.map(({ name }) => name).toSorted()).toEqual(Object.keys(secrets).toSorted())
    const trial = await imported(target, from.files, { secrets, dryRun: true })
    expect(trial).toMatchObject({ applied: false, problems: [], hash: from.hash })
    expect((await must(target.api.get('/api/v1/conversations/bots'))).bots).toEqual([])

    const first = await imported(target, from.files, { secrets })
    expect(first).toMatchObject({ applied: true, problems: [], hash: from.hash })
    // nobody asked over HTTP, so nobody knows where a provider would find this installation
    expect(first.warnings).toEqual([expect.stringMatching(/channel "App".*PARLEY_PUBLIC_URL/)])
    expect(await exported(target)).toEqual(from)
    expect(await imported(target, from.files, { secrets })).toMatchObject({ applied: true, changes: [], hash: from.hash })
    expect(await target.host.platform.configuration.diff(from.files)).toMatchObject({ changes: [], problems: [], missingSecrets: [] })
    const { bots } = await must(target.api.get('/api/v1/conversations/bots'))
    expect(bots.map(({ id }: { id: string }) => id)).not.toContain(made.shop)
    expect(bots.map(({ name }: { name: string }) => name)).toEqual(['Крамниця №1', 'Крамниця №1'])
  })

  test('what changes on one is promoted to the other: changed, added and removed, people and their work left alone', async () => {
    const { api } = source
    const bot = await must(api.get(`/api/v1/conversations/bots/${made.shop}`))
    await must(api.patch(`/api/v1/conversations/bots/${made.shop}`, { version: bot.version, name: 'Store', constants: { price: 13 } }))
    await must(api.patch(`/api/v1/conversations/accounts/${made.account.id}`, { version: made.account.version, title: 'Application', active: false }))
    await must(api.post(`/api/v1/scenario-runtime/bots/${made.shop}/publish`))
    const { items: topics } = await must(api.get('/api/v1/operator-panel/topics'))
    const idOf = (alias: string): string => topics.find((topic: any) => topic.alias === alias).id
    await must(api.put(`/api/v1/operator-panel/topics/${idOf('ARetail')}`, { alias: 'ARetail', name: 'Shops' }))
    await must(api.delete(`/api/v1/operator-panel/topics/${idOf('sales')}`))
    await must(api.delete('/api/v1/clients/fields/loyalty'))
    await must(api.put('/api/v1/identity/roles/operator', { title: 'Operator', description: '', permissions: ['dialogs.view', 'audit.view'] }))
    await must(api.put('/api/v1/identity/roles/night_shift', { title: 'Late shift', description: '', permissions: ['dialogs.view'] }))

    const { items: groups } = await must(target.api.get('/api/v1/operator-panel/skill-groups'))
    const { items: theirs } = await must(target.api.get('/api/v1/operator-panel/topics'))
    const me = (await must(target.api.get('/api/v1/auth/me'))).id
    const group = { name: groups[0].name, topicIds: theirs.slice(0, 1).map(({ id }: any) => id), operatorIds: [me] }
    await must(target.api.put(`/api/v1/operator-panel/skill-groups/${groups[0].id}`, group))

    const from = await exported(source)
    const difference = await target.host.platform.configuration.diff(from.files)
    expect(difference.changes.filter(({ conflict }) => conflict !== undefined).map(({ file }) => file)).toEqual([
      'operator-panel/skill-groups/retail-north.yaml',
    ])
    expect(await imported(target, from.files, { prune: true })).toMatchObject({ applied: false })
    const result = await imported(target, from.files, { prune: true, overwrite: true })
    expect(result).toMatchObject({ applied: true, problems: [], warnings: [], hash: from.hash })
    expect(await exported(target)).toEqual(from)
    const { bots } = await must(target.api.get('/api/v1/conversations/bots'))
    expect(bots.map(({ name }: { name: string }) => name).toSorted()).toEqual(['Store', 'Крамниця №1'])
    expect((await must(target.api.get('/api/v1/operator-panel/skill-groups'))).items[0].operatorIds).toEqual([me])
  })

  test('the channel of the other installation opens the secret it was given, and a scenario is published there', async () => {
    const [account] = (await must(target.api.get('/api/v1/conversations/accounts'))).accounts
    const opened = await target.host.run('conversations', async ({ accounts }) => accounts.saved(account.id))
    expect(opened.config).toMatchObject({ secret })
    const [scenario] = (await must(target.api.get('/api/v1/scenario-runtime/scenarios'))).filter((one: any) => one.published !== undefined)
    expect(scenario).toMatchObject({ bot: { name: 'Store' }, draft: { changed: false }, published: { by: 'a test' } })
  })

  test('a scenario with mistakes and a role beyond the known rights are refused with their places', async () => {
    const { problems } = await imported(target, [
      { path: 'scenario-runtime/scenarios/крамниця-1.yaml', text: 'published: { format: parley.scenario@1, sections: 7 }\n' },
      { path: 'conversations/accounts/x.yaml', text: 'bot: nobody\nchannel: custom_channel\ntitle: X\nconfig: { format: strange }\n' },
      { path: 'operator-panel/topics/1st.yaml', text: 'name: First\n' },
      { path: 'identity/roles/administrator.yaml', text: 'title: Administrator\nrevoked: [ users.view ]\n' },
    ])
    const places = new Set(problems.map(({ file, path }) => `${file} ${path.split('.')[0]}`))
    expect([...places].toSorted()).toEqual([
      'conversations/accounts/x.yaml bot',
      'conversations/accounts/x.yaml config',
      'operator-panel/topics/1st.yaml ',
      'scenario-runtime/scenarios/крамниця-1.yaml published',
    ])
    const fixed = await imported(target, [{ path: 'identity/roles/administrator.yaml', text: 'title: Administrator\nrevoked: [ users.view ]\n' }])
    expect(fixed).toMatchObject({ applied: false, problems: [{ file: 'identity/roles/administrator.yaml' }] })
  })

  test('nobody gives away by a file what they do not hold', async () => {
    const role = { path: 'identity/roles/clerk.yaml', text: 'title: Clerk\ngranted: [ security.edit ]\n' }
    await must(source.api.post('/api/v1/identity/roles', { key: 'importer', title: 'Importer', permissions: ['configuration.import', 'users.edit'] }))
    const password = 'a perfectly fine password'
    await must(source.api.post('/api/v1/identity/users', { email: 'i@example.com', firstName: 'Ivan', lastName: 'I', roles: ['importer'], password }))
    const { accessToken } = await must(source.host.http.post('/api/v1/auth/login', { login: 'i@example.com', password }))
    const importer = source.host.http.token(accessToken)
    const refused = await must(importer.post('/api/v1/configuration/import', { files: [role] }))
    expect(refused).toMatchObject({ applied: false, problems: [{ file: role.path, message: expect.stringContaining('security.edit') }] })
    expect(await must(source.api.post('/api/v1/configuration/import', { files: [role] }))).toMatchObject({ applied: true })
  })

  test('no scenario is left out, however many there are', async () => {
    await source.host.database
      .forPlugin('scenario-runtime')
      .query(
        "INSERT INTO {scenarios} (id, bot_id, draft, draft_at) SELECT gen_random_uuid(), gen_random_uuid(), '{}', now() FROM generate_series(1, 1001)",
      )
    const summaries = await source.host.run('scenario-runtime', async ({ scenarioStore }) => scenarioStore.summaries())
    expect(summaries.length).toBeGreaterThan(1001)
  })
})
