import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { until } from '@parley/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApiHost, isWrite, root } from './api-host.ts'
import { Walk } from './api-walk.ts'

/** Read by people: each reason must hold. Whoever adds a write that leaves no entry explains it here too. */
const unaudited: Readonly<Record<string, string>> = {
  'POST /api/v1/configuration/diff': 'nothing is written',
  'POST /api/v1/action-jail/check': 'nothing is written',
  'POST /api/v1/identity/presence': 'a sign of life, every half a minute',
  'POST /api/v1/conversations/accounts/check': 'a look that changes nothing',
  'POST /api/v1/conversations/accounts/{id}/check': 'a look that changes nothing',
  'POST /api/v1/scenario-runtime/bots/{botId}/validate': 'nothing is written',
  'POST /api/v1/scenario-runtime/calls': 'a run is its own record',
  'POST /api/v1/operator-panel/requests/{id}/messages': 'a message is its own record',
  'POST /api/v1/operator-panel/requests/{id}/notes': 'a note is its own record',
  'POST /api/v1/operator-panel/requests/{id}/read': 'reading changes nothing of substance',
  'POST /api/v1/operator-panel/requests/{id}/typing': 'nothing is stored',
  'POST /api/v1/operator-panel/files': 'the message that carries the file is its record',
}

let api: ApiHost
/** The other side of a channel, which refuses every message. */
let refusing: Server

beforeAll(async () => {
  refusing = createServer((request, response) => void request.resume().on('end', () => response.writeHead(400).end('{}'))).listen(0, '127.0.0.1')
  await once(refusing, 'listening')
  api = await ApiHost.start()
})
afterAll(async () => {
  await api?.stop()
  refusing?.close()
})

test('writes that leave no entry are few, and their reasons have been read', () => {
  const found = api.operations.filter((operation) => operation.unaudited !== undefined)
  expect(Object.fromEntries(found.map(({ label, unaudited: reason }) => [label, reason]))).toEqual(unaudited)
})

