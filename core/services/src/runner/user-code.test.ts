import type { UserCode } from '@parley/plugin-api'
import { isUserCodeError, type UserCodeError } from '@parley/plugin-api'
import { silentLogger } from '@parley/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRunners, usualLimits, type Runners } from './create-runners.ts'

let runners: Runners

beforeAll(() => {
  runners = createRunners({
    program: process.env['PARLEY_TEST_RUNNER']!,
    limits: usualLimits,
    log: { ...silentLogger, forPlugin: () => silentLogger },
  })
  runners.start(['worker', 'runner'])
})
afterAll(() => runners.stop())

const run = (source: string, more: Partial<UserCode> = {}) => runners.forPlugin('toy').run({ name: 'action.js', source, ...more })
const failing = async (source: string, more: Partial<UserCode> = {}): Promise<UserCodeError> => {
  const error = await run(source, more).catch((one: unknown) => one)
  if (!isUserCodeError(error)) throw error
  return error
}

test('a function gets JSON and answers JSON', async () => {
  const { value, log, duration } = await run('module.exports = ({ sum }) => ({ sum: sum * 0.5, date: new Date(0), nothing: undefined })', {
    input: { sum: 100 },
  })
  expect({ value, log }).toEqual({ value: { sum: 50, date: '1970-01-01T00:00:00.000Z' }, log: [] })
  expect(duration).toBeGreaterThan(0)
  expect((await run('exports.a = 1; module.exports = async () => {}')).value).toBeNull()
})

test('functions', async () => {
  const call = '(exports, input, functions) => exports({ functions, input })'
  const result = await run('module.exports = async ({ functions, input }) => [await functions.add(input, 2), await functions.add(3, 4)]', {
    call,
    input: 1,
    functions: { add: async (a, b) => (a as number) + (b as number) },
  })
  expect(result.value).toEqual([3, 7])
})

// The engine knows where calls, operators and statements of their own are; of a property that is read in another place it names the line before.
test.each<[string, string, Partial<UserCode>, object]>([
  [
    'thrown',
    'module.exports = (order) => {\n  return total(order)\n}\nfunction total(order) {\n  return order.items + nothing()\n}',
    { input: {} },
    { line: 5, column: 24 },
  ],
  ['thrown', 'module.exports = () => { throw { name: "Odd" } }', {}, {}],
  ['thrown', 'null.x', {}, { line: 1, column: 1 }],
  ['syntax', 'module.exports = () => {\n  const = 5\n}', {}, { line: 2 }],
  ['syntax', 'module.exports = () => {', {}, { line: 1 }],
  ['no_function', 'exports.price = 5', {}, {}],
  ['time_limit', 'let count = 0\nmodule.exports = () => {\n  for (;;)\n    count += 1\n}', { timeLimit: 100 }, { line: 4 }],
  ['memory_limit', 'module.exports = () => {\n  const all = []\n  for (;;) all.push(new Array(1000).fill(all.length))\n}', {}, { line: 3 }],
  ['never_settled', 'module.exports = () => new Promise(() => {})', {}, {}],
  ['result_too_large', 'module.exports = () => "x".repeat(2 * 1024 * 1024)', {}, {}],
  ['not_json', 'module.exports = () => { const ring = {}; ring.ring = ring; return ring }', {}, {}],
  ['not_json', 'module.exports = () => () => {}', {}, {}],
])('a run fails with %s: %j', async (reason, source, more, place) => {
  const error = await failing(`${source}`, more)
  expect(error).toMatchObject({ reason, code: 'user_code_failed', status: 422, ...place })
  expect((await run('module.exports = () => "next"')).value).toBe('next')
})
