import { afterAll, beforeAll, expect, test } from 'vitest'
import { testLimits, testRunners, type TestRunners } from './test-runners.ts'

let host: TestRunners

beforeAll(async () => {
  // threads that start at once on a busy machine are not what is looked at here
  host = testRunners({ limits: { ...testLimits, waitTime: 20_000 } })
  // as many sandboxes as there may be
  await Promise.all(Array.from({ length: 8 }, () => host.run('module.exports = () => { for (let i = 0; i < 1e6; i++); }', { timeLimit: 20_000 })))
})
afterAll(() => host[Symbol.asyncDispose]())

const state = () => host.runners.statistics().child!

/** Short runs of a neighbour, one after another, while something else goes on. */
async function besides<T>(work: Promise<T>): Promise<{ result: T; slowest: number; runs: number }> {
  let over = false
  const result = work.finally(() => (over = true))
  let slowest = 0
  let runs = 0
  while (!over) {
    const start = performance.now()
    const { value } = await host.run('module.exports = (input) => input + 1', { input: runs })
    // what came while the other was at it
    if (!over) expect(value).toBe(++runs)
    slowest = Math.max(slowest, performance.now() - start)
  }
  return { result: await result, slowest, runs }
}

const bombs = `module.exports = async (kind) => {
  const all = []
  if (kind === 'sync loop') for (;;) {}
  if (kind === 'async loop') for (;;) await null
  if (kind === 'loop in finally') try { for (;;) {} } finally { for (;;) {} }
  if (kind === 'regexp') return /^(a+)+$/.test('a'.repeat(40) + 'b')
  if (kind === 'sort') return Array.from({ length: 1e5 }, (_, index) => index).sort(() => { for (;;) {} })
  if (kind === 'getter of the error') throw { get message() { for (;;) {} } }
  if (kind === 'thenable') return { then() { for (;;) {} } }
  if (kind === 'toJSON') return { toJSON() { for (;;) {} } }
  if (kind === 'arrays') for (;;) all.push(new Array(1000).fill(all.length))
  if (kind === 'strings') for (;;) all.push('x'.repeat(1e6) + all.length)
  if (kind === 'one string') return 'x'.repeat(1e9)
  if (kind === 'buffer') return new ArrayBuffer(1e9)
  if (kind === 'fill') return new Array(1e8).fill(0).length
  if (kind === 'caught') for (;;) try { for (;;) all.push(new Array(1000).fill(1)) } catch {}
  if (kind === 'result of 100 MB') return new Array(100).fill('x'.repeat(1e6))
}`

test.each([
  ['sync loop', 'time_limit'],
  ['async loop', 'time_limit'],
  ['loop in finally', 'time_limit'],
  ['regexp', 'time_limit'],
  ['sort', 'time_limit'],
  ['getter of the error', 'time_limit'],
  ['thenable', 'time_limit'],
  ['toJSON', 'time_limit'],
  ['arrays', 'memory_limit'],
  ['strings', 'memory_limit'],
  ['one string', 'memory_limit'],
  ['buffer', 'memory_limit'],
  ['fill', 'memory_limit'],
  ['caught', '(time|memory)_limit'],
  ['result of 100 MB', 'memory_limit'],
])('%s: ends with %s, and a neighbour goes on', async (kind, reason) => {
  const start = performance.now()
  const long = reason === 'time_limit' ? 150 : 5000
  const { result, slowest, runs } = await besides(host.failing(bombs, { input: kind, timeLimit: kind === 'caught' ? 500 : long }))
  expect(result.reason).toMatch(new RegExp(`^${reason}$`))
  if (reason === 'time_limit') expect(runs).toBeGreaterThan(0)
  expect(slowest).toBeLessThan(3000)
  expect(performance.now() - start).toBeLessThan(10_000)
})

