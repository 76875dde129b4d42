import { randomUUID } from 'node:crypto'
import { bots, channelAccounts, conversations, inbox, outbox, type Command } from '@parley/plugin-conversations/api'
import { clients } from '@parley/plugin-clients/api'
import { createTestHost, type TestClient, type TestHost } from '@parley/test-kit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { editScenarios, scenarioRuns, scenarios, scenarioTriggerRuns, viewScenarios } from '../src/api/index.ts'
import plugin from '../src/server/plugin.ts'
import { say, scenario, section } from './documents.ts'

const bot = { id: randomUUID(), number: 1, name: 'Shop', active: true, language: 'uk' }
const other = { id: randomUUID(), number: 2, name: 'Other', active: true, language: 'uk' }
const known = [bot, other]
const account = { id: randomUUID(), botId: bot.id, channel: 'custom_channel', active: true }
const conversation = { id: randomUUID(), botId: bot.id, channel: 'custom_channel' }

const opened: string[] = []
const posted: { conversationId: string; command: Command; key: string | undefined }[] = []
const nobody = { [clients.id]: {}, [outbox.id]: {} }

let host: TestHost
let http: TestClient
beforeAll(async () => {
  host = await createTestHost({
    plugins: [plugin],
    fakes: {
      ...nobody,
      [bots.id]: {
        get: async (ref: string | number) => known.find(({ id, number }) => id === ref || String(number) === String(ref)),
        list: async () => known,
      },
      [channelAccounts.id]: {
        list: async ({ botId, channel }: { botId: string; channel: string }) =>
          [account].filter((item) => item.botId === botId && item.channel === channel),
      },
      [conversations.id]: { open: async (_account: string, chatId: string) => (opened.push(chatId), conversation), get: async () => conversation },
      [inbox.id]: {
        post: async (conversationId: string, command: Command, options?: { key?: string }) =>
          void posted.push({ conversationId, command, key: options?.key }),
      },
    },
  })
  http = host.http.as({ name: 'Integrator', permissions: [viewScenarios, editScenarios] })
})
afterAll(() => host.stop())
beforeEach(() => {
  opened.length = 0
  posted.length = 0
})

const base = '/api/v1/scenario-runtime'
const entry = (id: string, alias: string, entryTriggerType: string) => ({ id, type: 'entry-point', alias, parameters: { entryTriggerType } })
const document = scenario([
  section(
    'main',
    [
      { id: 'start', type: 'start', parameters: { triggers: [{ type: 'delivery_error', filter: { channelFilter: 'telegram' } }] } },
      entry('n-open', 'order', 'webhook'),
      entry('n-closed', 'inner', 'entry'),
      say('m', 'Hello'),
    ],
    ['start -> m', 'n-open -> m', 'n-closed -> m'],
  ),
])
const publish = async (botId = bot.id) => {
  await http.put(`${base}/bots/${botId}/draft`, { document })
  return await http.post(`${base}/bots/${botId}/publish`)
}

