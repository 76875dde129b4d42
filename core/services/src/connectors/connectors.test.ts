import { createTestDatabase, silentLogger, type TestDatabase } from '@parley/test-kit'
import { currentContext } from '@parley/kernel'
import type { Claims, Clock, Connector, PluginDatabase } from '@parley/plugin-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Line } from '../../test/line.ts'
import { testPlugin, type TestPlugin } from '../../test/test-plugin.ts'
import { until } from '../../test/until.ts'
import { unwatchedClaims } from '../claims/index.ts'
import { createTestClock, type TestClock } from '../clock/index.ts'
import { createConnectors, type Connectors } from './create-connectors.ts'

interface Run {
  readonly process: string
  readonly key: string
  readonly signal: AbortSignal
  readonly plugin: string | undefined
  end(): void
  fail(): void
}

describe('connectors', () => {
  let database: TestDatabase
  let clock: TestClock
  let keys: string[]
  let runs: Run[]
  let began: string[]
  let onRun: (run: Run) => void
  let line: Line
  let lines: Line[]
  const started: Connectors[] = []

  beforeEach(async () => {
    database = await createTestDatabase()
    clock = createTestClock()
    line = new Line(database.host)
    lines = [line]
    keys = ['a']
    runs = []
    began = []
    onRun = () => undefined
  })
  afterEach(async () => {
    await Promise.all(started.splice(0).map((connectors) => connectors.stop()))
    await database.close()
  })

  const step = async (milliseconds = 500): Promise<void> => {
    for (const each of lines) await each.quiet()
    await clock.advance(milliseconds)
    for (const each of lines) await each.quiet()
  }
  const pass = async (seconds: number): Promise<void> => {
    for (let half = 0; half < seconds * 2; half++) await step()
  }
  const connector = (process: string): Connector => ({
    kind: 'connector',
    name: 'poll',
    keys: async () => keys,
    run: (key, _cradle, signal) =>
      new Promise((resolve, reject) => {
        const run: Run = { process, key, signal, plugin: currentContext()?.plugin, end: resolve, fail: () => reject(new Error('refused')) }
        const over = (): void => {
          runs = runs.filter((other) => other !== run)
          resolve()
        }
        runs.push(run)
        began.push(`${process} ${key}`)
        signal.addEventListener('abort', over)
        onRun(run)
      }),
  })
  const start = (
    process: string,
    { host = line.host, own = clock, claims = unwatchedClaims() }: { host?: PluginDatabase; own?: Clock; claims?: Claims } = {},
  ) => {
    const plugin: TestPlugin = testPlugin('channel', { connectors: [connector(process)] })
    const connectors = createConnectors({ database: { host }, clock: own, claims, log: silentLogger })
    started.push(connectors)
    connectors.start([plugin])
    return { connectors, plugin }
  }
  const owners = (): string[] => runs.map(({ process, key }) => `${process} ${key}`).sort()

  test('run for each key in exactly one of several processes, in the plugin context', async () => {
    keys = ['a', 'b', 'c']
    start('one')
    start('two')
    await until(
      'all run',
      () => runs.length === 3,
      () => step(),
    )
    await pass(60)
    expect(runs.map(({ key }) => key).sort()).toEqual(['a', 'b', 'c'])
    expect(began).toHaveLength(3)
    expect(runs.every(({ plugin }) => plugin === 'channel')).toBe(true)
  })

  test('of a process that died are taken over at once where its death is known', async () => {
    const marked = { ...unwatchedClaims(), token: () => '0dead000-0000-4000-8000-000000000000' }
    start('one', { claims: marked })
    await until(
      'it runs',
      () => runs.length === 1,
      () => step(),
    )
    const gone: string[] = []
    const { connectors } = start('two', { claims: { ...unwatchedClaims(), gone: () => gone } })
    await pass(10)
    expect(connectors.running).toEqual([])
    gone.push('0dead000')
    await connectors.hurry()
    expect(connectors.running).toEqual(['channel:poll a'])
  })

  test('start for a new key and stop for one that is gone', async () => {
    const { connectors } = start('one')
    await until(
      'the first runs',
      () => runs.length === 1,
      () => step(),
    )
    keys = ['b']
    await until(
      'the keys changed',
      () => owners().join() === 'one b',
      () => step(),
    )
    expect(connectors.running).toEqual(['channel:poll b'])
    keys = ['a', 'b']
    await until(
      'the first is back',
      () => owners().join() === 'one a,one b',
      () => step(),
    )
    expect(began).toEqual(['one a', 'one b', 'one a'])
  })

  test('of a process that stops are taken over at once', async () => {
    const { connectors } = start('one')
    await until(
      'it runs',
      () => runs.length === 1,
      () => step(),
    )
    start('two')
    await pass(10)
    expect(owners()).toEqual(['one a'])
    await connectors.stop()
    const from = clock.now().getTime()
    await until(
      'the other took over',
      () => owners().join() === 'two a',
      () => step(),
    )
    expect(clock.now().getTime() - from).toBeLessThanOrEqual(6_000)
  })

  test('of a process that died are taken over when the lease has expired', async () => {
    // its time stands still, so it never renews and never stops either
    start('dead', { own: createTestClock(clock.now()) })
    await until(
      'it runs',
      () => runs.length === 1,
      () => step(),
    )
    const from = clock.now().getTime()
    start('two')
    await until(
      'the other took over',
      () => owners().includes('two a'),
      () => step(),
    )
    expect(clock.now().getTime() - from).toBeLessThanOrEqual(21_000)
    expect(clock.now().getTime() - from).toBeGreaterThanOrEqual(10_000)
  })

  test('abort in time when the lease cannot be renewed, before another process may have it', async () => {
    const cut = new Line(database.host)
    lines.push(cut)
    start('one', { host: cut.host })
    await until(
      'it runs',
      () => runs.length === 1,
      () => step(),
    )
    const [run] = runs
    let abortedAt = 0
    run?.signal.addEventListener('abort', () => (abortedAt = clock.now().getTime()))
    let takenAt = 0
    onRun = ({ process }) => process === 'two' && (takenAt = clock.now().getTime())
    start('two')
    cut.cut = true
    await until(
      'the other took over',
      () => owners().includes('two a'),
      () => step(),
    )
    expect(owners()).toEqual(['two a'])
    expect(abortedAt).toBeGreaterThan(0)
    expect(takenAt).toBeGreaterThan(abortedAt)
  })

  test('abort when another process has the lease', async () => {
    start('one')
    await until(
      'it runs',
      () => runs.length === 1,
      () => step(),
    )
    const [run] = runs
    await database.host.query(`UPDATE {leases} SET owner = 'somebody', fence = fence + 1, expires_at = $1`, [
      new Date(clock.now().getTime() + 3_600_000),
    ])
    await until(
      'it was aborted',
      () => run?.signal.aborted === true,
      () => step(),
    )
    await pass(30)
    expect(owners()).toEqual([])
    expect(String(run?.signal.reason)).toContain('another process has it')
  })

  test('start again with growing pauses when they throw or end', async () => {
    const starts: number[] = []
    const from = clock.now().getTime()
    onRun = (run) => {
      starts.push(clock.now().getTime() - from)
      if (starts.length % 2 === 0) run.end()
      else if (starts.length < 5) run.fail()
    }
    start('one')
    await until(
      'it began five times',
      () => starts.length === 5,
      () => step(100),
    )
    const pauses = starts.slice(1).map((at, index) => at - (starts[index] ?? 0))
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000])
  })

  test('of a plugin that runs no more are stopped', async () => {
    const { plugin } = start('one')
    await until(
      'it runs',
      () => runs.length === 1,
      () => step(),
    )
    plugin.state = 'suspended'
    await until(
      'it was stopped',
      () => runs.length === 0,
      () => step(),
    )
    plugin.state = 'running'
    await until(
      'it is back',
      () => runs.length === 1,
      () => step(),
    )
    expect(began).toEqual(['one a', 'one a'])
  })

  test('go on while their keys cannot be read', async () => {
    let cut = false
    const failing: Connector = {
      ...connector('one'),
      keys: async () => {
        if (cut) throw new Error('cut')
        return keys
      },
    }
    const connectors = createConnectors({ database: line, clock, log: silentLogger })
    started.push(connectors)
    connectors.start([testPlugin('channel', { connectors: [failing] })])
    await until(
      'it runs',
      () => runs.length === 1,
      () => step(),
    )
    cut = true
    await pass(60)
    expect(owners()).toEqual(['one a'])
    expect(began).toEqual(['one a'])
  })

  test('leave no timer behind', async () => {
    const { connectors } = start('one')
    await until(
      'it runs',
      () => runs.length === 1,
      () => step(),
    )
    await connectors.stop()
    expect(clock.waiting).toBe(0)
    expect(runs).toEqual([])
  })
})
