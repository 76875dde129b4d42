import { ParleyError, type JsonValue, type UserCode } from '@parley/plugin-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testRunners, type TestRunners } from './test-runners.ts'

let host: TestRunners

beforeAll(() => {
  host = testRunners()
})
afterAll(() => host[Symbol.asyncDispose]())

test('a function gets JSON and answers JSON', async () => {
  const source = 'module.exports = ({ sum }) => ({ sum: sum * 0.5, date: new Date(0), nothing: undefined })'
  const { value, log, duration } = await host.run(source, { input: { sum: 100 } })
  expect({ value, log }).toEqual({ value: { sum: 50, date: '1970-01-01T00:00:00.000Z' }, log: [] })
  expect(duration).toBeGreaterThan(0)
  expect((await host.run('exports.price = 1; module.exports = async () => {}')).value).toBeNull()
  expect((await host.run('exports.price = 1', { call: '(exports, input) => [exports, input]' })).value).toEqual([{ price: 1 }, null])
})

test('the sandbox has the language and the console, and nothing of Node or a browser', async () => {
  const names = ['require', 'process', 'fetch', 'setTimeout', 'XMLHttpRequest', 'WebAssembly', 'Worker', 'Buffer', 'std', 'os', 'scriptArgs']
  const there = await host.run('module.exports = (names) => names.filter((name) => typeof globalThis[name] !== "undefined")', { input: names })
  expect(there.value).toEqual([])
  const language = await host.run(
    'module.exports = async () => [new Date(0).getHours(), new Map([[1, await Promise.resolve(2)]]).get(1), /(?<a>b)/.exec("b").groups.a, [1n].length, typeof structuredClone]',
  )
  expect(language.value).toEqual([0, 2, 'b', 1, 'undefined'])
})

test('one run leaves nothing for the next', async () => {
  await host.run('globalThis.seen = Array.prototype.seen = 1; module.exports = () => {}')
  const values = await Promise.all(Array.from({ length: 8 }, () => host.run('module.exports = () => [typeof seen, typeof [].seen]')))
  expect(values.map(({ value }) => value)).toEqual(values.map(() => ['undefined', 'undefined']))
})

test('functions of the caller: JSON there and back, errors as far as they are meant for it, each with the line that asked', async () => {
  const seen: JsonValue[][] = []
  const functions: UserCode['functions'] = {
    add: async (...terms) => (seen.push(terms), (terms as number[]).reduce((sum, term) => sum + term)),
    refuse: async () => {
      throw new ParleyError('not_found', 'There is no order 7.')
    },
    break: async () => {
      throw new Error('password=1234 for postgres://…')
    },
  }
  const call = '(exports, input, functions) => exports(functions)'
  const sums = await host.run('module.exports = async ({ add }) => [await add(1, 2), ...(await Promise.all([add(3, 4), add(5)]))]', {
    call,
    functions,
  })
  expect(sums.value).toEqual([3, 7, 5])
  expect(seen).toEqual([[1, 2], [3, 4], [5]])

  const refused = await host.failing('module.exports = async ({ refuse }) => {\n  await refuse()\n}', { call, functions })
  expect(refused).toMatchObject({ reason: 'thrown', message: 'Error: There is no order 7.', line: 2 })
  const caught =
    'module.exports = async ({ refuse, break: broken }) => Promise.all([refuse, broken].map((one) => one().catch((error) => [error.message, error.code])))'
  expect((await host.run(caught, { call, functions })).value).toEqual([
    ['There is no order 7.', 'not_found'],
    ['functions.break failed.', 'internal'],
  ])
  expect(host.log.find(({ msg }) => msg === 'A function that user code called failed')).toMatchObject({
    plugin: 'toy',
    code: 'action.js',
    function: 'break',
  })
})

test('a call that finds no function may say so', async () => {
  const call = `(exports) => {
    if (typeof exports.handler !== 'function') throw Object.assign(new Error('Export a "handler".'), { reason: 'no_function' })
    return exports.handler()
  }`
  expect(await host.failing('module.exports = {}', { call })).toMatchObject({ reason: 'no_function', message: 'Export a "handler".' })
  expect((await host.run('exports.handler = () => 1', { call })).value).toBe(1)
})

test('what the code writes is kept, also when it fails, up to a limit that is told', async () => {
  const ring = 'const ring = {}; ring.ring = ring;'
  const { log } = await host.run(
    `${ring} console.log('a', 1, { b: [2] }, ring, undefined); console.warn(new TypeError('no')); console.debug(() => 1); module.exports = () => {}`,
  )
  expect(log.map(({ level }) => level)).toEqual(['info', 'warn', 'debug'])
  expect(log[0]!.text).toBe('a 1 {"b":[2]} [it cannot be shown] undefined')
  expect(log[1]!.text).toMatch(/^TypeError: no\n/)

  const failed = await host.failing('console.info("before")\nmodule.exports = () => { console.error("last"); nothing() }')
  expect(failed.log).toEqual([
    { level: 'info', text: 'before' },
    { level: 'error', text: 'last' },
  ])
  const many = await host.run('module.exports = () => { for (let i = 0; i < 1e6; i++) console.log("line", i, "x".repeat(i === 0 ? 5000 : 1)) }', {
    timeLimit: 20_000,
  })
  expect(many.log).toHaveLength(201)
  expect(many.log[0]!.text).toHaveLength(2000)
  expect(many.log.at(-1)).toEqual({ level: 'warn', text: 'There were more lines; they were left out.' })
})

test('who does not want the result any more says so with a signal', async () => {
  const over = new Error('the dialog has ended')
  const abort = new AbortController()
  const call = '(exports, input, { started }) => started().then(exports)'
  const functions = { started: async () => (queueMicrotask(() => abort.abort(over)), null) }
  await expect(host.run('module.exports = () => { for (;;) {} }', { call, functions, signal: abort.signal, timeLimit: 20_000 })).rejects.toBe(over)
  await expect(host.run('', { signal: abort.signal })).rejects.toBe(over)
  expect((await host.run('module.exports = () => 1')).value).toBe(1)
})

test('what is not JSON or too large does not leave this process', async () => {
  await expect(host.run('', { input: undefined as never, source: 'x'.repeat(1_100_000) })).rejects.toMatchObject({ code: 'too_large' })
  await expect(host.run('', { input: (() => 1) as never })).rejects.toMatchObject({ code: 'invalid_input' })
  const call = '(exports, input, { echo }) => exports(echo)'
  const large = 'module.exports = async (echo) => echo("x".repeat(2e6))'
  const echo = async (text: JsonValue): Promise<JsonValue> => `${text as string}`.repeat(2e6)
  expect(await host.failing(large, { call, functions: { echo } })).toMatchObject({
    reason: 'thrown',
    message: expect.stringContaining('at most 1048576 can be given'),
  })
  expect(await host.failing('module.exports = async (echo) => echo("x")', { call, functions: { echo } })).toMatchObject({
    message: expect.stringContaining('The answer of functions.echo is 2000002 characters'),
  })
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
  const error = await host.failing(source, more)
  expect(error).toMatchObject({ reason, code: 'user_code_failed', status: 422, ...place })
  expect((await host.run('module.exports = () => "next"')).value).toBe('next')
})