describe('scenarios over HTTP', () => {
  test('are imported, listed, exported, published, restored', async () => {
    const draft = `${base}/bots/${bot.id}`
    expect((await http.get(`${draft}/draft`)).status).toBe(404)
    expect((await http.put(`${draft}/draft`, { document })).body).toMatchObject({ revision: 1, problems: [] })
    expect((await http.get(`${draft}/changes`)).body).toMatchObject({
      changes: [{ change: 'added', what: 'section', id: 'main' }, ...Array(7).fill({ change: 'added' })],
      standing: [],
    })
    expect((await http.post(`${draft}/publish`)).body).toEqual({ version: 1, problems: [] })
    expect((await http.post(`${draft}/publish`)).body).toEqual({ version: 1, problems: [] })

    const exported = await http.get(`${draft}/export`)
    expect(exported.headers.get('content-disposition')).toBe('attachment; filename="scenario-bot-1.json"')
    expect(JSON.parse(exported.text)).toEqual(document)

    const next = { ...document, title: 'Second' }
    expect((await http.put(`${draft}/draft`, { document: next, revision: 1 })).body).toMatchObject({ revision: 2 })
    expect((await http.put(`${draft}/draft`, { document, revision: 1 })).body).toMatchObject({ code: 'stale_write' })
    expect((await http.get(`${base}/scenarios`)).body).toMatchObject([
      { bot: { number: 1, name: 'Shop' }, draft: { revision: 2, changed: true }, published: { version: 1, by: 'Integrator' } },
      { bot: { number: 2 } },
    ])
    expect((await http.post(`${draft}/publish`)).body).toMatchObject({ version: 2 })
    expect((await http.get(`${draft}/versions`)).body).toMatchObject([{ version: 2 }, { version: 1, archivedAt: expect.any(String) }])
    expect((await http.post(`${draft}/versions/1/restore`)).body).toMatchObject({ revision: 3 })
    expect((await http.get(`${draft}/draft`)).body).toMatchObject({ document: { title: 'Test' }, revision: 3 })
    expect(JSON.parse((await http.get(`${draft}/versions/2/export`)).text)).toEqual(next)
    expect((await http.get(`${draft}/versions/9/export`)).status).toBe(404)
  })

  test('with mistakes are kept as a draft and not published; what is no scenario is refused with all of them', async () => {
    const draft = `${base}/bots/${other.id}`
    const wrong = scenario([section('main', [{ id: 'x', type: 'future-node', parameters: { keep: [1] } }])])
    const { problems } = (await http.put(`${draft}/draft`, { document: wrong })).body as { problems: object[] }
    expect(problems).toMatchObject([
      { level: 'error', path: '/sections/0/nodes' },
      { level: 'error', path: '/sections/0/nodes/0/type', node: 'x' },
      { level: 'warning' },
    ])
    expect((await http.get(`${draft}/draft`)).body).toMatchObject({ document: wrong, problems })
    expect(await http.post(`${draft}/publish`)).toMatchObject({ status: 422, body: { code: 'unprocessable', details: { problems } } })
    expect(await http.put(`${draft}/draft`, { document: { format: 'x' } })).toMatchObject({
      status: 422,
      body: { details: { problems: expect.any(Array) } },
    })
    expect((await http.post(`${draft}/validate`, { document: { format: 'x' } })).body).toMatchObject({ readable: false })
  })

  test('are for who may see and change them, bot by bot', async () => {
    const viewer = host.http.as({ permissions: [viewScenarios], bots: [other.id] })
    await publish()
    expect((await viewer.get(`${base}/scenarios`)).body).toMatchObject([{ bot: { number: 2 } }])
    expect((await viewer.get(`${base}/bots/${bot.id}/draft`)).status).toBe(403)
    expect((await viewer.put(`${base}/bots/${other.id}/draft`, { document })).status).toBe(403)
    expect((await host.http.get(`${base}/scenarios`)).status).toBe(401)
  })

  test('can be made of what the catalogue and the schema name', async () => {
    const { nodes, actions, triggers } = (await http.get(`${base}/catalogue`)).body as Record<string, { type?: string; id?: string }[]>
    expect(nodes?.map(({ type }) => type)).toContain('MessageKeyboard')
    expect(actions?.map(({ id }) => id)).toContain('send_request')
    expect(triggers?.map(({ type }) => type)).toEqual(['delivery_error'])
    expect((await host.http.get(`${base}/scenario.schema.json`)).body).toMatchObject({ $defs: { Node: { allOf: expect.any(Array) } } })
  })

  test('leave audit entries', async () => {
    const entries = await host.database.host.query<{ action: string }>('SELECT DISTINCT action FROM {audit_log}')
    const actions = entries.map(({ action }) => action)
    expect(actions).toEqual(expect.arrayContaining(['scenario.import', 'scenario.publish']))
  })
})

