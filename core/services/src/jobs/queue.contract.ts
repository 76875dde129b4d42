import { currentContext, runInContext } from '@parley/kernel'
import { describe, expect, test } from 'vitest'
import { gate, job, numbered, QueueHarness, type QueueFixture } from '../../test/queue-harness.ts'
import { brakeContract } from './queue-brake.contract.ts'
import { lagContract } from './queue-lag.contract.ts'
import { laneContract } from './queue-lanes.contract.ts'
import { scheduleContract } from './queue-schedules.contract.ts'

/** What every adapter of the queue must do. */
export const queueContract = (adapter: string, fixture: () => QueueFixture): void => {
  describe(`the queue on ${adapter}`, () => {
    const harness = new QueueHarness(fixture)
    deliveryContract(harness)
    brakeContract(harness)
    lagContract(harness)
    laneContract(harness)
    scheduleContract(harness)
  })
}

const deliveryContract = (harness: QueueHarness): void => {
  test('hands a job to its handler, with the request it came from', async () => {
    const seen: unknown[] = []
    const process = await harness.start([
      job('greet', { payload: numbered }, async (payload) => void seen.push([payload, currentContext()?.requestId, currentContext()?.plugin])),
    ])
    await runInContext({ plugin: 'other', requestId: 'r-1' }, () => process.queue.add('greet', { n: 1 }))
    await harness.eventually('the job ran', () => seen.length === 1)
    expect(seen).toEqual([[{ n: 1 }, 'r-1', 'toy']])
    await harness.eventually('it is counted', async () => (await harness.counters(process))?.completed === 1)
    expect(await harness.counters(process)).toMatchObject({ job: 'toy:greet', added: 1, completed: 1, failed: 0, waiting: 0, running: 0 })
  })

  test('refuses a job nobody declared and a payload that does not fit', async () => {
    const { queue } = await harness.start([job('greet', { payload: numbered }, async () => undefined)])
    await expect(queue.add('unknown', {})).rejects.toThrow('"toy" adds the job "unknown", which it does not declare.')
    await expect(queue.add('greet', { n: 'one' })).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining('toy:greet') })
  })

  test('drops a payload that no longer fits when it arrives', async () => {
    let fits = true
    const ran: number[] = []
    const process = await harness.start([job('greet', { payload: numbered.refine(() => fits) }, async ({ n }) => void ran.push(n))])
    const added = process.queue.add('greet', { n: 1 }, { delay: 20 })
    fits = false
    await added
    await harness.eventually('it was dropped', async () => (await harness.counters(process))?.failed === 1)
    fits = true
    await process.queue.add('greet', { n: 2 })
    await harness.eventually('the next one ran', () => ran.length > 0)
    expect(ran).toEqual([2])
    expect(harness.logged).toContainEqual(expect.objectContaining({ level: 'error', message: 'a job was dropped, because its payload does not fit' }))
  })

  test('waits for the delay', async () => {
    const ran: number[] = []
    const { queue } = await harness.start([job('greet', { payload: numbered }, async ({ n }) => void ran.push(n))])
    await queue.add('greet', { n: 1 }, { delay: 150 })
    await queue.add('greet', { n: 2 })
    await harness.eventually('both ran', () => ran.length === 2)
    expect(ran).toEqual([2, 1])
  })

  test('drops a job whose key waits, and keeps one whose key runs', async () => {
    const ran: number[] = []
    const hold = gate()
    const { queue } = await harness.start([
      job('greet', { payload: numbered }, async ({ n }) => {
        ran.push(n)
        if (n === 1) await hold.opened
      }),
    ])
    await queue.add('greet', { n: 1 }, { key: 'k', delay: 60 })
    await queue.add('greet', { n: 2 }, { key: 'k' })
    await harness.eventually('the first runs', () => ran.length === 1)
    await queue.add('greet', { n: 3 }, { key: 'k' })
    await harness.eventually('the third ran', () => ran.length === 2)
    hold.open()
    expect(ran).toEqual([1, 3])
  })

  test('tries again with growing pauses', async () => {
    const attempts: number[] = []
    const process = await harness.start([
      job('greet', { payload: numbered }, async ({ n }) => {
        attempts.push(n)
        if (attempts.length < 3) throw new Error('not yet')
      }),
    ])
    await process.queue.add('greet', { n: 1 })
    await harness.eventually('the third attempt succeeded', async () => (await harness.counters(process))?.completed === 1)
    expect(attempts).toEqual([1, 1, 1])
    expect(await harness.counters(process)).toMatchObject({ added: 1, retried: 2, failed: 0 })
  })

  test('gives up after the last attempt and says so', async () => {
    let attempts = 0
    const process = await harness.start([
      job('greet', { payload: numbered, attempts: 3 }, async () => {
        attempts++
        throw new Error('never')
      }),
    ])
    await process.queue.add('greet', { n: 1 })
    await harness.eventually('it was given up', async () => (await harness.counters(process))?.failed === 1)
    await harness.eventually('nothing waits', async () => (await harness.counters(process))?.waiting === 0)
    expect(attempts).toBe(3)
    const complaint = harness.logged.find(({ message }) => message === 'a job failed and was given up')
    expect(complaint?.data).toMatchObject({ job: 'toy:greet', attempt: 3, error: expect.objectContaining({ message: 'never' }) })
  })

  test('runs no more handlers at once than allowed', async () => {
    let running = 0
    let most = 0
    const ran: number[] = []
    const { queue } = await harness.start([
      job('greet', { payload: numbered, concurrency: 3 }, async ({ n }) => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        ran.push(n)
        running--
      }),
    ])
    for (let n = 0; n < 20; n++) await queue.add('greet', { n })
    await harness.eventually('all ran', () => ran.length === 20)
    expect(new Set(ran).size).toBe(20)
    expect(most).toBeLessThanOrEqual(3)
  })

  test('adds after the commit, and not after a roll-back', async () => {
    const ran: number[] = []
    const { queue } = await harness.start([job('greet', { payload: numbered }, async ({ n }) => void ran.push(n))])
    await harness.database.host.transaction(async (tx) => {
      await queue.add('greet', { n: 1 }, { within: tx })
      await harness.step()
      expect(ran).toEqual([])
    })
    await harness.database.host
      .transaction(async (tx) => {
        await queue.add('greet', { n: 2 }, { within: tx })
        throw new Error('rolled back')
      })
      .catch(() => undefined)
    const batch = harness.database.host.batch()
    await harness.database.host.write({ text: 'DELETE FROM {ticks} WHERE name = $1', values: ['none'] }, batch)
    await queue.add('greet', { n: 3 }, { within: batch })
    await batch.commit()
    await harness.eventually('both ran', () => ran.length === 2)
    await queue.add('greet', { n: 4 })
    await harness.eventually('the last ran', () => ran.length === 3)
    expect([...ran].sort()).toEqual([1, 3, 4])
  })

  test('a handler does not inherit the transaction it was added in', async () => {
    let outcome: unknown
    const { queue } = await harness.start([
      job('greet', { payload: numbered }, async () => {
        outcome = await harness.database.host.transaction(async (tx) => (await tx.query('SELECT 1 AS one'))[0])
      }),
    ])
    await harness.database.host.transaction(async (tx) => {
      await queue.add('greet', { n: 1 })
      await tx.query('SELECT 1')
      await harness.eventually('the job ran', () => outcome !== undefined)
    })
    expect(outcome).toEqual({ one: 1 })
  })

  test('stop aborts the signal of a running handler and waits for it', async () => {
    let phase = 'waiting'
    const process = await harness.start([
      job('greet', { payload: numbered }, async (_payload, _cradle, signal) => {
        phase = 'running'
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        phase = 'aborted'
        await new Promise((resolve) => setImmediate(resolve))
        phase = 'done'
      }),
    ])
    await process.queue.add('greet', { n: 1 })
    await harness.eventually('it runs', () => phase === 'running')
    await process.jobs.stop()
    expect(phase).toBe('done')
  })

  test('does not work with a role that is not asked for', async () => {
    const ran: number[] = []
    const process = await harness.start([job('greet', { payload: numbered }, async ({ n }) => void ran.push(n))], ['web'])
    await process.queue.add('greet', { n: 1 })
    expect(await harness.counters(process)).toMatchObject({ added: 1, waiting: 1, completed: 0 })
    expect(ran).toEqual([])
  })
}
