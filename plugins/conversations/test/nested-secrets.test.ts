import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createToyHost } from './toy-host.ts'
import { ToyChannel } from './toys.ts'

const base = '/api/v1/conversations'
const secret = z.string().min(1).meta({ format: 'password' })
const accountSchema = z.object({
  token: secret,
  home: z.url().default('https://home.example'),
  proxy: z.object({ url: z.string(), password: secret.optional() }).optional(),
  pair: z.tuple([z.string(), secret]).optional(),
  doors: z.array(z.object({ url: z.string(), key: secret.nullable() })).default([]),
  headers: z.record(z.string(), secret).default({}),
})
const mark = { $saved: expect.any(String) as string }
const config = {
  token: 'hidden-1',
  home: 'https://home.example',
  proxy: { url: 'http://proxy.example', password: 'hidden-2' },
  pair: ['name', 'hidden-3'],
  doors: [
    { url: 'http://a.example', key: 'hidden-4' },
    { url: 'http://b.example', key: null },
  ],
  headers: { 'x-key': 'hidden-5' },
}

let made: Awaited<ReturnType<typeof createToyHost>>
beforeAll(async () => {
  made = await createToyHost({ channel: new ToyChannel({ accountSchema }) })
})
afterAll(() => made.host.stop())

const admin = () => made.host.http.as({ permissions: ['bots.view', 'bots.edit'] })
const opened = (id: string): Promise<object> => made.host.run('conversations', async ({ accounts }) => (await accounts.saved(id)).config)

test('secrets at any depth of an account are sealed where they lie, told to nobody, kept when they are left, and named in files', async () => {
  const { body: account } = await admin().post(`${base}/accounts`, { botId: made.account.botId, channel: 'toy', title: 'Deep', config })
  expect(account).toMatchObject({
    config: { proxy: { url: 'http://proxy.example', password: mark }, pair: ['name', mark], doors: [{ key: mark }, { key: null }] },
    secretsSet: expect.arrayContaining(['token', 'proxy.password', 'pair.1', 'doors.0.key', 'headers.x-key']) as string[],
  })
  expect(await opened(account.id)).toEqual(config)

  const path = `${base}/accounts/${account.id}`
  const doors = account.config.doors.toReversed()
  const proxy = { ...account.config.proxy, url: 'http://proxy.example/other' }
  const changed = await admin().patch(path, { version: account.version, config: { ...account.config, doors, proxy } })
  expect(changed.status).toBe(200)
  expect(await opened(account.id)).toEqual({ ...config, doors: config.doors.toReversed(), proxy: { ...config.proxy, url: proxy.url } })

  const moved = { ...changed.body.config, proxy: { ...proxy, url: 'https://elsewhere.example' } }
  const body = { botId: made.account.botId, channel: 'toy', title: 'Deep', id: account.id, config: moved }
  const refusals = [await admin().patch(path, { version: changed.body.version, config: moved }), await admin().post(`${base}/accounts/check`, body)]
  for (const refused of refusals)
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'conversations/other_server', detail: expect.stringContaining('https://elsewhere.example') as string },
    })
  expect(await opened(account.id)).toMatchObject({ proxy: { ...config.proxy, url: proxy.url } })

  const [row] = await made.db.query('SELECT config::text FROM {accounts} WHERE id = $1', [account.id])
  const audit = await made.host.database.host.query('SELECT before, after FROM {audit_log}')
  const exported = await made.host.platform.configuration.export()
  for (const seen of [account, changed.body, row, audit, exported.files]) expect(JSON.stringify(seen)).not.toContain('hidden')
  const file = exported.files.find(({ text }) => text.includes('title: Deep'))!
  const named = [...file.text.matchAll(/\$secret: (.*)/g)].map(([, name]) => name!.slice(name!.indexOf('/config/') + '/config/'.length))
  expect(named.toSorted()).toEqual(['doors/1/key', 'headers/x-key', 'pair/1', 'proxy/password', 'token'])
})

