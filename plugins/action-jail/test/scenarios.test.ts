import clientsPlugin from '@parley/plugin-clients'
import conversationsPlugin from '@parley/plugin-conversations'
import scenarioPlugin from '@parley/plugin-scenario-runtime'
import { conversations } from '@parley/plugin-conversations/api'
import { scenarioActionSources } from '@parley/plugin-scenario-runtime/api'
import { createTestHost } from '@parley/test-kit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import plugin from '../src/server/plugin.ts'
import { base, createJail, orderAction, scenarioOf, type Jail } from './jail-world.ts'

const outputs = { found: '{{order_state}} {{seen}}', none: 'none', wrong: 'wrong {{order_state}}', error: '{{error_reason}}: {{error_message}}' }
const document = scenarioOf('action_order', { number: '{{user_input}}' }, outputs)

let jail: Jail
let chats = 0
let chat: string
beforeAll(async () => {
  jail = await createJail({
    outside: ({ url }) => {
      if (!String(url).startsWith('https://shop.example/')) return undefined
      return String(url).endsWith('/7') ? { body: { state: 'packed' } } : { status: 404, body: {} }
    },
  })
  await jail.admin.put('/api/v1/settings/scenario-runtime/instance-settings', { value: { values: { shop_token: 'sesame' } }, version: 0 })
})
afterAll(() => jail.stop())
// each test has a client of its own, and the action as it was
beforeEach(async () => {
  chat = `client-${++chats}`
  await jail.host.run('action-jail', ({ actionLibrary }) => actionLibrary.save({ id: 'action_order', document: orderAction, from: 'any', by: 'Ada' }))
})

const save = async (change: object) => {
  const { id: _id, updatedAt: _at, updatedBy: _by, uses: _uses, ...current } = (await jail.admin.get(`${base}/actions/action_order`)).body
  const saved = await jail.admin.put(`${base}/actions/action_order`, { ...current, ...change })
  expect(saved.status).toBe(200)
}
const runs = async () => (await jail.admin.get(`${base}/actions/action_order/runs`)).body.runs