describe('call_node', () => {
  beforeEach(async () => void (await publish()))

  test('starts an open entry point by alias, with data, for the client named', async () => {
    const body = { chat_id: 380501112233, channel: 'custom_channel', bot_id: 1, connector_alias: 'order', data: { order_id: 17 } }
    expect(await host.http.post('/kw/api/call_node/', body)).toMatchObject({ status: 200, body: { status: 'success' } })
    expect(opened).toEqual(['380501112233'])
    expect(posted).toMatchObject([
      {
        conversationId: conversation.id,
        command: { holder: 'scenario-runtime', type: 'goto', data: { node: 'n-open', data: { order_id: 17 }, hold: false } },
      },
    ])
  })

  test('by the id of a node in the address, with a random chat when none is named', async () => {
    expect((await host.http.get('/kw/api/call_node/1/n-open?a=b')).body).toMatchObject({ status: 'success' })
    expect((await host.http.post(`/kw/api/call_node/1/n-open/custom_channel/42?a=b`, { c: { d: 1 } })).body).toMatchObject({ status: 'success' })
    expect((await host.http.get(`${base}/call_node/${bot.id}/order/custom_channel/42`)).body).toMatchObject({ status: 'success' })
    expect(opened).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), '42', '42'])
    expect(posted.map(({ command }) => command.data['data'])).toEqual([
      { a: 'b' },
      { a: 'b', c: { d: 1 }, original_call_node_body: { c: { d: 1 } } },
      {},
    ])
  })

  test('refuses what is not open, not there, or without a channel, in the documented form', async () => {
    const refused = async (path: string) => {
      const { status, body } = await host.http.get(path)
      expect(body).toMatchObject({ status: 'error', message: expect.any(String) })
      return status
    }
    expect(await refused('/kw/api/call_node/1/n-closed')).toBe(404)
    expect(await refused('/kw/api/call_node/1/start')).toBe(404)
    expect(await refused('/kw/api/call_node/1/m')).toBe(404)
    expect(await refused('/kw/api/call_node/9/n-open')).toBe(404)
    expect(await refused('/kw/api/call_node/1/n-open/telegram/42')).toBe(404)
    expect((await host.http.post('/kw/api/call_node', { data: 1 })).status).toBe(400)
    expect(posted).toEqual([])
  })

  test('reaches inner entry points with the right to change scenarios', async () => {
    expect((await http.post(`${base}/calls`, { connector_alias: 'inner', bot_id: 1 })).body).toMatchObject({ status: 'success' })
    expect((await host.http.as({ permissions: [viewScenarios] }).post(`${base}/calls`, { connector_alias: 'inner' })).status).toBe(403)
    expect((await host.http.as({ permissions: [editScenarios], bots: [other.id] }).post(`${base}/calls`, { connector_alias: 'inner' })).status).toBe(
      404,
    )
    expect(posted).toHaveLength(1)
  })
})

describe('services for other plugins', () => {
  test('jump, resume and ask for aliases through the lane', async () => {
    await publish()
    const runs = host.service(scenarioRuns)
    await runs.goto(conversation.id, 'order', { a: 1 })
    await runs.resume(conversation.id, 'w', 'success')
    expect(posted.map(({ command }) => command.type)).toEqual(['goto', 'resume'])
    expect(await runs.hasAlias(bot.id, 'order')).toBe(true)
    expect(await runs.history(conversation.id, 5)).toEqual([])
  })

  test('fire triggers at the sections that wait for them, when the filter matches', async () => {
    await publish()
    const triggers = host.service(scenarioTriggerRuns)
    const failure = { conversationId: conversation.id, messageId: 'm', channel: 'telegram', reason: 'blocked', state: 'failed' }
    expect(await triggers.fire('delivery_error', failure, { key: 'k' })).toBe(1)
    expect(await triggers.fire('delivery_error', { ...failure, channel: 'viber' }, { key: 'k' })).toBe(0)
    expect(await triggers.fire('no_such_event', failure, { key: 'k' })).toBe(0)
    expect(posted).toMatchObject([
      { key: 'trigger:k:start', command: { type: 'goto', data: { node: 'start', data: { delivery_error: 'blocked' } } } },
    ])
  })

  test('import, publish and remove', async () => {
    const library = host.service(scenarios)
    expect(await library.import(other.id, document)).toMatchObject({ problems: [] })
    expect(await library.publish(other.id)).toMatchObject({ version: 1 })
    await library.remove(other.id)
    await library.remove(other.id)
    expect((await http.get(`${base}/bots/${other.id}/draft`)).status).toBe(404)
  })
})
