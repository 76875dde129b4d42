import { setImmediate as immediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Gatherer } from '../src/gatherer.ts'

const gate = (): { open: () => void; passed: Promise<void> } => {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => (open = resolve))
  return { open, passed }
}

describe('a gatherer', () => {
  it('runs a lone call at once and gathers those that come meanwhile', async () => {
    const runs: number[][] = []
    const first = gate()
    const gatherer = new Gatherer<number, string>({
      parallel: 1,
      limit: 3,
      run: async (inputs) => {
        runs.push([...inputs])
        if (runs.length === 1) await first.passed
        return inputs.map(String)
      },
    })
    const outputs = [1, 2, 3, 4, 5].map((input) => gatherer.add(input))
    expect(runs).toEqual([[1]])
    first.open()
    expect(await Promise.all(outputs)).toEqual(['1', '2', '3', '4', '5'])
    expect(runs).toEqual([[1], [2, 3, 4], [5]])
  })

  it('can wait for the calls of the same turn of the event loop', async () => {
    const runs: number[][] = []
    const run = async (inputs: readonly number[]): Promise<number[]> => {
      runs.push([...inputs])
      return [...inputs]
    }
    const gatherer = new Gatherer<number, number>({ parallel: 1, limit: 3, run, together: true })
    expect(await Promise.all([1, 2, 3, 4].map((input) => gatherer.add(input)))).toEqual([1, 2, 3, 4])
    expect(await gatherer.add(5)).toBe(5)
    expect(runs).toEqual([[1, 2, 3], [4], [5]])
  })

  it('has the next run on its way before anybody goes on with an answer', async () => {
    const seen: string[] = []
    const gatherer = new Gatherer<number, number>({
      parallel: 1,
      limit: 10,
      run: async (inputs) => {
        seen.push(`run ${inputs.join()}`)
        return inputs
      },
    })
    await Promise.all([1, 2, 3].map((input) => gatherer.add(input).then((output) => seen.push(`answer ${output}`))))
    expect(seen).toEqual(['run 1', 'run 2,3', 'answer 1', 'answer 2', 'answer 3'])
  })

  it('can work on one half while callers go on with the other', async () => {
    const runs: number[][] = []
    const run = async (inputs: readonly number[]): Promise<readonly number[]> => {
      runs.push([...inputs])
      await immediate()
      await immediate()
      return inputs
    }
    const gatherer = new Gatherer<number, number>({ parallel: 1, limit: 100, run, together: true, halves: true })
    const client = async (number: number, messages: number): Promise<void> => {
      for (let n = 0; n < messages; n++) await gatherer.add(number)
    }
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((number) => client(number, 3)))
    const half = [
      [1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10],
    ]
    expect(runs).toEqual([...half, ...half, ...half])

    runs.length = 0
    await Promise.all([1, 2, 3, 4, 5].map((number) => client(number, 1)))
    expect(runs).toEqual([[1, 2, 3, 4, 5]])

    // those that were just answered are expected back: the nine that waited for the first one do not go together
    runs.length = 0
    const first = client(1, 1)
    await immediate()
    await Promise.all([first, ...[2, 3, 4, 5, 6, 7, 8, 9, 10].map((number) => client(number, 1))])
    expect(runs).toEqual([[1], [2, 3, 4, 5, 6], [7, 8, 9, 10]])
  })

  it('lets nobody fail for the input of another', async () => {
    const first = gate()
    const gatherer = new Gatherer<number, number>({
      parallel: 1,
      limit: 10,
      run: async (inputs) => {
        if (inputs[0] === 0) await first.passed
        if (inputs.includes(13)) throw new Error('thirteen')
        return inputs.map((input) => input * 2)
      },
    })
    const outputs = [0, 1, 13, 2].map((input) => gatherer.add(input))
    first.open()
    const settled = await Promise.allSettled(outputs)
    expect(settled.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as Error).message))).toEqual([0, 2, 'thirteen', 4])
  })

  it.each([
    [
      'throws at once',
      () => {
        throw new Error('at once')
      },
      undefined,
    ],
    ['answers no list', () => Promise.resolve(undefined as unknown as number[]), undefined],
    ['answers too little', () => Promise.resolve([] as number[]), undefined],
    [
      'fails, and who says whether it repeats fails as well',
      () => Promise.reject(new Error('failed')),
      () => {
        throw new Error('repeats')
      },
    ],
  ] as const)('goes on after a run that %s', async (_, fails, repeats) => {
    const gatherer = new Gatherer<number, number>({
      parallel: 1,
      limit: 10,
      together: true,
      ...(repeats === undefined ? {} : { repeats }),
      run: (inputs) => (inputs.includes(13) ? fails() : Promise.resolve(inputs)),
    })
    const settled = await Promise.allSettled([1, 13, 2].map((input) => gatherer.add(input)))
    const others = repeats === undefined ? 'fulfilled' : 'rejected'
    expect(settled.map(({ status }) => status)).toEqual([others, 'rejected', others])
    expect(await gatherer.add(4)).toBe(4)
  })

  it('does not try again where that might do something twice', async () => {
    const first = gate()
    let runs = 0
    const gatherer = new Gatherer<number, number>({
      parallel: 1,
      limit: 10,
      repeats: (error) => (error as Error).message !== 'lost',
      run: async (inputs) => {
        runs++
        if (inputs[0] === 0) await first.passed
        else throw new Error('lost')
        return inputs
      },
    })
    const outputs = [0, 1, 2].map((input) => gatherer.add(input))
    first.open()
    expect((await Promise.allSettled(outputs)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(runs).toBe(2)
  })
})
