import { expect, test } from 'vitest'
import { z } from 'zod'
import { gate, job, numbered, type QueueHarness } from '../../test/queue-harness.ts'

/** `orderBy`. */
export const laneContract = (harness: QueueHarness): void => {
  test('jobs of one lane never overlap, and one that comes while the lane runs is run after', async () => {
    const log: string[] = []
    const hold = gate()
    const { queue } = await harness.start([
      job('drain', { payload: z.object({ lane: z.string(), n: z.number() }), orderBy: ({ lane }) => lane }, async ({ lane, n }) => {
        log.push(`${lane}${n} starts`)
        if (n === 1) await hold.opened
        log.push(`${lane}${n} ends`)
      }),
    ])
    await queue.add('drain', { lane: 'a', n: 1 })
    await harness.eventually('the lane runs', () => log.length === 1)
    for (const n of [2, 3, 4]) await queue.add('drain', { lane: 'a', n })
    await queue.add('drain', { lane: 'b', n: 5 })
    await harness.eventually('the other lane went on', () => log.includes('b5 ends'))
    expect(log).toEqual(['a1 starts', 'b5 starts', 'b5 ends'])
    hold.open()
    await harness.eventually('the lane ran again', () => log.length === 6)
    await queue.add('drain', { lane: 'c', n: 6 })
    await harness.eventually('everything was taken', () => log.includes('c6 ends'))
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
    const process = await harness.start([
      job('drain', { payload: numbered, orderBy: () => 'lane', concurrency: 2 }, async ({ n }) => {
        ran.push(n)
        if (n === 0) await hold.opened
      }),
    ])
    for (let n = 0; n < 10; n++) await process.queue.add('drain', { n })
    await harness.eventually('nothing waits in the queue', async () => (await harness.counters(process))?.waiting === 0)
    hold.open()
    await harness.eventually('the lane ran again', async () => (await harness.counters(process))?.completed === 2)
    await process.queue.add('drain', { n: 10 })
    await harness.eventually('the last ran', () => ran.includes(10))
    expect(ran).toHaveLength(3)
  })

  test('a failing run of a lane is tried again', async () => {
    let attempts = 0
    const process = await harness.start([
      job('drain', { payload: numbered, orderBy: () => 'lane' }, async () => {
        if (++attempts < 2) throw new Error('not yet')
      }),
    ])
    await process.queue.add('drain', { n: 1 })
    await harness.eventually('it succeeded', async () => (await harness.counters(process))?.completed === 1)
    expect(attempts).toBe(2)
  })
}
