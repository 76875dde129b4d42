import { hostname } from 'node:os'
import { createTestDatabase, silentLogger, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClaims, type PluginSet } from '../claims/index.ts'
import { systemClock } from '../clock/index.ts'
import { createMetrics } from '../observability/index.ts'
import { createInstances, type Instances } from './index.ts'

let database: TestDatabase
let started: Process[]
beforeEach(async () => {
  database = await createTestDatabase()
  started = []
})
afterEach(async () => {
  for (const one of started) await one.end()
  await database.close()
})

interface Process {
  readonly instances: Instances
  end(): Promise<void>
}

const old: PluginSet = { hash: 'old', plugins: { line: '1.0.0', chat: '2.0.0' } }
const next: PluginSet = { hash: 'next', plugins: { line: '1.1.0', chat: '2.0.0', mail: '1.0.0' } }
const name = `${hostname()} (process ${process.pid})`

const begin = async (set: PluginSet): Promise<Process> => {
  const clock = systemClock()
  const claims = createClaims({ url: database.url, clock, log: silentLogger, version: '1.0.0' })
  const instances = createInstances({ database, clock, claims, log: silentLogger, metrics: createMetrics({ process: false }).host })
  let ended: Promise<void> | undefined
  const one: Process = { instances, end: () => (ended ??= claims.stop()) }
  started.push({ ...one, end: async () => (instances.stop(), await one.end()) })
  await claims.start(['web'], set)
  await instances.start(set)
  return one
}

test('processes know each other with their plugins, until they end', async () => {
  const one = await begin(old)
  const two = await begin(old)
  expect((await one.instances.live()).map(({ roles, set }) => [roles, set])).toEqual([
    [['web'], old],
    [['web'], old],
  ])
  expect((await two.instances.live()).map((row) => two.instances.isSelf(row))).toEqual([false, true])
  expect([...(await one.instances.differences())]).toEqual([])
  await two.end()
  expect(await one.instances.live()).toHaveLength(1)
})

test('a process with other plugins that nobody announced is held back, with the reason; the older ones are not', async () => {
  const one = await begin(old)
  const two = await begin(next)
  expect(await one.instances.heldBack()).toBeUndefined()
  expect(await two.instances.heldBack()).toBe(
    'its plugins are not those of the processes that run already, and no rollout announced them ' +
      `("line": this process has 1.1.0, ${name} has 1.0.0; "mail": this process has 1.0.0, ${name} does not have it). ` +
      'Correct its files or config/plugins.lock.yaml, or announce them by "parley migrate".',
  )
  expect([...(await one.instances.differences())]).toEqual([
    ['line', [`${name} has 1.1.0`]],
    ['mail', [`${name} has 1.0.0`]],
  ])
  // No deadlock: it is let in by an announcement that comes late, and when it is alone.
  await one.end()
  expect(await two.instances.heldBack()).toBeUndefined()
})

test('a rollout goes on: announced plugins are welcome beside older ones, both ways, old processes may start again, and who is in stays in', async () => {
  const first = await begin(old)
  await first.instances.announce(old)
  await begin(old)
  await first.instances.announce(next)
  const upgraded = await begin(next)
  expect(await upgraded.instances.heldBack()).toBeUndefined()
  expect((await upgraded.instances.differences()).size).toBe(2)
  await first.end()
  const again = await begin(old)
  expect(await again.instances.heldBack()).toBeUndefined()

  await upgraded.instances.announce(old)
  expect(await (await begin(old)).instances.heldBack()).toBeUndefined()
  expect(await upgraded.instances.heldBack()).toBeUndefined()
  expect(await (await begin({ hash: 'third', plugins: {} })).instances.heldBack()).toContain('no rollout announced them')
})