test('every write of a signed-in person leaves who, what, before and after, or says why not', async () => {
  const { operations, http, host } = api
  const walk = new Walk({ operations, http, me: (await http.get('/api/v1/auth/me')).body.id })
  const v1 = '/api/v1'

  // people
  const { id: userId } = await walk.write(`POST ${v1}/identity/users`, {
    body: { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee', roles: ['operator'], password: 'a perfectly fine password' },
  })
  await walk.write(`PATCH ${v1}/identity/users/{id}`, { params: { id: userId }, body: { firstName: 'Anna' } })
  await walk.write(`POST ${v1}/identity/users/{id}/password-link`, { params: { id: userId } })
  const signIn = async (): Promise<string> =>
    (await host.http.post(`${v1}/auth/login`, { login: 'ann@example.com', password: 'a perfectly fine password' })).body.accessToken
  await signIn()
  const sessions = await walk.get(`${v1}/identity/users/${userId}/sessions`)
  await walk.write(`DELETE ${v1}/identity/users/{id}/sessions/{sessionId}`, { params: { id: userId, sessionId: sessions.items[0].id } })
  await signIn()
  await walk.write(`DELETE ${v1}/identity/users/{id}/sessions`, { params: { id: userId } })
  await walk.write(`POST ${v1}/identity/roles`, { body: { key: 'helper', title: 'Helper', description: '', permissions: [] } })
  await walk.write(`PUT ${v1}/identity/roles/{key}`, {
    params: { key: 'helper' },
    body: { title: 'Helpers', description: '', permissions: ['clients.view'] },
  })
  await walk.write(`DELETE ${v1}/identity/roles/{key}`, { params: { key: 'helper' } })
  const key = await walk.write(`POST ${v1}/identity/api-keys`, { body: { name: 'Walk', permissions: ['clients.view'] } })
  await walk.write(`DELETE ${v1}/identity/api-keys/{id}`, { params: { id: key.id } })
  await walk.write(`PATCH ${v1}/identity/profile`, { body: { firstName: 'Rooty' } })
  // of a password nothing is told, neither the old one nor the new one
  await walk.write(`PUT ${v1}/identity/profile/password`, { body: { current: root.password, next: 'an even better password 9' }, kind: 'makes' })
  const other = await host.http.post(`${v1}/auth/login`, { login: root.login, password: 'an even better password 9' })
  expect(other.status).toBe(200)
  const own = await walk.get(`${v1}/identity/profile/sessions`)
  const elsewhere = own.items.find((session: { current: boolean }) => !session.current)
  await walk.write(`DELETE ${v1}/identity/profile/sessions/{sessionId}`, { params: { sessionId: elsewhere.id } })
  await host.http.post(`${v1}/auth/login`, { login: root.login, password: 'an even better password 9' })
  await walk.write(`DELETE ${v1}/identity/profile/sessions`)
  await walk.write(`POST ${v1}/identity/presence`, { body: {} })

  // bots, channels, scenarios
  const bot = await walk.write(`POST ${v1}/conversations/bots`, { body: { name: 'Walk', language: 'en' } })
  const changed = await walk.write(`PATCH ${v1}/conversations/bots/{bot}`, {
    params: { bot: bot.id },
    body: { version: bot.version, name: 'Walker' },
  })
  expect(changed.name).toBe('Walker')
  const config = { custom_channel_url: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/` }
  const draft = { botId: bot.id, channel: 'custom_channel', title: 'App', config }
  await walk.write(`POST ${v1}/conversations/accounts/check`, { body: draft })
  const account = await walk.write(`POST ${v1}/conversations/accounts`, { body: { ...draft, active: true } })
  await walk.write(`POST ${v1}/conversations/accounts/{id}/check`, { params: { id: account.id } })
  await walk.write(`PATCH ${v1}/conversations/accounts/{id}`, {
    params: { id: account.id },
    body: { version: (await walk.get(`${v1}/conversations/accounts/${account.id}`)).version, title: 'Our app' },
  })
  const second = await walk.write(`POST ${v1}/conversations/accounts`, { body: { ...draft, title: 'Second', active: false } })
  await walk.write(`DELETE ${v1}/conversations/accounts/{id}`, { params: { id: second.id } })
  const document = {
    format: 'parley.scenario@1',
    title: 'Walk',
    sections: [
      {
        id: 'main',
        title: 'Main',
        nodes: [
          { id: 'start', type: 'start' },
          { id: 'hello', type: 'message', parameters: { text: 'Hello' } },
          { id: 'connect', type: 'connect-to-operator', parameters: { subject_alias: 'walk', auto_connect_operator: false, status: 'queue' } },
          { id: 'entry', type: 'entry-point', alias: 'again', parameters: { entryTriggerType: 'entry' } },
        ],
        edges: [
          { from: 'start', output: 'default', to: 'hello' },
          { from: 'hello', output: 'default', to: 'connect' },
          { from: 'entry', output: 'default', to: 'hello' },
        ],
      },
    ],
  }
  const topic = await walk.write(`POST ${v1}/operator-panel/topics`, { body: { alias: 'walk', name: 'Walk' } })
  const tea = await walk.write(`POST ${v1}/operator-panel/topics`, { body: { alias: 'tea', name: 'Tea' } })
  await walk.write(`PUT ${v1}/scenario-runtime/bots/{botId}/draft`, { params: { botId: bot.id }, body: { document }, kind: 'makes' })
  await walk.write(`POST ${v1}/scenario-runtime/bots/{botId}/validate`, { params: { botId: bot.id }, body: { document } })
  await walk.write(`POST ${v1}/scenario-runtime/bots/{botId}/publish`, { params: { botId: bot.id }, body: {} })
  const shorter = { ...document, sections: [{ ...document.sections[0], nodes: document.sections[0]!.nodes.slice(0, 1), edges: [] }] }
  await walk.write(`PUT ${v1}/scenario-runtime/bots/{botId}/draft`, { params: { botId: bot.id }, body: { document: shorter } })
  const versions = await walk.get(`${v1}/scenario-runtime/bots/${bot.id}/versions`)
  await walk.write(`POST ${v1}/scenario-runtime/bots/{botId}/versions/{version}/restore`, {
    params: { botId: bot.id, version: String(versions[0].version) },
    body: {},
    kind: 'changes',
  })
  const settings = { plugin: 'scenario-runtime', page: 'instance-settings' }
  const values = (version: number, names: readonly string[]) => ({
    value: { values: Object.fromEntries(names.map((name) => [name, 'secret'])) },
    version,
  })
  await walk.write(`PUT ${v1}/settings/{plugin}/{page}`, { params: settings, body: values(0, ['crm']), kind: 'makes' })
  await walk.write(`PUT ${v1}/settings/{plugin}/{page}`, { params: settings, body: values(1, ['crm', 'erp']) })
  const widget = { id: 'channel-widget' }
  await walk.write(`PUT ${v1}/system/plugins/{id}/state`, { params: widget, body: { state: 'disabled', reason: 'a walk' } })
  await walk.write(`PUT ${v1}/system/plugins/{id}/state`, { params: widget, body: { state: 'enabled' } })
  await walk.write(`POST ${v1}/system/licence`, { body: api.licence('lic_walk', ['gold']) })
  await walk.write(`POST ${v1}/system/licence`, { body: api.licence('lic_walk', ['gold', 'silver']), kind: 'changes' })
  await walk.write(`DELETE ${v1}/system/licence/{id}`, { params: { id: 'lic_walk' } })

  // a client writes; the bot's answer is refused by the channel, and the request reaches the team
  const chat = { id: 380501112233, first_name: 'Olena' }
  await host.http.post(`/hooks/channel-custom/${account.id}`, {
    update_id: 1,
    message: { from: chat, chat: { id: 'c1' }, date: Date.now(), text: 'hi', type: 'text' },
  })
  const request = await until(async () => (await walk.get(`${v1}/operator-panel/requests?folder=queue`)).requests[0], { within: 30_000 })
  const intake = await walk.get(`${v1}/conversations/accounts/${account.id}/intake`)
  await walk.write(`POST ${v1}/conversations/accounts/{id}/intake/{payload}/replay`, { params: { id: account.id, payload: intake.lines[0].id } })
  const failed = async (): Promise<string[]> => {
    const { messages } = await walk.get(`${v1}/conversations/conversations/${request.conversationId}/messages`)
    return messages.filter(({ state }: { state: string }) => state === 'failed').map(({ id }: { id: string }) => id)
  }
  await until(async () => (await failed()).length > 0, { within: 30_000 })
  await walk.write(`POST ${v1}/conversations/messages/{id}/retry`, { params: { id: (await failed())[0]! }, kind: 'changes' })
  await until(async () => (await failed()).length > 0, { within: 30_000 })
  await walk.write(`POST ${v1}/conversations/messages/{id}/discard`, { params: { id: (await failed())[0]! }, kind: 'changes' })

  const at = { id: request.id }
  const text = (words: string) => ({ kind: 'text', text: words })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/take`, { params: at, kind: 'changes' })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/messages`, { params: at, body: { content: text('Hello'), clientKey: 'walk-message-1' } })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/notes`, { params: at, body: { text: 'A note', clientKey: 'walk-note-1' } })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/read`, { params: at })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/typing`, { params: at })
  await walk.write(`PUT ${v1}/operator-panel/requests/{id}/topic`, { params: at, body: { topicId: tea.id } })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/transfer`, { params: at, body: { unassigned: true, comment: 'back' }, kind: 'changes' })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/take`, { params: at, kind: 'changes' })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/close`, { params: at, body: {}, kind: 'changes' })
  await walk.write(`POST ${v1}/scenario-runtime/calls`, {
    body: { bot_id: bot.number, connector_alias: 'again', channel: 'custom_channel', chat_id: 'c1' },
  })

  // the panel's directories
  const [online, busy] = (await walk.get(`${v1}/operator-panel/operator-statuses`)).items
  await walk.write(`PUT ${v1}/operator-panel/me/status`, { body: { statusId: online.id }, kind: 'makes' })
  await walk.write(`PUT ${v1}/operator-panel/me/status`, { body: { statusId: busy.id } })
  const limits = (maxDialogs: number) => ({ params: { id: userId }, body: { maxDialogs, channelLimits: {} } })
  await walk.write(`PUT ${v1}/operator-panel/operators/{id}/limits`, { ...limits(3), kind: 'makes' })
  await walk.write(`PUT ${v1}/operator-panel/operators/{id}/limits`, limits(4))
  const form = new FormData()
  form.append('files', new Blob(['hello'], { type: 'text/plain' }), 'hello.txt')
  const uploaded = await walk.write(`POST ${v1}/operator-panel/files`, { body: form })
  expect(uploaded.files).toMatchObject([{ name: 'hello.txt', size: 5 }])
  const lists: [path: string, made: object, changed: object][] = [
    ['skill-groups', { name: 'Tea', topicIds: [topic.id], operatorIds: [userId] }, { name: 'Teas' }],
    ['close-statuses', { name: 'Sold', resolved: true }, { name: 'Bought', resolved: true }],
    [
      'operator-statuses',
      { code: 'lunch', name: 'Lunch', color: 'warning', canReceive: false, position: 9 },
      { code: 'lunch', name: 'At lunch', color: 'warning', canReceive: false, position: 9 },
    ],
    ['topics', { alias: 'other', name: 'Other' }, { alias: 'other', name: 'Others' }],
  ]
  for (const [path, made, changes] of lists) {
    const { id } = await walk.write(`POST ${v1}/operator-panel/${path}`, { body: made })
    await walk.write(`PUT ${v1}/operator-panel/${path}/{id}`, { params: { id }, body: changes })
    await walk.write(`DELETE ${v1}/operator-panel/${path}/{id}`, { params: { id } })
  }

  // custom actions
  const action = { name: 'Walk', group: 'walk', code: 'async function action_walk() { return "success" }', config: { events_schema: ['success'] } }
  const jail = `${v1}/action-jail`
  const { id: actionId } = await walk.write(`POST ${jail}/actions`, { body: { id: 'action_walk', ...action } })
  await walk.write(`PUT ${jail}/actions/{id}`, { params: { id: actionId }, body: { ...action, name: 'Run', version: 1 } })
  const first = { params: { id: actionId, version: '1' }, body: { version: 2 } }
  await walk.write(`POST ${jail}/actions/{id}/versions/{version}/restore`, { ...first, kind: 'changes' })
  await walk.write(`DELETE ${jail}/actions/{id}`, { params: { id: actionId } })
  await walk.write(`POST ${jail}/actions/{id}/bring-back`, { params: { id: actionId }, kind: 'makes' })
  await walk.write(`POST ${jail}/check`, { body: { id: actionId, code: action.code, config: action.config } })
  await walk.write(`POST ${jail}/test`, { body: { id: actionId, code: action.code, config: action.config }, kind: 'makes' })

  // clients
  await walk.write(`PUT ${v1}/clients/fields/{key}`, { params: { key: 'plan' }, body: { type: 'STRING', label: 'Plan' }, kind: 'makes' })
  await walk.write(`PUT ${v1}/clients/fields/{key}`, { params: { key: 'plan' }, body: { type: 'STRING', label: 'The plan' } })
  const [client] = (await walk.get(`${v1}/clients/clients`)).clients
  await walk.write(`PATCH ${v1}/clients/clients/{id}`, { params: { id: client.id }, body: { version: client.version, fields: { plan: 'gold' } } })
  await walk.write(`DELETE ${v1}/clients/fields/{key}`, { params: { key: 'plan' } })

  await walk.write(`DELETE ${v1}/identity/users/{id}`, { params: { id: userId } })
  const empty = await walk.write(`POST ${v1}/conversations/bots`, { body: { name: 'Empty', language: 'en' } })
  await walk.write(`DELETE ${v1}/conversations/bots/{bot}`, { params: { bot: empty.id } })

  // everything as files; with nothing to change there is an entry all the same
  const { files } = await walk.get(`${v1}/configuration/export`)
  await walk.write(`POST ${v1}/configuration/diff`, { body: { files } })
  await walk.write(`POST ${v1}/configuration/import`, { body: { files } })

  const left = operations.filter((operation) => isWrite(operation) && !operation.open && !walk.done.has(operation.label)).map(({ label }) => label)
  expect(left).toEqual([])
})
