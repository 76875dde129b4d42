import { expect, test } from 'vitest'
import { z } from 'zod'
import { gate, job, numbered, type QueueHarness, type StartedQueue } from '../../test/queue-harness.ts'

/** For how long the oldest job that could be worked on now has waited. */
export const lagContract = (harness: QueueHarness): void => {
  const now = (): number => harness.clock.now().getTime()
  const lagOf = async (process: StartedQueue): Promise<number | undefined> => (await harness.counters(process))?.lagSeconds
  const pass = (milliseconds: number): Promise<void> => {
    const end = now() + milliseconds
    return harness.eventually(`${milliseconds} ms passed`, () => now() >= end)
  }
  /** `act` and the moments right before and after it. */
  const timed = async (act: () => Promise<unknown>): Promise<readonly [number, number]> => {
    const before = now()
    await act()
    return [before, now()]
  }
  const expectLagSince = async (process: StartedQueue, [earliest, latest]: readonly [number, number]): Promise<void> => {
    const before = now()
    const lag = (await lagOf(process))!
    expect(lag).toBeGreaterThanOrEqual((before - latest) / 1_000)
    expect(lag).toBeLessThanOrEqual((now() - earliest) / 1_000)
  }
  interface Started {
    readonly process: StartedQueue
    readonly hold: ReturnType<typeof gate>
    readonly ran: number[]
  }
  const idle = async (): Promise<Started> => ({
    process: await harness.start([job('greet', { payload: numbered }, async () => undefined)], ['web']),
    hold: gate(),
    ran: [],
  })
  /** One slot, which the first job keeps until the gate opens. */
  const busy = async (): Promise<Started> => {
    const hold = gate()
    const ran: number[] = []
    const process = await harness.start([
      job('greet', { payload: numbered, concurrency: 1 }, async ({ n }) => {
        ran.push(n)
        if (n === 0) await hold.opened
      }),
    ])
    await process.queue.add('greet', { n: 0 })
    await harness.eventually('the slot is taken', () => ran.length === 1)
    return { process, hold, ran }
  }

  test('the lag is that of the oldest job, nothing for one that runs, and goes with the last that waits', async () => {
    const { process, hold, ran } = await busy()
    await pass(50)
    expect(await lagOf(process)).toBe(0)
    const added = await timed(() => process.queue.add('greet', { n: 1 }))
    await pass(60)
    await process.queue.add('greet', { n: 2 })
    await expectLagSince(process, added)
    hold.open()
    await harness.eventually('all ran', () => ran.length === 3)
    expect(await lagOf(process)).toBe(0)
  })

  test.each(['worker', 'web'] as const)('a job with a delay counts from when it is due, in a process with the role %s', async (role) => {
    const { process, hold } = await (role === 'worker' ? busy() : idle())
    const [earliest, latest] = await timed(() => process.queue.add('greet', { n: 1 }, { delay: 120 }))
    expect(await lagOf(process)).toBe(0)
    await pass(250)
    await expectLagSince(process, [earliest + 120, latest + 120])
    hold.open()
  })

  test('a job that failed counts from the end of the pause after that', async () => {
    const [first, second] = [gate(), gate()]
    const ran: number[] = []
    const process = await harness.start([
      job('greet', { payload: numbered, concurrency: 1 }, async ({ n }) => {
        ran.push(n)
        if (n === 2) return await second.opened
        await first.opened
        throw new Error('not now')
      }),
    ])
    await process.queue.add('greet', { n: 1 })
    await process.queue.add('greet', { n: 2 })
    await pass(100)
    const [earliest, latest] = await timed(async () => {
      first.open()
      await harness.eventually('the next one runs', () => ran.length === 2)
    })
    await pass(80)
    // the pauses of the harness begin with 20 ms
    await expectLagSince(process, [earliest + 20, latest + 20])
    second.open()
  })

  test('a lane that waits for a slot counts', async () => {
    const hold = gate()
    const ran: string[] = []
    const process = await harness.start([
      job('drain', { payload: z.object({ lane: z.string() }), orderBy: ({ lane }) => lane, concurrency: 1 }, async ({ lane }) => {
        ran.push(lane)
        await hold.opened
      }),
    ])
    await process.queue.add('drain', { lane: 'a' })
    await harness.eventually('a lane runs', () => ran.length === 1)
    const added = await timed(() => process.queue.add('drain', { lane: 'b' }))
    await pass(60)
    await expectLagSince(process, added)
    hold.open()
  })

  test('jobs of a plugin that does not run have no lag: more workers would not take them', async () => {
    const { process, hold } = await busy()
    await process.queue.add('greet', { n: 1 })
    process.plugin.state = 'failed'
    expect(await harness.counters(process)).toMatchObject({ waiting: 1, lagSeconds: undefined })
    process.plugin.state = 'suspended'
    expect(await lagOf(process)).toBeTypeOf('number')
    hold.open()
  })
}
