import { authenticator, configuration, demoData, limitUsage } from '@parley/plugin-api'
import { channels, holders, messageKinds } from '@parley/plugin-conversations/api'
import { scenarioActions, scenarioActionSources, scenarioNodes, scenarioTriggers } from '@parley/plugin-scenario-runtime/api'
import { createTestHost } from '@parley/test-kit'
import { expect, test } from 'vitest'
import directory from './host.authenticator/plugin.ts'
import configurationExample from './host.configuration/plugin.ts'
import rightsBook from './host.declared-permissions/plugin.ts'
import demo from './host.demo-data/plugin.ts'
import lines from './host.limit-usage/plugin.ts'
import sms from './conversations.channels/plugin.ts'
import outOfOffice from './conversations.holders/plugin.ts'
import polls from './conversations.message-kinds/plugin.ts'
import coupons from './scenario.action-sources/plugin.ts'
import track from './scenario.actions/plugin.ts'
import split from './scenario.nodes/plugin.ts'
import afterClosing from './scenario.triggers/plugin.ts'

const signal = new AbortController().signal

test('host.authenticator: who the directory knows is let in with the rights it names', async () => {
  await using host = await createTestHost({
    plugins: [directory, rightsBook],
    config: { 'staff-directory': { url: 'https://directory.example' } },
    outside: ({ headers }) =>
      new Headers(headers).get('authorization') === 'Bearer good'
        ? { body: { id: 'u1', name: 'Olena', rights: ['rights-book.view'] } }
        : { status: 401, body: {} },
  })
  const asked = { scheme: 'bearer', address: '127.0.0.1' } as const
  const known = host.contribution(authenticator, 'staff-directory')
  expect(await known.authenticate({ ...asked, token: 'bad' })).toBeUndefined()
  expect(await known.authenticate({ ...asked, token: 'good' })).toMatchObject({ kind: 'user', id: 'u1', name: 'Olena' })
  const answer = await fetch(`${host.url}/api/v1/rights-book`, { headers: { authorization: 'Bearer good' } })
  expect(await answer.json()).toMatchObject({
    rights: expect.arrayContaining([{ plugin: 'rights-book', id: 'rights-book.view', title: 'See which rights there are' }]) as unknown,
  })
})

test('host.limit-usage and host.demo-data: numbers and rows of their own tables', async () => {
  await using host = await createTestHost({ plugins: [lines, demo] })
  await host.run('call-lines', ({ db }) => db.query("INSERT INTO {lines} VALUES ('1', true), ('2', false)"))
  expect(await host.contribution(limitUsage, 'lines').used()).toBe(1)

  const part = host.contribution(demoData, 'shelves')
  const context = { now: new Date(), log: { debug() {}, info() {}, warn() {}, error() {} }, shared: new Map() }
  const names = () => host.run('shelves', ({ db }) => db.query('SELECT name FROM {shelves}'))
  await part.seed(context)
  await part.seed(context)
  expect(await names()).toEqual([{ name: 'Demo teas' }])
  await part.remove(context)
  expect(await names()).toEqual([])
})

test('host.configuration: what is set up is exported, and imported as it was', async () => {
  await using host = await createTestHost({ plugins: [configurationExample] })
  const kind = host.contribution(configuration, 'shop/shelves')
  expect(kind.permission).toMatchObject({ module: 'shop', verb: 'edit' })
  await host.run('shop', ({ db }) => db.query("INSERT INTO {shelves} VALUES (gen_random_uuid(), 'teas', 'Teas')"))
  const admin = host.http.as({})
  const { body: exported } = await admin.get('/api/v1/configuration/export')
  const files = exported.files as { path: string; text: string }[]
  expect(files.find(({ path }) => path === 'shop/shelves/teas.yaml')?.text).toContain('name: Teas')
  const changed = files.map((file) => ({ ...file, text: file.text.replace('name: Teas', 'name: Green teas') }))
  expect((await admin.post('/api/v1/configuration/import', { files: changed })).status).toBe(200)
  expect(await host.run('shop', ({ db }) => db.query('SELECT name FROM {shelves}'))).toEqual([{ name: 'Green teas' }])
})

