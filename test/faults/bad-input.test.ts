import channelCustomPlugin from '@parley/plugin-channel-custom'
import channelTelegramPlugin from '@parley/plugin-channel-telegram'
import channelWidgetPlugin from '@parley/plugin-channel-widget'
import clientsPlugin from '@parley/plugin-clients'
import conversationsPlugin from '@parley/plugin-conversations'
import { bots, channelAccounts } from '@parley/plugin-conversations/api'
import identityPlugin from '@parley/plugin-identity'
import operatorPanelPlugin from '@parley/plugin-operator-panel'
import scenarioPlugin from '@parley/plugin-scenario-runtime'
import { createTestHost, until, type TestClient, type TestHost } from '@parley/test-kit'
import { createHmac, randomUUID } from 'node:crypto'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badBodies, json, nested } from './bad-bodies.ts'

const administrator = { login: 'bad-input@parley.test', password: 'Nothing-bad-comes-in-4' }
const signingKey = Buffer.from('a secret of thirty-two bytes ...')
const inputToken = 'token-of-the-other-system'

let host: TestHost
let admin: TestClient
let botId: string
const paths = { custom: '', envelope: '', telegram: '', widget: '' }
let telegramSecret = ''

beforeAll(async () => {
  host = await createTestHost({
    plugins: [
      identityPlugin,
      clientsPlugin,
      conversationsPlugin,
      scenarioPlugin,
      operatorPanelPlugin,
      channelCustomPlugin,
      channelTelegramPlugin,
      channelWidgetPlugin,
    ],
    config: { identity: { admin: administrator } },
  })
  const { body } = await host.http.post('/api/v1/auth/login', administrator)
  admin = host.http.token(body.accessToken)
  botId = (await host.service(bots).create({ name: 'Bad input' })).id
  const accounts = host.service(channelAccounts)
  const connect = (channel: string, config: Record<string, unknown>) => accounts.create({ botId, channel, title: channel, config })
  const url = 'http://127.0.0.1:9/in'
  paths.custom = `/hooks/channel-custom/${(await connect('custom_channel', { custom_channel_url: url, input_token: inputToken })).id}`
  const secret = `whsec_${signingKey.toString('base64')}`
  paths.envelope = `/hooks/channel-custom/${(await connect('custom_channel', { custom_channel_url: url, format: 'standard_webhooks', secret })).id}`
  const telegram = await connect('telegram', { token: '123456789:AAabcdefghijklmnopqrstuvwxyz012345', apiRoot: 'http://127.0.0.1:9' })
  paths.telegram = `/hooks/channel-telegram/${telegram.id}`
  telegramSecret = telegram.secret
  paths.widget = (await connect('widget', { allowedOrigins: ['https://www.example.com'] })).id
})
afterAll(() => host?.stop())

/** Rows of all plugins: what a bad request must not add to. */
const rows = async (): Promise<Record<string, number>> => {
  const { rows: tables } = await host.database.pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname LIKE 'plugin\\_%' ORDER BY 1`,
  )
  const { rows: counts } = await host.database.pool.query<{ name: string; count: number }>(
    tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS count FROM ${name}`).join(' UNION ALL '),
  )
  return Object.fromEntries(counts.map(({ name, count }) => [name, count]))
}

