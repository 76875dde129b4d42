import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createTestHost, until, type TestClient } from '@parley/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtIn, fill, operationsOf, Walk, type Operation, type WalkHost } from './api-walk.ts'

const root = { login: 'root@example.com', password: 'correct horse battery' }

let host: WalkHost
let operations: readonly Operation[]
let http: TestClient
let token: string
let me: string
/** The other side of a channel, which refuses every message. */
let refusing: Server

beforeAll(async () => {
  refusing = createServer((request, response) => void request.resume().on('end', () => response.writeHead(400).end('{}'))).listen(0, '127.0.0.1')
  await once(refusing, 'listening')
  const plugins = await Promise.all(builtIn.map((id) => import(`../../plugins/${id}/src/server/plugin.ts`)))
  host = await createTestHost({ plugins, config: { identity: { admin: root } }, time: 'real' })
  operations = operationsOf((await host.http.get('/api/v1/openapi.json')).body)
  token = (await host.http.post('/api/v1/auth/login', root)).body.accessToken
  http = host.http.token(token)
  me = (await http.get('/api/v1/auth/me')).body.id
})
afterAll(async () => {
  await host?.stop()
  refusing?.close()
})

const isWrite = ({ method }: Operation): boolean => method !== 'GET'

describe('the API of all plugins', () => {
  test('is closed, but for what is open on purpose', async () => {
    expect(operations.length).toBeGreaterThan(100)
    for (const { label, method, path, open } of operations) {
      if (open) continue
      const { status, body } = await host.http.request(method as 'GET', fill(path))
      expect({ label, status, code: body.code }).toEqual({ label, status: 401, code: 'unauthenticated' })
    }
    const purposes = {
      'signing in': /\/auth\/(login|refresh|logout|new-password)$/,
      'hooks of channels, which check secrets and signatures': /^POST (\/hooks\/channel-|\/messengers_host\/)/,
      'call_node, where the author opened an entry point': /\/call_node/,
      'documents about the API': /^GET \/api\/v1\/(openapi\.json|scenario-runtime\/scenario\.schema\.json)$/,
      'the script of the website widget and its demo page': /^GET (\/widget\/|\/api\/v1\/channel-widget\/)/,
    }
    const unexplained = operations.filter(({ open, label }) => open && !Object.values(purposes).some((purpose) => purpose.test(label)))
    expect(unexplained.map(({ label }) => label)).toEqual([])
  })

  test('is described by a document whose names are unique and whose references lead somewhere', async () => {
    const { body: document } = await host.http.get('/api/v1/openapi.json')
    const names = Object.values<object>(document.paths).flatMap((item) =>
      Object.values<{ operationId: string }>(item as any).map(({ operationId }) => operationId),
    )
    expect(new Set(names).size).toBe(names.length)
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!)
    expect(references.length).toBeGreaterThan(0)
    const target = (reference: string): unknown =>
      reference
        .split('/')
        .slice(1)
        .reduce<any>((node, part) => node?.[part], document)
    expect(references.filter((reference) => reference.startsWith('#/components/') && target(reference) === undefined)).toEqual([])
    const page = await fetch(`${host.url}/api-docs`)
    expect({ status: page.status, type: page.headers.get('content-type') }).toMatchObject({ status: 200, type: expect.stringContaining('text/html') })
  })

  test('refuses somebody without rights, with a sentence', async () => {
    await http.post('/api/v1/identity/roles', { key: 'nobody', title: 'Nobody', description: '', permissions: [] })
    const person = { email: 'nobody@example.com', firstName: 'No', lastName: 'Body', roles: ['nobody'], password: 'another fine password' }
    expect((await http.post('/api/v1/identity/users', person)).status).toBe(200)
    const login = await host.http.post('/api/v1/auth/login', { login: person.email, password: person.password })
    const nobody = host.http.token(login.body.accessToken)
    for (const { label, method, path, permission } of operations) {
      if (permission === undefined) continue
      const { status, body } = await nobody.request(method as 'GET', fill(path))
      // rights that depend on the call are known after its values, so a wrong value may be told first
      const allowed = permission === 'depends on the call' ? [400, 403, 404, 422] : [403]
      expect({ label, status, allowed: allowed.includes(status), said: body.detail.length > 10 }).toMatchObject({ allowed: true, said: true })
    }
  })

  test('never fails for what it is given', async () => {
    for (const body of ['{"a":', '[]', 'null', '"x"', '{"__proto__":{"a":1}}', JSON.stringify({ botId: 'x'.repeat(5000), version: {}, text: 7 })]) {
      for (const { label, method, path } of operations.filter(isWrite)) {
        const response = await fetch(`${host.url}${fill(path, { locale: 'en' })}`, {
          method,
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body,
        })
        const answer = response.status >= 400 ? ((await response.json()) as { code?: string; status?: string }) : { code: await response.text() }
        // call_node answers as the documented product does
        const problem = answer.code ?? (/call_node/.test(path) ? answer.status : undefined)
        expect({ label, status: response.status, broken: response.status >= 500, problem: typeof problem }).toMatchObject({
          broken: false,
          problem: 'string',
        })
      }
    }
  })
})

