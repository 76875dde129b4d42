import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createTestDatabase, testRedisUrl, until, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { plugins as pluginsCommand } from '../../host/src/cli/plugins.command.ts'
import { repository } from '../browser/parley-host.ts'
import { OtlpCollector } from './otlp-collector.ts'
import { ParleyProcess } from '../../host/test/started-host.ts'
import { TemporaryInstallation } from '../../host/test/temporary-installation.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000 })

const program = join(repository, 'host/dist/main.js')
let place: TemporaryInstallation
let database: TestDatabase
let collector: OtlpCollector
let started: ParleyProcess[] = []
let redisUrl: string

beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: repository })
}, 300_000)
beforeEach(async () => {
  place = new TemporaryInstallation()
  database = await createTestDatabase()
  collector = await OtlpCollector.start()
  redisUrl = testRedisUrl()
  await install()
})
afterEach(async () => {
  for (const one of started) if (one.child.exitCode === null) one.child.kill('SIGKILL')
  await Promise.all(started.map((one) => one.ended))
  started = []
  await collector[Symbol.asyncDispose]()
  await database.close()
  place[Symbol.dispose]()
})

const start = async (role: string, variables: Readonly<Record<string, string>>): Promise<string> => {
  const one = new ParleyProcess(program, place.root, ['start', '--role', role], {
    DATABASE_URL: database.url,
    PARLEY_DATA_DIR: `${place.root}/data`,
    REDIS_URL: redisUrl,
    PARLEY__host__outbound__allow: `[${collector.address}]`,
    PARLEY__host__drainDelay: '0',
    ...variables,
  })
  started.push(one)
  return await one.ready()
}

/** Takes something in, works on it, tells it as an event, and calls an outside service: what a message does. */
const install = async (): Promise<void> => {
  const folder = place.plugin('road')
  place.write(
    'plugins/road/plugin.js',
    `const anything = { '~standard': { version: 1, vendor: 'toy', validate: (value) => ({ value }) } }
    const told = { id: 'road.told@1', payload: anything }
    export default { apiVersion: 1, spec: {
      id: 'road',
      routes: (http) => [http.post('/take', { auth: 'public', audit: false }, async (_, { queue }) => { await queue.add('work', {}); return {} })],
      jobs: (job) => [
        job('work', { payload: anything }, async (_, { queue, events }) => { await events.publish(told, {}); await queue.add('send', {}) }),
        job('send', { payload: anything }, async (_, { http }) => { await http('http://${collector.address}/outside', { method: 'POST', body: '{}' }) }),
      ],
      on: (on) => [on(told, async () => {})],
    } }\n`,
  )
  await pluginsCommand({ root: place.root, variables: {}, args: ['add', folder, '--yes'], print: () => undefined })
}

const take = (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${url}/api/v1/road/take`, { method: 'POST', headers })

test('one trace follows what came in through all processes and out again', async () => {
  const traces = { PARLEY__telemetry__traces__url: `http://${collector.address}/v1/traces` }
  const url = await start('web', traces)
  await start('worker', traces)
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  expect((await take(url, { traceparent: `00-${traceId}-b7ad6b7169203331-01` })).status).toBe(200)
  // what the caller does not record is not recorded here
  await take(url, { traceparent: '00-11111111111111111111111111111111-b7ad6b7169203331-00' })
  const names = ['POST /api/v1/road/take', 'road:work', 'road:@events', 'road:send', `POST ${collector.address}`]
  await until(() => names.every((name) => collector.spans.some((span) => span.name === name)), { within: 60_000 })

  expect(new Set(collector.spans.map((span) => span.traceId))).toEqual(new Set([traceId]))
  const [server, work, event, send, call] = names.map((name) => collector.spans.find((span) => span.name === name)!)
  expect([server!.parentSpanId, work!.parentSpanId, event!.parentSpanId, send!.parentSpanId, call!.parentSpanId]).toEqual([
    'b7ad6b7169203331',
    server!.spanId,
    work!.spanId,
    work!.spanId,
    send!.spanId,
  ])
  expect([server, work, event, send, call].map((span) => [span!.process, span!.kind])).toEqual([
    ['web', 2],
    ...Array.from({ length: 3 }, () => ['worker', 5]),
    ['worker', 3],
  ])
  await until(() => collector.traceparents.length === 2)
  expect(collector.traceparents).toContain(`00-${traceId}-${call!.spanId}-01`)
  expect(collector.traceparents).toContain(undefined)
})

test('without an address nothing is recorded, sent or passed on', async () => {
  const url = await start('web,worker', {})
  await take(url, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' })
  await until(() => collector.traceparents.length === 1, { within: 60_000 })
  expect([collector.traceparents, collector.spans]).toEqual([[undefined], []])
})