test('an optional secret that is sent as null is gone, which the audit shows without any secret', async () => {
  const { body: account } = await admin().post(`${base}/accounts`, { botId: made.account.botId, channel: 'toy', title: 'Former', config })
  const path = `${base}/accounts/${account.id}`
  const sent = { ...account.config, home: 'https://new.example', token: 'hidden-6', proxy: { url: 'http://proxy.example', password: null } }
  const entered = { ...sent, pair: ['name', 'hidden-7'], doors: [], headers: {} }
  const body = { botId: made.account.botId, channel: 'toy', title: 'Former', id: account.id, config: entered }
  expect(await admin().post(`${base}/accounts/check`, body)).toMatchObject({ status: 200 })
  const changed = await admin().patch(path, { version: account.version, config: entered })
  expect(changed).toMatchObject({ status: 200, body: { secretsSet: ['pair.1', 'token'] } })
  expect(await opened(account.id)).toEqual({ ...entered, proxy: { url: 'http://proxy.example' } })
  const [entry] = await made.host.database.host.query<{ before: any; after: any }>(
    'SELECT before, after FROM {audit_log} WHERE object_id = $1 ORDER BY id DESC LIMIT 1',
    [account.id],
  )
  expect([entry!.before.config.proxy, entry!.after.config.proxy]).toEqual([
    { url: 'http://proxy.example', password: '••••••••' },
    { url: 'http://proxy.example' },
  ])
  expect(JSON.stringify(entry)).not.toContain('hidden')
  const required = await admin().patch(path, { version: changed.body.version, config: { ...changed.body.config, token: null } })
  expect(required).toMatchObject({ status: 400, body: { detail: expect.stringContaining('token') as string } })
})

test('an address that the channel has learned since the account was saved is no other server', async () => {
  const { body: account } = await admin().post(`${base}/accounts`, { botId: made.account.botId, channel: 'toy', title: 'Old', config })
  await made.db.query("UPDATE {accounts} SET config = config - 'home' WHERE id = $1", [account.id])
  const changed = await admin().patch(`${base}/accounts/${account.id}`, { version: account.version, config: account.config })
  expect(changed).toMatchObject({ status: 200, body: { config: { home: config.home } } })
  expect(await opened(account.id)).toEqual(config)
})

test('an export is imported again with the secrets that are given', async () => {
  const { files } = await made.host.platform.configuration.export()
  const file = files.find(({ text }) => text.includes('title: Deep'))!
  const copy = { path: file.path.replace(/[^/]+$/, 'copy.yaml'), text: file.text.replace('title: Deep', 'title: Copy') }
  const { missingSecrets } = await made.host.platform.configuration.diff([...files, copy])
  const secrets = Object.fromEntries(missingSecrets.map(({ name }, index) => [name, `given-${index}`]))
  const actor = { kind: 'system' as const, id: 'system', name: 'a test', can: () => true }
  const result = await made.host.platform.configuration.import([copy], { actor, secrets, signal: new AbortController().signal })
  expect(result).toMatchObject({ applied: true, problems: [] })
  const { body } = await admin().get(`${base}/accounts`)
  const { id } = body.accounts.find(({ title }: { title: string }) => title === 'Copy')
  expect(JSON.stringify(await opened(id)).match(/given-\d/g)).toHaveLength(5)
})

test('an import over the network takes saved secrets to no other server, either', async () => {
  const { configuration } = made.host.platform
  const { files } = await configuration.export()
  const file = files.find(({ text }) => text.includes('title: Old'))!
  const moved = { ...file, text: file.text.replace('https://home.example', 'https://elsewhere.example') }
  const person = { kind: 'user' as const, id: 'u1', name: 'Somebody', can: () => true }
  const wish = (text: string, more: object = {}) =>
    configuration.import([{ ...file, text }], { actor: person, signal: new AbortController().signal, ...more })
  const given = [...file.text.matchAll(/\$secret: (.*)/g)].map(([, name]) => [name!, 'given-again'] as const)
  const refused = await wish(moved.text)
  expect(refused).toMatchObject({
    applied: false,
    problems: [{ file: file.path, message: expect.stringContaining('https://elsewhere.example') as string }],
  })
  expect(refused.missingSecrets.map(({ name }) => name).toSorted()).toEqual(given.map(([name]) => name).toSorted())
  expect(await wish(moved.text, { secrets: Object.fromEntries(given) })).toMatchObject({ applied: true })
  expect(await wish(file.text, { actor: { ...person, kind: 'system' } })).toMatchObject({ applied: true })
})
