import { ParleyError } from '@parley/plugin-api'
import { expect, test } from 'vitest'
import { guard, guardValue } from './service-guard.ts'
import { currentContext, runInContext } from './work-context.ts'

class Counter {
  #count = 0
  readonly title = 'counter'

  get count(): number {
    return this.#count
  }

  add(step: number): number {
    return (this.#count += step)
  }
}

const guarded = <T extends object>(target: T, unavailable: () => ParleyError | undefined = () => undefined): T =>
  guard({ plugin: 'provider', unavailable, target: () => target })

test('private state, getters, properties and instanceof work through the guard', () => {
  const counter = guarded(new Counter())
  counter.add(2)
  expect([counter.count, counter.title, counter instanceof Counter, 'add' in counter]).toEqual([2, 'counter', true, true])
})

test('a method keeps its identity and works when it is taken off the object', () => {
  const counter = guarded(new Counter())
  const { add } = counter
  expect(counter.add).toBe(add)
  expect(add(3)).toBe(3)
})

test('a frozen object is guarded like any other', () => {
  const frozen = guarded(Object.freeze({ greet: () => currentContext()?.plugin, kind: 'frozen' }))
  expect(frozen.greet()).toBe('provider')
  expect({ ...frozen }.kind).toBe('frozen')
  expect(Object.keys(frozen)).toEqual(['greet', 'kind'])
})

test('a function is guarded as a function', () => {
  const where = guardValue({ plugin: 'provider', unavailable: () => undefined, target: () => (): string | undefined => currentContext()?.plugin })
  expect((where as () => string)()).toBe('provider')
})

test('the request stays the same across the boundary, also after an await', async () => {
  const service = guarded({
    async trace() {
      await Promise.resolve()
      return currentContext()
    },
  })
  expect(await runInContext({ plugin: 'consumer', requestId: 'r7' }, () => service.trace())).toEqual({ plugin: 'provider', requestId: 'r7' })
})

test('calls are refused while the provider does not run, and work again afterwards', () => {
  let problem: ParleyError | undefined = new ParleyError('plugin_unavailable', 'away')
  const counter = guarded(new Counter(), () => problem)
  expect(() => counter.add(1)).toThrow('away')
  problem = undefined
  expect(counter.add(1)).toBe(1)
})
