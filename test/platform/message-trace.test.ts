import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createTestDatabase, testRedisUrl, until, type TestDatabase } from '@parley/test-kit'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Api } from '../browser/api.ts'
import { administrator, repository } from '../browser/parley-host.ts'
import { ParleyProcess } from '../../host/test/started-host.ts'
import { TemporaryInstallation } from '../../host/test/temporary-installation.ts'
import { OtlpCollector, type CollectedSpan } from './otlp-collector.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 })

const plugins = ['identity', 'clients', 'conversations', 'scenario-runtime', 'channel-custom']
const echo = {
  format: 'parley.scenario@1',
  title: 'Says what it hears',
  sections: [
    {
      id: 'main',
      title: 'main',
      nodes: [
        { id: 'start', type: 'start' },
        { id: 'say', type: 'message', parameters: { text: '{{user_input}}' } },
      ],
      edges: [{ from: 'start', to: 'say' }],
    },
  ],
}

let place: TemporaryInstallation
let database: TestDatabase
let collector: OtlpCollector
let hook: string
const started: ParleyProcess[] = []

beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: repository })
  place = new TemporaryInstallation({
    // JSON is YAML
    'config/default.yaml': JSON.stringify({ plugins: Object.fromEntries(plugins.map((id) => [id, { package: `@parley/plugin-${id}` }])) }),
  })
  symlinkSync(join(repository, 'node_modules'), join(place.root, 'node_modules'))
  database = await createTestDatabase()
  collector = await OtlpCollector.start()
  const redisUrl = testRedisUrl()
  const url = await start('web', redisUrl)
  await start('worker,scheduler', redisUrl)
  hook = await connect(url)
})
afterAll(async () => {
  for (const one of started) if (one.child.exitCode === null) one.child.kill('SIGKILL')
  await Promise.all(started.map((one) => one.ended))
  await collector?.[Symbol.asyncDispose]()
  await database?.close()
  place?.[Symbol.dispose]()
})

async function start(role: string, redisUrl: string): Promise<string> {
  const one = new ParleyProcess(join(repository, 'host/dist/main.js'), place.root, ['start', '--role', role], {
    DATABASE_URL: database.url,
    REDIS_URL: redisUrl,
    PARLEY_DATA_DIR: `${place.root}/data`,
    PARLEY_ADMIN_LOGIN: administrator.login,
    PARLEY_ADMIN_PASSWORD: administrator.password,
    PARLEY__database__migrate: 'auto',
    PARLEY__host__drainDelay: '0',
    PARLEY__host__outbound__allow: `[${collector.address}]`,
    PARLEY__telemetry__traces__url: `http://${collector.address}/v1/traces`,
  })
  started.push(one)
  return await one.ready()
}

/** A bot that answers with what it hears, behind a custom channel whose other side is the collector's; answers the address of its hook. */
async function connect(url: string): Promise<string> {
  const api = await Api.signIn(url, administrator.login, administrator.password)
  const bot = await api.post('/conversations/bots', { name: 'Echo', language: 'en' })
  await api.put(`/scenario-runtime/bots/${bot['id']}/draft`, { document: echo })
  await api.post(`/scenario-runtime/bots/${bot['id']}/publish`)
  const config = { custom_channel_url: `http://${collector.address}/sink` }
  const account = await api.post('/conversations/accounts', { botId: bot['id'], channel: 'custom_channel', title: 'Sink', config, active: true })
  return `${url}/hooks/channel-custom/${account['id']}`
}

let updates = 0

/** A client writes; whoever delivers it records the trace that is answered. */
async function write(chat: string, text: string): Promise<string> {
  const traceId = randomBytes(16).toString('hex')
  const message = { chat: { id: chat }, from: { id: chat, first_name: 'Ann' }, date: Date.now(), text, type: 'text' }
  const headers = { 'content-type': 'application/json', traceparent: `00-${traceId}-b7ad6b7169203331-01` }
  updates += 1
  const response = await fetch(hook, { method: 'POST', headers, body: JSON.stringify({ update_id: updates, message }) })
  expect(response.status).toBe(200)
  return traceId
}

const answered = (chat: string, text: string): Promise<string | undefined> =>
  until(() => collector.calls.find(({ body }) => body?.chat_id === chat && body.text === text), { within: 60_000 }).then((call) => call.traceparent)

const spansOf = (traceId: string, count: number): Promise<readonly CollectedSpan[]> =>
  until(
    () => {
      const spans = collector.spans.filter((span) => span.traceId === traceId)
      return spans.length >= count && spans
    },
    { within: 60_000 },
  )

test('one trace follows a message from the hook in one process through the turn in another to the call of the other side', async () => {
  const traceId = await write('ann', 'hello')
  const traceparent = await answered('ann', 'hello')
  const spans = await spansOf(traceId, 3)
  const of = (name: string): CollectedSpan => spans.find((span) => span.name === name)!
  const [server, turn, call] = [of('POST /hooks/channel-custom/:account'), of('conversations:turn'), of(`POST ${collector.address}`)]
  expect([server.process, turn.process, call.process]).toEqual(['web', 'worker,scheduler', 'worker,scheduler'])
  expect([server.parentSpanId, turn.parentSpanId, call.parentSpanId]).toEqual(['b7ad6b7169203331', server.spanId, turn.spanId])
  expect(traceparent).toBe(`00-${traceId}-${call.spanId}-01`)
})

test('messages that are stored and sent together each keep to their own trace', async () => {
  const chats = Array.from({ length: 40 }, (_, index) => `crowd-${index}`)
  const traces = await Promise.all(chats.map((chat) => write(chat, 'hello')))
  const traceparents = await Promise.all(chats.map((chat) => answered(chat, 'hello')))
  expect(traceparents.map((traceparent) => traceparent?.slice(3, 35))).toEqual(traces)
})

test('a message that comes while the answer before is being written down has its own trace too', async () => {
  await write('bob', 'one')
  await answered('bob', 'one')
  const traceId = await write('bob', 'two')
  expect((await answered('bob', 'two'))?.slice(3, 35)).toBe(traceId)
})
