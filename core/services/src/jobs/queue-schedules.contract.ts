import type { Job } from '@parley/plugin-api'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { job, numbered, type QueueHarness } from '../../test/queue-harness.ts'

/** `due` and `schedule`. */
export const scheduleContract = (harness: QueueHarness): void => {
  test('asks the reconciler at the start and then once per period for any number of processes', async () => {
    const asked: string[] = []
    const ran: number[] = []
    const declare = (process: string): Job =>
      job('deliver', { payload: numbered, dueEvery: 100, due: async () => [{ n: asked.push(process) }] }, async ({ n }) => void ran.push(n))
    await harness.start([declare('first')], ['worker', 'scheduler'])
    await harness.eventually('the first process asked', () => asked.length >= 1)
    await harness.start([declare('second')], ['scheduler'])
    await harness.eventually('the second process asked at its start', () => asked.includes('second'))
    const before = asked.length
    const from = harness.clock.now().getTime()
    await harness.eventually('some periods passed', () => asked.length >= before + 4)
    const periods = (harness.clock.now().getTime() - from) / 100
    // one more for a period that had begun, and one for its end
    expect(asked.length - before).toBeLessThanOrEqual(Math.ceil(periods) + 2)
    await harness.eventually('the jobs ran', () => ran.length >= 3)
  })

  test('runs a schedule once per tick for any number of processes', async () => {
    const runs: number[] = []
    const declare = (): Job =>
      job('tidy', { payload: z.object({}), schedule: 'every 200ms' }, async () => void runs.push(Math.floor(harness.clock.now().getTime() / 200)))
    await harness.start([declare()], ['worker', 'scheduler'])
    await harness.start([declare()], ['worker', 'scheduler'])
    const first = Math.floor(harness.clock.now().getTime() / 200)
    await harness.eventually('four ticks were run', () => runs.length >= 4)
    const last = Math.floor(harness.clock.now().getTime() / 200)
    expect(runs.length).toBeLessThanOrEqual(last - first + 1)
  })

  test('a suspended plugin is left in peace, and goes on when it runs again', async () => {
    const ran: number[] = []
    let due: { n: number }[] = []
    const deliver = job('deliver', { payload: numbered, due: async () => due, dueEvery: 50 }, async ({ n }) => void ran.push(n))
    const process = await harness.start([deliver], ['worker', 'scheduler'])
    process.plugin.state = 'suspended'
    due = [{ n: 1 }]
    await process.queue.add('deliver', { n: 1 })
    await harness.eventually('nothing waits', async () => (await harness.counters(process))?.waiting === 0)
    expect(ran).toEqual([])
    process.plugin.state = 'running'
    await harness.eventually('its row was found', () => ran.length > 0)
    expect(await harness.counters(process)).toMatchObject({ failed: 0, retried: 0 })
  })
}