describe('a scenario whose Action node runs a custom action', () => {
  test('branches by its event, keeps its constants, asks other systems with a secret, and leaves a log', async () => {
    await jail.publish(document)
    expect(await jail.say(chat, '7')).toEqual(['packed packed, action'])
    expect(jail.host.outbound.calls.at(-1)).toMatchObject({
      url: 'https://shop.example/orders/7',
      headers: { authorization: 'Bearer sesame', 'idempotency-key': expect.any(String) as string },
    })
    expect(await jail.say(`${chat}-d`, '8')).toEqual(['none'])
    expect(await jail.say(`${chat}-e`, 'x')).toEqual(['wrong'])
    expect((await runs()).slice(0, 3)).toMatchObject([
      { event: 'wrong' },
      { event: 'none' },
      { event: 'found', log: [{ level: 'info', text: 'asked for 7' }] },
    ])
    expect(JSON.stringify(await runs())).not.toContain('sesame')
    // the node stores the placeholder, and a client's session no secret
    const sessions = await jail.host.database.forPlugin('scenario-runtime').query('SELECT state FROM {sessions}')
    expect(JSON.stringify(sessions)).not.toContain('sesame')
  })

  test('a saved change is live with the next message, a changed config too, and nothing is published again', async () => {
    await jail.publish(document)
    expect(await jail.say(chat, 'x')).toEqual(['wrong'])
    await save({
      code: 'module.exports = async function action_order() { this.setCurrentStateConstant("order_state", typeof this.getCurrentNodeParamsJSON().number); return "wrong" }',
    })
    expect(await jail.say(chat, 'x')).toEqual(['wrong string'])
    await save({ config: { parameters: [{ name: 'number', type: 'number' }], events_schema: ['wrong'] } })
    expect(await jail.say(chat, '12')).toEqual(['wrong number'])
    expect((await jail.say(chat, 'x'))[0]).toContain('"number" does not fit')
  })

  test.each([
    ['thrown', 'async function action_order() {\n  this.setCurrentStateConstant("order_state", "half")\n  throw new Error("no luck")\n}'],
    ['time_limit', 'function action_order() { for (;;) {} }'],
    ['wrong_event', 'function action_order() { return "other" }'],
  ])('leaves by error with %s, sets nothing, and says where', async (reason, code) => {
    await save({ code, config: { ...orderAction.config, time_limit: 0.5 } })
    await jail.publish(document)
    expect((await jail.say(chat, '7'))[0]).toMatch(new RegExp(`^${reason}: `))
    const conversation = (await jail.host.service(conversations).find((await jail.botOf()).account, chat))!
    const query = 'SELECT state FROM {sessions} WHERE conversation_id = $1'
    const [session] = await jail.host.database.forPlugin('scenario-runtime').query(query, [conversation.id])
    expect(session!['state'].const).not.toHaveProperty('order_state')
    expect((await runs())[0]).toMatchObject({ failure: { reason, ...(reason === 'thrown' ? { line: 3 } : {}) }, conversationId: conversation.id })
  })

  test('one that was deleted is told when publishing and when running, and works again when it is back', async () => {
    await jail.publish(document)
    expect((await jail.admin.get(`${base}/actions`)).body.actions).toMatchObject([{ id: 'action_order', uses: 1 }])
    expect((await jail.admin.get(`${base}/actions/action_order`)).body.uses).toMatchObject([{ bot: { name: 'Shop' }, draft: 1, live: 1 }])
    await jail.admin.delete(`${base}/actions/action_order`)
    await expect(jail.publish({ ...document, title: 'Other' })).rejects.toMatchObject({
      code: 'unprocessable',
      details: { problems: [{ node: 'run', message: 'There is no action "action_order".' }] },
    })
    expect((await jail.say(chat, '7'))[0]).toMatch(/^plugin_unavailable: The action "action_order" does not run now/)
    await jail.admin.post(`${base}/actions/action_order/bring-back`)
    expect(await jail.say(chat, '7')).toEqual(['packed packed, action'])
  })

  test('requests come one after another, in the order in which they were made', async () => {
    await save({
      code: `async function action_order() {
        const [one, two] = await Promise.all(['7', '8'].map((id) => this.request('https://shop.example/orders/' + id)))
        return one.ok && !two.ok ? 'none' : 'wrong'
      }`,
    })
    await jail.publish(document)
    expect(await jail.say(chat, 'x')).toEqual(['none'])
    expect(jail.host.outbound.calls.slice(-2).map(({ url }) => String(url).at(-1))).toEqual(['7', '8'])
  })

  test('can catch that an address is wrong; what it does not catch is kept with its line', async () => {
    const calling = (call: string) => `async function action_order() {\n  ${call}\n  return 'found'\n}`
    await save({ code: calling("try { await this.request('not a url') } catch (error) { return 'none' }") })
    await jail.publish(document)
    expect(await jail.say(chat, '7')).toEqual(['none'])
    await save({ code: calling("await this.request('not a url')") })
    expect((await jail.say(`${chat}-d`, '7'))[0]).toMatch(/^thrown: /)
    expect((await runs())[0]).toMatchObject({ failure: { reason: 'thrown', message: expect.stringContaining('not a valid URL') as string } })
  })

  test('keeps no secret of instance settings in its log and failures, and says how much of a log was left out', async () => {
    await save({
      code: `async function action_order() {
        const { token } = this.getCurrentNodeParamsJSON()
        console.log('with', token)
        for (let line = 0; line < 30; line++) console.log('x'.repeat(1000))
        throw new Error('refused ' + token)
      }`,
    })
    await jail.publish(document)
    await jail.say(chat, '7')
    const [{ failure, log }] = await runs()
    expect(failure.message).toContain('refused •••')
    expect(log[0]).toEqual({ level: 'info', text: 'with •••' })
    expect(log.at(-1)).toEqual({ level: 'warn', text: '14 more line(s) were left out: a run keeps 16384 characters of its log.' })
    expect(log).toHaveLength(18)
    const stored = await jail.host.database.forPlugin('action-jail').query('SELECT error, log FROM {runs}')
    expect(JSON.stringify(stored)).not.toContain('sesame')
  })

  test('keeps the last two hundred runs of an action', async () => {
    const db = jail.host.database.forPlugin('action-jail')
    await db.query(`INSERT INTO {runs} (action_id, version, conversation_id, at, log, duration)
      SELECT action, 1, '00000000-0000-4000-8000-000000000000', now(), '[]', 1 FROM generate_series(1, 210), unnest(ARRAY['action_many', 'action_more']) AS action`)
    await jail.host.run('action-jail', ({ runLog }) => runLog.forget(new Date(0)))
    const left = await db.query("SELECT action_id, count(*)::int AS runs FROM {runs} WHERE action_id LIKE 'action_m%' GROUP BY 1 ORDER BY 1")
    expect(left).toEqual([
      { action_id: 'action_many', runs: 200 },
      { action_id: 'action_more', runs: 200 },
    ])
  })

  test('who may only look sees the form, and neither runs nor has code run', async () => {
    const viewer = jail.host.http.as({ permissions: ['action_jail.view'] })
    expect((await viewer.get(`${base}/actions/action_order`)).body.form).toMatchObject({ schema: { required: ['number'] } })
    expect((await viewer.get(`${base}/actions/action_order/runs`)).status).toBe(403)
    expect((await viewer.post(`${base}/check`, { id: 'action_order', code: 'for (;;) {}', config: {} })).status).toBe(403)
  })

  test('hides names of bots that the reader may not see', async () => {
    await jail.publish(document)
    const other = jail.host.http.as({ permissions: ['action_jail.view'] })
    expect((await other.get(`${base}/actions/action_order`)).body.uses).toEqual([{ draft: 1, live: 1 }])
  })

  test('stands in the catalogue of editors with its form', async () => {
    const { actions } = (await jail.admin.get('/api/v1/scenario-runtime/catalogue')).body
    expect(actions.find(({ id }: { id: string }) => id === 'action_order')).toMatchObject({
      group: 'shop',
      outcomes: ['found', 'none', 'wrong', 'error'],
      parameters: { required: ['number'] },
    })
  })

  test('another process sees a change with its next step', async () => {
    await using other = await createOther()
    await jail.publish(document)
    await save({ code: 'module.exports = () => "none"' })
    const seen = await other.source()
    expect(seen.get('action_order')?.outcomes).toEqual(['found', 'none', 'wrong', 'error'])
    await save({ config: { events_schema: ['none'] } })
    expect((await other.source()).get('action_order')?.outcomes).toEqual(['none', 'error'])
    expect(await other.source()).toBe(await other.source())
    await jail.admin.delete(`${base}/actions/action_order`)
    expect((await other.source()).size).toBe(0)
  })
})

/** A second host on the same database. */
const createOther = async () => {
  const host = await createTestHost({
    plugins: [clientsPlugin, conversationsPlugin, scenarioPlugin, plugin],
    database: jail.host.database,
    dataDir: jail.host.dataDir,
    roles: ['web'],
  })
  return {
    source: () => host.contribution(scenarioActionSources, 'action-jail').actions(),
    [Symbol.asyncDispose]: () => host.stop(),
  }
}