test('recursion, deep JSON and deep patterns are errors of the code, or end it', async () => {
  const caught = await host.run('const down = () => down() + 1; module.exports = () => { try { down() } catch (error) { return error.name } }')
  expect(caught.value).toBe('RangeError')
  for (const source of [
    'module.exports = () => JSON.parse("[".repeat(500000))',
    'module.exports = () => { let deep = []; for (let i = 0; i < 10000; i++) deep = [deep]; return deep }',
    'module.exports = () => new RegExp("(".repeat(100000) + ")".repeat(100000))',
    'module.exports = () => { const f = {}; f.toString = () => f + ""; return f + "" }',
  ])
    expect((await host.failing(source)).reason).toMatch(/^(thrown|memory_limit|not_json)$/)
  expect((await host.run('module.exports = () => 1')).value).toBe(1)
})

test('no prototype on this side changes, whatever comes out', async () => {
  const results: unknown[] = []
  const call = '(exports, input, { take }) => exports(take)'
  const functions = {
    take: async (value: unknown) => {
      results.push(value, Object.assign({}, value))
      return { ['__proto__']: { polluted: 1 }, fine: 1 } as never
    },
  }
  const source = `module.exports = async (take) => {
    const evil = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "a": [{"__proto__": {"polluted": 1}}], "constructors": 1}')
    Object.prototype.toJSON = undefined
    const answer = await take(evil)
    return { evil, answer, own: { constructor: "Tea" } }
  }`
  const { value } = await host.run(source, { call, functions })
  expect(value).toEqual({ evil: { a: [{}], constructors: 1 }, answer: { fine: 1 }, own: { constructor: 'Tea' } })
  results.push(value)
  const merge = (into: Record<string, unknown>, from: Record<string, unknown>): Record<string, unknown> => {
    for (const [key, inner] of Object.entries(from)) {
      if (typeof inner === 'object' && inner !== null) merge((into[key] ??= {}) as Record<string, unknown>, inner as Record<string, unknown>)
      else into[key] = inner
    }
    return into
  }
  for (const one of results) merge({}, one as Record<string, unknown>)
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
  // JSON that the code made itself, with the name written otherwise
  const forged = await host.run('JSON.stringify = () => "x"; module.exports = () => ({ ["__pr" + "oto__"]: 1, b: 2 })')
  expect(forged.value).toEqual({ b: 2 })
})

test('constructors lead no further than the sandbox', async () => {
  const source = `module.exports = async ({ ask }) => {
    const found = []
    for (const start of [ask, console.log, ask().constructor, await ask(), (function () { return this })(), module]) {
      let one = start
      for (let depth = 0; depth < 5 && one; depth++) {
        try {
          const world = one.constructor.constructor('return [typeof process, typeof require, typeof fetch, Object.keys(globalThis).join()]')()
          found.push(world.join())
        } catch {}
        one = Object.getPrototypeOf(Object(one))
      }
    }
    return [...new Set(found)]
  }`.replace('async ({ ask }) =>', 'async function ({ ask })')
  const { value } = await host.run(source, {
    call: '(exports, input, functions) => exports(functions)',
    functions: { ask: async () => ({ deep: [] }) },
  })
  expect(value).toEqual(['undefined,undefined,undefined,performance,console'])
})

test('thousands of calls at once are made sixteen at a time', async () => {
  let flying = 0
  let most = 0
  const functions = {
    next: async (value: unknown) => {
      most = Math.max(most, ++flying)
      await new Promise((resolve) => setImmediate(resolve))
      flying--
      return (value as number) * 2
    },
  }
  const source = `module.exports = async (functions) => {
    const all = await Promise.all(Array.from({ length: 3000 }, (_, index) => functions.next(index)))
    return [all.length, all[2999]]
  }`
  const call = '(exports, input, functions) => exports(functions)'
  expect((await host.run(source, { call, functions, timeLimit: 20_000 })).value).toEqual([3000, 5998])
  expect(most).toBe(16)
})

test.each([
  ['below one', '-1'],
  ['of a billion', '1000000000'],
  ['beyond what numbers tell apart', '9'.repeat(20)],
  ['beyond all numbers', '9'.repeat(400)],
])('a stack with a column %s costs nobody his connection', async (_, column) => {
  const long = host.run('module.exports = () => { for (let i = 0; i < 1e6; i++); return 7 }', { timeLimit: 20_000 })
  const source = `module.exports = () => { throw Object.assign(new Error('mine'), { stack: 'at f (action.js:${column}:${column})' }) }`
  expect(await host.failing(source)).toMatchObject({ reason: 'thrown', message: 'Error: mine' })
  expect((await long).value).toBe(7)
})

