import { expect, test } from 'vitest'
import { job, numbered, type QueueHarness } from '../../test/queue-harness.ts'

const slots = 10

/** What happens to a kind of job that only fails. */
export const brakeContract = (harness: QueueHarness): void => {
  test('slows down a kind that only fails, and no other, until one succeeds', async () => {
    let works = false
    const tries: number[] = []
    const others: number[] = []
    const { queue } = await harness.start([
      job('fails', { payload: numbered, attempts: 1, concurrency: slots }, async () => {
        tries.push(harness.clock.now().getTime())
        if (!works) throw new Error('boom')
      }),
      job('other', { payload: numbered }, async ({ n }) => void others.push(n)),
    ])
    for (let n = 0; n < 45; n++) await queue.add('fails', { n })
    await harness.eventually('it is told', () => harness.logged.some(({ message }) => message.startsWith('jobs of a kind only fail')))
    expect(tries.length).toBeLessThan(20 + slots)
    await queue.add('other', { n: 1 })
    await harness.eventually('others go on', () => others.length === 1)
    expect(tries.length).toBeLessThan(45)
    await harness.eventually('each was tried', () => tries.length === 45)
    for (let index = 20 + 2 * slots; index < 45; index++) expect(tries[index]! - tries[index - slots]!).toBeGreaterThanOrEqual(990)

    works = true
    for (let n = 0; n < 60; n++) await queue.add('fails', { n })
    await harness.eventually('it goes on', () => tries.length === 105)
    const spans = tries.slice(45 + slots, -slots).map((at, index) => tries[45 + 2 * slots + index]! - at)
    expect(Math.min(...spans)).toBeLessThan(990)
    expect(harness.logged.filter(({ message }) => message.startsWith('jobs of a kind only fail'))).toHaveLength(1)
  })
}