test('every write of a signed-in person leaves who, what, before and after, or says why not', async () => {
  const walk = new Walk({ operations, http, me })
  const v1 = '/api/v1'

  // people
  const { id: userId } = await walk.write(
    `POST ${v1}/identity/users`,
    {},
    { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee', roles: ['operator'], password: 'a perfectly fine password' },
  )
  await walk.write(`PATCH ${v1}/identity/users/{id}`, { id: userId }, { firstName: 'Anna' })
  await walk.write(`POST ${v1}/identity/users/{id}/password-link`, { id: userId })
  const signIn = async (): Promise<string> =>
    (await host.http.post(`${v1}/auth/login`, { login: 'ann@example.com', password: 'a perfectly fine password' })).body.accessToken
  await signIn()
  const sessions = await walk.get(`${v1}/identity/users/${userId}/sessions`)
  await walk.write(`DELETE ${v1}/identity/users/{id}/sessions/{sessionId}`, { id: userId, sessionId: sessions.items[0].id })
  await signIn()
  await walk.write(`DELETE ${v1}/identity/users/{id}/sessions`, { id: userId })
  await walk.write(`POST ${v1}/identity/roles`, {}, { key: 'helper', title: 'Helper', description: '', permissions: [] })
  await walk.write(`PUT ${v1}/identity/roles/{key}`, { key: 'helper' }, { title: 'Helpers', description: '', permissions: ['clients.view'] })
  await walk.write(`DELETE ${v1}/identity/roles/{key}`, { key: 'helper' })
  const key = await walk.write(`POST ${v1}/identity/api-keys`, {}, { name: 'Walk', permissions: ['clients.view'] })
  await walk.write(`DELETE ${v1}/identity/api-keys/{id}`, { id: key.id })
  await walk.write(`PATCH ${v1}/identity/profile`, {}, { firstName: 'Rooty' })
  await walk.write(`PUT ${v1}/identity/profile/password`, {}, { current: root.password, next: 'an even better password 9' })
  const other = await host.http.post(`${v1}/auth/login`, { login: root.login, password: 'an even better password 9' })
  expect(other.status).toBe(200)
  const own = await walk.get(`${v1}/identity/profile/sessions`)
  const elsewhere = own.items.find((session: { current: boolean }) => !session.current)
  await walk.write(`DELETE ${v1}/identity/profile/sessions/{sessionId}`, { sessionId: elsewhere.id })
  await host.http.post(`${v1}/auth/login`, { login: root.login, password: 'an even better password 9' })
  await walk.write(`DELETE ${v1}/identity/profile/sessions`)
  await walk.write(`POST ${v1}/identity/presence`, {}, {})

  // bots, channels, scenarios
  const bot = await walk.write(`POST ${v1}/conversations/bots`, {}, { name: 'Walk', language: 'en' })
  const changed = await walk.write(`PATCH ${v1}/conversations/bots/{bot}`, { bot: bot.id }, { version: bot.version, name: 'Walker' })
  expect(changed.name).toBe('Walker')
  const config = { custom_channel_url: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/` }
  const draft = { botId: bot.id, channel: 'custom_channel', title: 'App', config }
  await walk.write(`POST ${v1}/conversations/accounts/check`, {}, draft)
  const account = await walk.write(`POST ${v1}/conversations/accounts`, {}, { ...draft, active: true })
  await walk.write(`POST ${v1}/conversations/accounts/{id}/check`, { id: account.id })
  await walk.write(
    `PATCH ${v1}/conversations/accounts/{id}`,
    { id: account.id },
    { version: (await walk.get(`${v1}/conversations/accounts/${account.id}`)).version, title: 'Our app' },
  )
  const second = await walk.write(`POST ${v1}/conversations/accounts`, {}, { ...draft, title: 'Second', active: false })
  await walk.write(`DELETE ${v1}/conversations/accounts/{id}`, { id: second.id })
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
  const topic = await walk.write(`POST ${v1}/operator-panel/topics`, {}, { alias: 'walk', name: 'Walk' })
  await walk.write(`PUT ${v1}/scenario-runtime/bots/{botId}/draft`, { botId: bot.id }, { document })
  await walk.write(`POST ${v1}/scenario-runtime/bots/{botId}/validate`, { botId: bot.id }, { document })
  await walk.write(`POST ${v1}/scenario-runtime/bots/{botId}/publish`, { botId: bot.id }, {})
  const versions = await walk.get(`${v1}/scenario-runtime/bots/${bot.id}/versions`)
  await walk.write(`POST ${v1}/scenario-runtime/bots/{botId}/versions/{version}/restore`, { botId: bot.id, version: String(versions[0].version) }, {})
  await walk.write(
    `PUT ${v1}/settings/{plugin}/{page}`,
    { plugin: 'scenario-runtime', page: 'instance-settings' },
    { value: { values: { crm: 'secret' } }, version: 0 },
  )

  // a client writes; the bot's answer is refused by the channel, and the request reaches the team
  const chat = { id: 380501112233, first_name: 'Olena' }
  await host.http.post(`/hooks/channel-custom/${account.id}`, {
    update_id: 1,
    message: { from: chat, chat: { id: 'c1' }, date: Date.now(), text: 'hi', type: 'text' },
  })
  const request = await until(async () => (await walk.get(`${v1}/operator-panel/requests?folder=queue`)).requests[0], { within: 30_000 })
  const intake = await walk.get(`${v1}/conversations/accounts/${account.id}/intake`)
  await walk.write(`POST ${v1}/conversations/accounts/{id}/intake/{payload}/replay`, { id: account.id, payload: intake.lines[0].id })
  const failed = async (): Promise<string[]> => {
    const { messages } = await walk.get(`${v1}/conversations/conversations/${request.conversationId}/messages`)
    return messages.filter(({ state }: { state: string }) => state === 'failed').map(({ id }: { id: string }) => id)
  }
  await until(async () => (await failed()).length > 0, { within: 30_000 })
  await walk.write(`POST ${v1}/conversations/messages/{id}/retry`, { id: (await failed())[0]! })
  await until(async () => (await failed()).length > 0, { within: 30_000 })
  await walk.write(`POST ${v1}/conversations/messages/{id}/discard`, { id: (await failed())[0]! })

  const at = { id: request.id }
  const text = (words: string) => ({ kind: 'text', text: words })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/take`, at)
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/messages`, at, { content: text('Hello'), clientKey: 'walk-message-1' })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/notes`, at, { text: 'A note', clientKey: 'walk-note-1' })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/read`, at)
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/typing`, at)
  await walk.write(`PUT ${v1}/operator-panel/requests/{id}/topic`, at, { topicId: topic.id })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/transfer`, at, { unassigned: true, comment: 'back' })
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/take`, at)
  await walk.write(`POST ${v1}/operator-panel/requests/{id}/close`, at, {})
  await walk.write(
    `POST ${v1}/scenario-runtime/calls`,
    {},
    { bot_id: bot.number, connector_alias: 'again', channel: 'custom_channel', chat_id: 'c1' },
  )

  // the panel's directories
  const online = (await walk.get(`${v1}/operator-panel/operator-statuses`)).items.find(({ canReceive }: { canReceive: boolean }) => canReceive)
  await walk.write(`PUT ${v1}/operator-panel/me/status`, {}, { statusId: online.id })
  await walk.write(`PUT ${v1}/operator-panel/operators/{id}/limits`, { id: userId }, { maxDialogs: 3, channelLimits: {} })
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
    const { id } = await walk.write(`POST ${v1}/operator-panel/${path}`, {}, made)
    await walk.write(`PUT ${v1}/operator-panel/${path}/{id}`, { id }, changes)
    await walk.write(`DELETE ${v1}/operator-panel/${path}/{id}`, { id })
  }

  // clients
  await walk.write(`PUT ${v1}/clients/fields/{key}`, { key: 'plan' }, { type: 'STRING', label: 'Plan' })
  const [client] = (await walk.get(`${v1}/clients/clients`)).clients
  await walk.write(`PATCH ${v1}/clients/clients/{id}`, { id: client.id }, { version: client.version, fields: { plan: 'gold' } })
  await walk.write(`DELETE ${v1}/clients/fields/{key}`, { key: 'plan' })

  await walk.write(`DELETE ${v1}/identity/users/{id}`, { id: userId })
  const empty = await walk.write(`POST ${v1}/conversations/bots`, {}, { name: 'Empty', language: 'en' })
  await walk.write(`DELETE ${v1}/conversations/bots/{bot}`, { bot: empty.id })

  // everything as files; with nothing to change there is an entry all the same
  const { files } = await walk.get(`${v1}/configuration/export`)
  await walk.write(`POST ${v1}/configuration/diff`, {}, { files })
  await walk.write(`POST ${v1}/configuration/import`, {}, { files })

  expect(walk.silent).toEqual([])

  // files are multipart, which the walk does not speak; the upload is unaudited by its own words
  const left = operations.filter((operation) => isWrite(operation) && !operation.open && !walk.done.has(operation.label)).map(({ label }) => label)
  expect(left).toEqual([`POST ${v1}/operator-panel/files`])
})