test('what the code puts in the place of the language changes no limit, and no neighbour is lost', async () => {
  const functions = { take: async (value: unknown) => (value as unknown[]).length }
  const call = '(exports, input, functions) => exports(functions)'
  const unbound = 'String.prototype.slice = function () { return String(this) };'
  const neighbour = host.run('module.exports = async ({ wait }) => wait()', {
    call,
    functions: { wait: () => new Promise((resolve) => setTimeout(() => resolve('fine'), 3000)) },
    timeLimit: 20_000,
  })
  const pid = host.log.findLast(({ msg }) => msg === 'A runner was started')!['pid']

  const logs = await host.run(`${unbound} module.exports = () => { for (let i = 0; i < 300; i++) console.log('\\u0001'.repeat(1e6)) }`, {
    timeLimit: 20_000,
  })
  expect(logs.log).toHaveLength(201)
  expect(Math.max(...logs.log.map(({ text }) => text.length))).toBeLessThanOrEqual(2000)

  const thrown = await host.failing(
    `${unbound} module.exports = () => { throw Object.assign(new Error('m'.repeat(4e6)), { stack: 's'.repeat(4e6) }) }`,
    { timeLimit: 20_000 },
  )
  expect(thrown).toMatchObject({ reason: 'thrown', message: expect.stringMatching(/^.{1,2000}$/) })
  expect(thrown.trace?.length ?? 0).toBeLessThanOrEqual(8000)

  const push = `Array.prototype.push = function (one) { if (one && 'args' in one) one.args = '[[' + '0,'.repeat(2e6) + '0]]'; this[this.length] = one };`
  expect(await host.failing(`${push} module.exports = async ({ take }) => take([])`, { call, functions, timeLimit: 20_000 })).toMatchObject({
    reason: 'thrown',
    message: expect.stringContaining('more than the 1048576 characters'),
  })
  const renamed = `Array.prototype.push = function (one) { if (one && 'args' in one) one.name = 'x'.repeat(4e6); this[this.length] = one };`
  expect(await host.failing(`${renamed} module.exports = async ({ take }) => take([])`, { call, functions, timeLimit: 20_000 })).toMatchObject({
    message: expect.stringContaining('There is no such function'),
  })

  const then = (answer: string): string =>
    `module.exports = () => { Array.prototype.then = function (ok) { delete Array.prototype.then; ok(${answer}) } }`
  expect(await host.failing(then(`{ 0: 'value', 1: '"' + 'x'.repeat(3e6) + '"' }`), { timeLimit: 20_000 })).toMatchObject({
    reason: 'result_too_large',
  })
  expect(await host.failing(then(`{ 0: 'value', 1: { toString() { return '1' } } }`), { timeLimit: 20_000 })).toMatchObject({ reason: 'not_json' })
  for (const reason of ['refused', 'busy', 'lost', 'time_limit', 'memory_limit', 'x'.repeat(1e6)])
    expect(await host.failing(then(`{ 0: ${JSON.stringify(reason)}, 1: 'x' }`), { timeLimit: 20_000 })).toMatchObject({
      reason: 'thrown',
      message: 'x',
    })
  expect(await host.failing(then(`{ 0: 'not_json', 1: 'x'.repeat(1e6) }`), { timeLimit: 20_000 })).toMatchObject({
    reason: 'not_json',
    message: 'The code failed.',
  })

  expect((await neighbour).value).toBe('fine')
  expect(host.log.findLast(({ msg }) => msg === 'A runner was started')!['pid']).toBe(pid)
}, 60_000)

test('sandboxes that were spoiled are replaced, and it is told', () => {
  const { replaced } = state()
  expect(replaced['memory']).toBeGreaterThan(3)
  expect(host.log.find(({ msg, reason }) => msg === 'A sandbox was replaced' && reason === 'memory')).toMatchObject({
    plugin: 'toy',
    code: 'action.js',
  })
})
