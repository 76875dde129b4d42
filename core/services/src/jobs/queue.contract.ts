import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { currentContext, runInContext, type PluginHandle } from '@parley/kernel'
import type { Clock, Job, JobOptions, Queue, Role } from '@parley/plugin-api'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testPlugin } from '../../test/test-plugin.ts'
import { until } from '../../test/until.ts'
import { createJobs, type Jobs, type JobsOptions } from './create-jobs.ts'

export interface QueueFixture {
  readonly adapter: JobsOptions['adapter']
  readonly clock: Clock
  /** Lets a little of the clock's time pass. */
  step(): Promise<unknown>
}

const numbered = z.object({ n: z.number() })

const job = <P extends object>(
  name: string,
  options: JobOptions<P, any>,
  handle: (payload: P, cradle: any, signal: AbortSignal) => Promise<void>,
): Job => ({
  kind: 'job',
  name,
  options,
  handle,
})

/** A promise to be resolved from outside. */
const gate = (): { readonly opened: Promise<void>; open(): void } => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open: () => open() }
}

/** What every adapter of the queue must do. */
export const queueContract = (adapter: string, fixture: () => QueueFixture): void => {
  describe(`the queue on ${adapter}`, () => {
    let database: TestDatabase
    let current: QueueFixture
    const started: Jobs[] = []
    const logged: { level: string; message: string; data: Record<string, unknown> }[] = []
    const note =
      (level: string) =>
      (message: string, data: object = {}): void =>
        void logged.push({ level, message, data: data as Record<string, unknown> })
    const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }

    beforeAll(async () => {
      database = await createTestDatabase()
    })
    afterAll(async () => {
      await database.close()
    })
    afterEach(async () => {
      await Promise.all(started.splice(0).map((jobs) => jobs.stop()))
      logged.length = 0
    })

    const start = async (jobs: readonly Job[], roles: readonly Role[] = ['worker'], share?: QueueFixture): Promise<{ jobs: Jobs; queue: Queue }> => {
      current = share ?? fixture()
      const service = createJobs({ adapter: current.adapter, database, clock: current.clock, log, retryPause: (attempt) => attempt * 20 })
      started.push(service)
      const plugin: PluginHandle = testPlugin('toy', { jobs })
      await service.start([plugin], roles)
      return { jobs: service, queue: service.forPlugin('toy') }
    }
    const eventually = (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => until(what, holds, () => current.step())
    const countersOf = async (jobs: Jobs) => (await jobs.statistics())[0]

    test('hands a job to its handler, with the request it came from', async () => {
      const seen: unknown[] = []
      const { jobs, queue } = await start([
        job('greet', { payload: numbered }, async (payload) => void seen.push([payload, currentContext()?.requestId, currentContext()?.plugin])),
      ])
      await runInContext({ plugin: 'other', requestId: 'r-1' }, () => queue.add('greet', { n: 1 }))
      await eventually('the job ran', () => seen.length === 1)
      expect(seen).toEqual([[{ n: 1 }, 'r-1', 'toy']])
      await eventually('it is counted', async () => (await countersOf(jobs))?.completed === 1)
      expect(await countersOf(jobs)).toMatchObject({ job: 'toy:greet', added: 1, completed: 1, failed: 0, waiting: 0, running: 0 })
    })

    test('refuses a job nobody declared and a payload that does not fit', async () => {
      const { queue } = await start([job('greet', { payload: numbered }, async () => undefined)])
      await expect(queue.add('unknown', {})).rejects.toThrow('"toy" adds the job "unknown", which it does not declare.')
      await expect(queue.add('greet', { n: 'one' })).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining('toy:greet') })
    })

    test('drops a payload that no longer fits when it arrives', async () => {
      let fits = true
      const ran: number[] = []
      const { jobs, queue } = await start([job('greet', { payload: numbered.refine(() => fits) }, async ({ n }) => void ran.push(n))])
      const added = queue.add('greet', { n: 1 }, { delay: 20 })
      fits = false
      await added
      await eventually('it was dropped', async () => (await countersOf(jobs))?.failed === 1)
      fits = true
      await queue.add('greet', { n: 2 })
      await eventually('the next one ran', () => ran.length > 0)
      expect(ran).toEqual([2])
      expect(logged).toContainEqual(expect.objectContaining({ level: 'error', message: 'a job was dropped, because its payload does not fit' }))
    })

    test('waits for the delay', async () => {
      const ran: number[] = []
      const { queue } = await start([job('greet', { payload: numbered }, async ({ n }) => void ran.push(n))])
      await queue.add('greet', { n: 1 }, { delay: 150 })
      await queue.add('greet', { n: 2 })
      await eventually('both ran', () => ran.length === 2)
      expect(ran).toEqual([2, 1])
    })

    test('drops a job whose key waits, and keeps one whose key runs', async () => {
      const ran: number[] = []
      const hold = gate()
      const { queue } = await start([
        job('greet', { payload: numbered }, async ({ n }) => {
          ran.push(n)
          if (n === 1) await hold.opened
        }),
      ])
      await queue.add('greet', { n: 1 }, { key: 'k', delay: 60 })
      await queue.add('greet', { n: 2 }, { key: 'k' })
      await eventually('the first runs', () => ran.length === 1)
      await queue.add('greet', { n: 3 }, { key: 'k' })
      await eventually('the third ran', () => ran.length === 2)
      hold.open()
      expect(ran).toEqual([1, 3])
    })

    test('tries again with growing pauses', async () => {
      const attempts: number[] = []
      const { jobs, queue } = await start([
        job('greet', { payload: numbered }, async ({ n }) => {
          attempts.push(n)
          if (attempts.length < 3) throw new Error('not yet')
        }),
      ])
      await queue.add('greet', { n: 1 })
      await eventually('the third attempt succeeded', async () => (await countersOf(jobs))?.completed === 1)
      expect(attempts).toEqual([1, 1, 1])
      expect(await countersOf(jobs)).toMatchObject({ added: 1, retried: 2, failed: 0 })
    })

    test('gives up after the last attempt and says so', async () => {
      let attempts = 0
      const { jobs, queue } = await start([
        job('greet', { payload: numbered, attempts: 3 }, async () => {
          attempts++
          throw new Error('never')
        }),
      ])
      await queue.add('greet', { n: 1 })
      await eventually('it was given up', async () => (await countersOf(jobs))?.failed === 1)
      await eventually('nothing waits', async () => (await countersOf(jobs))?.waiting === 0)
      expect(attempts).toBe(3)
      const complaint = logged.find(({ message }) => message === 'a job failed and was given up')
      expect(complaint?.data).toMatchObject({ job: 'toy:greet', attempt: 3, error: expect.objectContaining({ message: 'never' }) })
    })

    test('runs no more handlers at once than allowed', async () => {
      let running = 0
      let most = 0
      const ran: number[] = []
      const { queue } = await start([
        job('greet', { payload: numbered, concurrency: 3 }, async ({ n }) => {
          most = Math.max(most, ++running)
          await new Promise((resolve) => setImmediate(resolve))
          ran.push(n)
          running--
        }),
      ])
      for (let n = 0; n < 20; n++) await queue.add('greet', { n })
      await eventually('all ran', () => ran.length === 20)
      expect(new Set(ran).size).toBe(20)
      expect(most).toBeLessThanOrEqual(3)
    })

    test('jobs of one lane never overlap, and one that comes while the lane runs is run after', async () => {
      const log: string[] = []
      const hold = gate()
      const { queue } = await start([
        job('drain', { payload: z.object({ lane: z.string(), n: z.number() }), orderBy: ({ lane }) => lane }, async ({ lane, n }) => {
          log.push(`${lane}${n} starts`)
          if (n === 1) await hold.opened
          log.push(`${lane}${n} ends`)
        }),
      ])
      await queue.add('drain', { lane: 'a', n: 1 })
      await eventually('the lane runs', () => log.length === 1)
      for (const n of [2, 3, 4]) await queue.add('drain', { lane: 'a', n })
      await queue.add('drain', { lane: 'b', n: 5 })
      await eventually('the other lane went on', () => log.includes('b5 ends'))
      expect(log).toEqual(['a1 starts', 'b5 starts', 'b5 ends'])
      hold.open()
      await eventually('the lane ran again', () => log.length === 6)
      await queue.add('drain', { lane: 'c', n: 6 })
      await eventually('everything was taken', () => log.includes('c6 ends'))
      expect(log.slice(3)).toEqual([
        'a1 ends',
        expect.stringMatching(/^a[234] starts$/),
        expect.stringMatching(/^a[234] ends$/),
        'c6 starts',
        'c6 ends',
      ])
    })

    test('jobs of one lane that come while it runs become one run', async () => {
      const ran: number[] = []
      const hold = gate()
      const { jobs, queue } = await start([
        job('drain', { payload: numbered, orderBy: () => 'lane', concurrency: 2 }, async ({ n }) => {
          ran.push(n)
          if (n === 0) await hold.opened
        }),
      ])
      for (let n = 0; n < 10; n++) await queue.add('drain', { n })
      await eventually('nothing waits in the queue', async () => (await countersOf(jobs))?.waiting === 0)
      hold.open()
      await eventually('the lane ran again', async () => (await countersOf(jobs))?.completed === 2)
      await queue.add('drain', { n: 10 })
      await eventually('the last ran', () => ran.includes(10))
      expect(ran).toHaveLength(3)
    })

    test('a failing run of a lane is tried again', async () => {
      let attempts = 0
      const { jobs, queue } = await start([
        job('drain', { payload: numbered, orderBy: () => 'lane' }, async () => {
          if (++attempts < 2) throw new Error('not yet')
        }),
      ])
      await queue.add('drain', { n: 1 })
      await eventually('it succeeded', async () => (await countersOf(jobs))?.completed === 1)
      expect(attempts).toBe(2)
    })

    test('adds after the commit, and not after a roll-back', async () => {
      const ran: number[] = []
      const { queue } = await start([job('greet', { payload: numbered }, async ({ n }) => void ran.push(n))])
      await database.host.transaction(async (tx) => {
        await queue.add('greet', { n: 1 }, { within: tx })
        await current.step()
        expect(ran).toEqual([])
      })
      await database.host
        .transaction(async (tx) => {
          await queue.add('greet', { n: 2 }, { within: tx })
          throw new Error('rolled back')
        })
        .catch(() => undefined)
      const batch = database.host.batch()
      await database.host.write({ text: 'DELETE FROM {ticks} WHERE name = $1', values: ['none'] }, batch)
      await queue.add('greet', { n: 3 }, { within: batch })
      await batch.commit()
      await eventually('both ran', () => ran.length === 2)
      await queue.add('greet', { n: 4 })
      await eventually('the last ran', () => ran.length === 3)
      expect([...ran].sort()).toEqual([1, 3, 4])
    })

    test('a handler does not inherit the transaction it was added in', async () => {
      let outcome: unknown
      const { queue } = await start([
        job('greet', { payload: numbered }, async () => {
          outcome = await database.host.transaction(async (tx) => (await tx.query('SELECT 1 AS one'))[0])
        }),
      ])
      await database.host.transaction(async (tx) => {
        await queue.add('greet', { n: 1 })
        await tx.query('SELECT 1')
        await eventually('the job ran', () => outcome !== undefined)
      })
      expect(outcome).toEqual({ one: 1 })
    })

    test('stop aborts the signal of a running handler and waits for it', async () => {
      let phase = 'waiting'
      const { jobs, queue } = await start([
        job('greet', { payload: numbered }, async (_payload, _cradle, signal) => {
          phase = 'running'
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          phase = 'aborted'
          await new Promise((resolve) => setImmediate(resolve))
          phase = 'done'
        }),
      ])
      await queue.add('greet', { n: 1 })
      await eventually('it runs', () => phase === 'running')
      await jobs.stop()
      expect(phase).toBe('done')
    })

    test('asks the reconciler at the start and then once per period for any number of processes', async () => {
      const asked: string[] = []
      const ran: number[] = []
      const declare = (process: string): Job =>
        job('deliver', { payload: numbered, dueEvery: 100, due: async () => [{ n: asked.push(process) }] }, async ({ n }) => void ran.push(n))
      await start([declare('first')], ['worker', 'scheduler'])
      await eventually('the first process asked', () => asked.length >= 1)
      await start([declare('second')], ['scheduler'], current)
      await eventually('the second process asked at its start', () => asked.includes('second'))
      const before = asked.length
      const from = current.clock.now().getTime()
      await eventually('some periods passed', () => asked.length >= before + 4)
      const periods = (current.clock.now().getTime() - from) / 100
      // one more for a period that had begun, and one for its end
      expect(asked.length - before).toBeLessThanOrEqual(Math.ceil(periods) + 2)
      await eventually('the jobs ran', () => ran.length >= 3)
    })

    test('runs a schedule once per tick for any number of processes', async () => {
      const runs: number[] = []
      const declare = (): Job =>
        job('tidy', { payload: z.object({}), schedule: 'every 200ms' }, async () => void runs.push(Math.floor(current.clock.now().getTime() / 200)))
      await start([declare()], ['worker', 'scheduler'])
      await start([declare()], ['worker', 'scheduler'], current)
      const first = Math.floor(current.clock.now().getTime() / 200)
      await eventually('four ticks were run', () => runs.length >= 4)
      const last = Math.floor(current.clock.now().getTime() / 200)
      expect(runs.length).toBeLessThanOrEqual(last - first + 1)
    })

    test('does not work with a role that is not asked for', async () => {
      const ran: number[] = []
      const { jobs, queue } = await start([job('greet', { payload: numbered }, async ({ n }) => void ran.push(n))], ['web'])
      await queue.add('greet', { n: 1 })
      expect(await countersOf(jobs)).toMatchObject({ added: 1, waiting: 1, completed: 0 })
      expect(ran).toEqual([])
    })
  })
}