const signed = (body: Buffer): Record<string, string> => {
  const id = `event-${randomUUID()}`
  const timestamp = String(Math.floor(host.clock.now().getTime() / 1000))
  const mac = createHmac('sha256', signingKey).update(`${id}.${timestamp}.`).update(body).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` }
}

interface Target {
  readonly name: string
  readonly method?: 'POST' | 'PUT'
  readonly path: () => string
  readonly client?: () => TestClient
  readonly headers?: (body: Buffer) => Record<string, string>
  /** Bodies of the right shape but for one thing. */
  readonly wrong: Record<string, unknown>
}

const chat = { id: 'c' }
const update = (message: unknown): unknown => ({ update_id: randomUUID(), message })
const envelope = (more: object): unknown => ({ type: 'message.created', event_id: randomUUID(), conversation: { external_id: 'c' }, ...more })

const targets: readonly Target[] = [
  {
    name: 'the custom channel, documented format',
    path: () => paths.custom,
    headers: () => ({ 'x-access-token': inputToken }),
    wrong: {
      'no update_id': { message: { chat, text: 'x' } },
      'no chat': update({ text: 'x' }),
      'a message that is a text': update('hello'),
      'a text that is a number': update({ chat, text: 5 }),
      'a place beyond the earth': update({ chat, location: { latitude: 1000, longitude: 0 } }),
      'a chat id of a megabyte': update({ chat: { id: 'c'.repeat(1_000_000) }, text: 'x' }),
      'values nested a thousand levels deep': update({ chat, text: 'x', params: { deep: nested(1_000) } }),
    },
  },
  {
    name: 'the custom channel, signed envelope',
    path: () => paths.envelope,
    headers: signed,
    wrong: {
      'no event_id': { type: 'message.created', conversation: { external_id: 'c' }, message: { type: 'text', text: 'x' } },
      'no message': envelope({}),
      'a conversation that is a number': envelope({ conversation: 5, message: { type: 'text', text: 'x' } }),
      'an attachment without an address': envelope({ message: { type: 'image', attachments: [{}] } }),
      'a status of no message': { type: 'message.status', event_id: 'e', status: 'read' },
      'values nested a thousand levels deep': envelope({ message: { type: 'text', text: 'x' }, params: { deep: nested(1_000) } }),
    },
  },
  {
    name: 'the Telegram webhook',
    path: () => paths.telegram,
    headers: () => ({ 'x-telegram-bot-api-secret-token': telegramSecret }),
    wrong: {
      'no update_id': { message: { message_id: 1, chat: { id: 1 }, text: 'x' } },
      'an update_id that is an object': { update_id: {}, message: { message_id: 1, chat: { id: 1, type: 'private' }, date: 1, text: 'x' } },
      'a message that is a list': { update_id: 1, message: [] },
      'a chat nested a thousand levels deep': { update_id: 2, message: { message_id: 1, date: 1, chat: nested(1_000), text: 'x' } },
    },
  },
  {
    name: 'call_node',
    path: () => '/kw/api/call_node',
    wrong: {
      'no alias': { chat_id: 'c', bot_id: 1 },
      'an alias that is a list': { chat_id: 'c', bot_id: 1, connector_alias: [] },
      'a bot that is not there': { chat_id: 'c', bot_id: 99, connector_alias: 'x' },
      'data that is a text': { chat_id: 'c', bot_id: 1, connector_alias: 'x', data: 'x' },
      'data nested a thousand levels deep': { chat_id: 'c', bot_id: 1, connector_alias: 'x', data: { deep: nested(1_000) } },
    },
  },
  {
    name: 'a bot of an administrator',
    path: () => '/api/v1/conversations/bots',
    client: () => admin,
    wrong: {
      'no name': {},
      'a name that is a list': { name: [] },
      'a name that is empty': { name: '  ' },
      'an endless name': { name: 'x'.repeat(10_000) },
    },
  },
  {
    name: 'the draft of a scenario',
    method: 'PUT',
    path: () => `/api/v1/scenario-runtime/bots/${botId}/draft`,
    client: () => admin,
    wrong: {
      'no document': {},
      'a document that is a list': { document: [] },
      'a document nested a thousand levels deep': { document: { deep: nested(1_000) } },
    },
  },
  {
    name: 'a note of an operator',
    path: () => `/api/v1/operator-panel/requests/${randomUUID()}/notes`,
    client: () => admin,
    wrong: { 'a request that is not there': { text: 'x' }, 'a text that is a number': { text: 5 } },
  },
]

const refused = async (target: Target, body: Buffer, headers: Record<string, string> = {}): Promise<void> => {
  const before = await rows()
  const client = target.client?.() ?? host.http
  const {
    status,
    headers: answered,
    body: problem,
    text,
  } = await client.request(target.method ?? 'POST', target.path(), body, {
    headers: { 'content-type': 'application/json', ...target.headers?.(body), ...headers },
  })
  expect({ status, text }).toMatchObject({ status: expect.toSatisfy((code: number) => code >= 400 && code < 500, 'a 4xx') })
  // call_node answers its own refusals as the documented product does
  if (problem?.status !== 'error') {
    expect(answered.get('content-type')).toContain('application/problem+json')
    expect(problem).toMatchObject({ status, code: expect.any(String), detail: expect.any(String), requestId: expect.any(String) })
  }
  expect(await rows()).toEqual(before)
}

describe.each(targets)('$name', (target) => {
  it.each(Object.keys(badBodies))('refuses %s', async (name) => {
    await refused(target, badBodies[name]!)
  })

  it.each(Object.keys(target.wrong))('refuses %s', async (name) => {
    await refused(target, json(target.wrong[name]))
  })

  it('refuses a form instead of JSON', async () => {
    await refused(target, Buffer.from('update_id=1'), { 'content-type': 'application/x-www-form-urlencoded' })
  })
})

describe('who it is from', () => {
  const good = json(update({ chat, text: 'x' }))
  const custom = targets[0]!
  const signedTarget = targets[1]!
  const goodEnvelope = json(envelope({ message: { type: 'text', text: 'x' } }))

  it('is checked for the documented format', async () => {
    await refused(custom, good, { 'x-access-token': 'wrong-token-of-the-other' })
    await refused({ ...custom, headers: () => ({}) }, good)
  })

  it('is checked for the envelope: signature, time, bytes', async () => {
    await refused(signedTarget, goodEnvelope, { 'webhook-signature': 'v1,AAAA' })
    await refused(signedTarget, goodEnvelope, { 'webhook-signature': '' })
    await refused(signedTarget, goodEnvelope, { 'webhook-timestamp': '1' })
    await refused(signedTarget, goodEnvelope, { 'webhook-timestamp': 'soon' })
    await refused({ ...signedTarget, headers: () => signed(Buffer.from('something else')) }, goodEnvelope)
    await refused({ ...signedTarget, headers: () => ({}) }, goodEnvelope)
  })

  it('is checked for Telegram', async () => {
    const telegram = targets[2]!
    const body = json({ update_id: 7, message: { message_id: 1, date: 1, chat: { id: 1, type: 'private' }, text: 'x' } })
    await refused(telegram, body, { 'x-telegram-bot-api-secret-token': 'wrong' })
    await refused({ ...telegram, headers: () => ({}) }, body)
  })

  it('is checked for operators and administrators', async () => {
    for (const target of targets.slice(4)) {
      await refused({ ...target, client: () => host.http }, json({ name: 'x', document: {}, text: 'x' }))
      await refused({ ...target, client: () => host.http.token('not-a-token') }, json({ name: 'x', document: {}, text: 'x' }))
    }
  })

  it.each(['/hooks/channel-custom', '/hooks/channel-telegram'])('must be an account that there is: %s', async (path) => {
    await refused({ ...custom, path: () => `${path}/${randomUUID()}` }, good)
    await refused({ ...custom, path: () => `${path}/not-an-id` }, good)
    await refused({ ...custom, path: () => `${path}/%E0%A4%A` }, good)
    await refused({ ...custom, path: () => '/messengers_host/99/custom_channel/hooks' }, good)
    await refused({ ...custom, path: () => '/messengers_host/%00/custom_channel/hooks' }, good)
  })
})

describe('the socket of the widget', () => {
  const sockets: Socket[] = []
  const connect = (auth: object, origin = 'https://www.example.com'): Socket => {
    const socket = io(`${host.url}/channel-widget/visitor`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth,
      extraHeaders: { origin },
    })
    sockets.push(socket)
    return socket
  }
  afterAll(() => {
    for (const socket of sockets) socket.disconnect()
  })
  const outcome = (socket: Socket): Promise<'connected' | 'refused'> =>
    new Promise((resolve) => {
      const refused = (): void => resolve('refused')
      socket.once('connect', () => resolve('connected')).once('connect_error', refused)
      // a packet over the limit ends the connection
      socket.io.once('close', refused)
    })
  const known = () => ({ bot_id: 1 })

  it.each([
    ['a handshake of wrong types', () => ({ bot_id: [], token: 5 })],
    ['a bot that is not there', () => ({ bot_id: 99 })],
    ['a token of a megabyte', () => ({ ...known(), token: 'x'.repeat(1_000_000) })],
  ] as const)('refuses %s', async (_name, auth) => {
    const before = await rows()
    expect(await outcome(connect(auth()))).toBe('refused')
    expect(await rows()).toEqual(before)
  })

  it('refuses a site that is not allowed', async () => {
    expect(await outcome(connect(known(), 'https://evil.example'))).toBe('refused')
  })

  it('answers bad events with a problem and stores nothing', async () => {
    const socket = connect(known())
    expect(await outcome(socket)).toBe('connected')
    const before = await rows()
    const bad: unknown[] = [
      undefined,
      null,
      5,
      'text',
      [],
      {},
      { id: 'x' },
      { id: randomUUID(), content: 5 },
      { id: randomUUID(), content: { deep: nested(1_000) } },
    ]
    for (const payload of bad) {
      const answer = await socket
        .timeout(5_000)
        .emitWithAck('message', payload)
        .catch((error: unknown) => ({ problem: error }))
      expect(answer).toMatchObject({ ok: false, problem: expect.anything() })
    }
    expect(await rows()).toEqual(before)
  })

  it('survives events nobody declared and packets that are none', async () => {
    const socket = connect(known())
    expect(await outcome(socket)).toBe('connected')
    const before = await rows()
    socket.emit('__proto__', {})
    socket.emit('no-such-event', { a: 1 })
    socket.io.engine.write('this is no packet of socket.io')
    await until(() => !socket.connected || undefined, { within: 2_000 }).catch(() => undefined)
    expect(await rows()).toEqual(before)
  })
})

describe('after all that', () => {
  it('the process takes good messages and has logged no error', async () => {
    const answer = await host.http.request('POST', paths.custom, json(update({ chat, text: 'hello' })), {
      headers: { 'content-type': 'application/json', 'x-access-token': inputToken },
    })
    expect(answer).toMatchObject({ status: 200, body: { ok: true, stored: 1 } })
    expect(host.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([])
  })
})