test('conversations.channels: a payload becomes a message, a message a call', async () => {
  await using host = await createTestHost({ plugins: [sms], outside: () => ({ body: {} }) })
  const driver = host.contribution(channels, 'sms')
  const account = { id: 'a1', config: { gateway: 'https://sms.example', token: 't' } } as never
  expect(driver.receive({ id: '7', phone: '+380', text: 'hi' }, account)).toMatchObject([{ type: 'message', key: '7', chatId: '+380' }])
  expect(() => driver.receive({}, account)).toThrow('This is no message of the gateway.')
  expect(await driver.send({ chatId: '+380', content: { kind: 'text', text: 'hello' } } as never, account, signal)).toEqual({ outcome: 'sent' })
  expect(host.outbound.calls).toMatchObject([{ method: 'POST', url: 'https://sms.example/messages' }])
})

test('conversations.message-kinds and conversations.holders', async () => {
  const sent: unknown[] = []
  await using host = await createTestHost({
    plugins: [polls, outOfOffice],
    fakes: { outbox: { send: async (...parts: unknown[]) => void sent.push(parts) } },
  })
  const poll = { kind: 'poll', question: 'Tea?', answers: ['Green', 'Black'] }
  expect(host.contribution(messageKinds, 'poll').toText(poll)).toBe('Tea?\n1. Green\n2. Black')

  const finished: unknown[] = []
  const batch = { kind: 'batch' }
  const turn = {
    conversation: { id: 'c1' },
    item: { type: 'message', id: 'm1' },
    batch: () => batch,
    finish: async (one: unknown) => void finished.push(one),
  }
  await host.contribution(holders, 'out-of-office').handle(turn as never)
  expect(sent).toMatchObject([['c1', [{ content: { text: 'We are back on Monday.' }, clientKey: 'away:m1' }], { within: batch }]])
  expect(finished).toEqual([batch])
})

test('scenario.nodes, scenario.actions and scenario.triggers', async () => {
  const fired: unknown[] = []
  await using host = await createTestHost({
    plugins: [split, track, afterClosing],
    config: { 'shop-orders': { address: 'https://shop.example' } },
    fakes: { triggers: { fire: async (...parts: unknown[]) => fired.push(parts) } },
  })
  const set = new Map<string, unknown>()
  const context = (answer: object) =>
    ({
      conversation: { clientId: 'c1' },
      set: (key: string, value: unknown) => void set.set(key, value),
      fill: <T>(value: T) => value,
      call: async () => answer,
    }) as never
  const node = host.contribution(scenarioNodes, 'split-test')
  expect(await node.run(context({}), { constant: 'variant', share: 100 })).toEqual({ output: 'a' })
  expect(await node.run(context({}), { constant: 'variant', share: 0 })).toEqual({ output: 'b' })
  expect(set.get('variant')).toBe('b')

  const action = host.contribution(scenarioActions, 'shop_orders__track_order')
  expect(await action.run(context({ status: 404, ok: false }), { order: '5' })).toEqual({ output: 'not_found' })
  expect(await action.run(context({ status: 200, ok: true, json: async () => ({ state: 'sent' }) }), { order: '5' })).toEqual({ output: 'found' })
  expect(set.get('order_state')).toBe('sent')

  const trigger = host.contribution(scenarioTriggers, 'request-closed')
  expect([trigger.matches({ statusId: 's1' }, { statusId: 's2' }), trigger.matches({ statusId: 's1' }, {})]).toEqual([false, true])
  expect(trigger.start({ conversationId: 'c1', requestId: 'r1' })).toEqual({ conversationId: 'c1', data: { closed_request: 'r1' } })
  expect(fired).toEqual([])
})

test('scenario.action-sources: a row is an action, the same one until it changes', async () => {
  await using host = await createTestHost({ plugins: [coupons] })
  const source = host.contribution(scenarioActionSources, 'coupons')
  const change = (text: string) => host.run('coupons', ({ db }) => db.query(text))
  await change("INSERT INTO {coupons} VALUES ('spring', 'Spring', 10), ('tea', 'Tea day', 15)")
  const before = await source.actions()
  await change("UPDATE {coupons} SET percent = 20 WHERE code = 'spring'")
  const after = await source.actions()
  expect(after.get('coupons__tea')).toBe(before.get('coupons__tea'))
  expect(after.get('coupons__spring')).not.toBe(before.get('coupons__spring'))
  await expect(
    host.run('coupons', ({ db }) =>
      db.transaction(async (tx) => {
        await tx.query('DELETE FROM {coupons}')
        throw new Error(`seen: ${(await source.actions({ within: tx })).size}`)
      }),
    ),
  ).rejects.toThrow('seen: 0')
  expect((await source.actions()).size).toBe(2)
})
