import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ParleyError, reply } from '@parley/plugin-api'
import { z } from 'zod'
import { createTestClock, type TestClock } from '../clock/index.ts'
import { createTestApp, type TestApp, testPlugin } from './test-app.ts'

const unaudited = 'a test'
let runs: string[]
let failing: Error | undefined
let gate: Promise<void> | undefined
const body = z.object({ text: z.string() })
const notes = testPlugin('notes', (http) => [
  http.post('/', { body, unaudited }, async (call) => {
    runs.push(call.body.text)
    await gate
    if (failing !== undefined) throw failing
    return reply({ status: 201, headers: { location: `/notes/${runs.length}` }, body: { number: runs.length } })
  }),
  http.post('/open', { auth: 'public', body }, async (call) => ({ number: runs.push(call.body.text) })),
  http.get('/', {}, async () => ({ number: runs.push('get') })),
])

let app: TestApp
let clock: TestClock
beforeEach(async () => {
  runs = []
  failing = gate = undefined
  clock = createTestClock()
  app = await createTestApp([notes], { clock })
})
afterEach(() => app[Symbol.asyncDispose]())

const post = async (key: string, text = 'a', as = 'olena', path = '') => {
  const response = await app.post(`/api/v1/notes${path}`, { text }, { as, headers: { 'idempotency-key': key } })
  return {
    status: response.status,
    location: response.headers.get('location'),
    replayed: response.headers.get('idempotency-replayed'),
    body: (await response.json()) as any,
  }
}

describe('a write with an Idempotency-Key', () => {
  test('runs once and gives its first answer again', async () => {
    const first = await post('k1')
    expect(first).toEqual({ status: 201, location: '/notes/1', replayed: null, body: { number: 1 } })
    expect(await post('k1')).toEqual({ ...first, replayed: 'true' })
    expect(runs).toEqual(['a'])
    expect((await post('k2')).body).toEqual({ number: 2 })
  })

  test('belongs to its actor', async () => {
    await post('k1')
    expect((await post('k1', 'a', 'key')).replayed).toBeNull()
    expect(runs).toHaveLength(2)
  })

  test('is a conflict with another body', async () => {
    await post('k1')
    expect(await post('k1', 'b')).toMatchObject({
      status: 409,
      body: { code: 'idempotency_conflict', detail: expect.stringContaining('another request') },
    })
    expect(runs).toEqual(['a'])
  })

  test('waits while the first one still runs', async () => {
    let open = (): void => undefined
    gate = new Promise((resolve) => (open = resolve))
    const both = [post('k1'), post('k1'), post('k1')]
    await expect.poll(() => runs.length).toBe(1)
    open()
    const answers = await Promise.all(both)
    expect(answers.map((answer) => answer.body)).toEqual([{ number: 1 }, { number: 1 }, { number: 1 }])
    expect(answers.filter(({ replayed }) => replayed === 'true')).toHaveLength(2)
    expect(runs).toEqual(['a'])
  })

  test('may be sent again after it failed', async () => {
    for (const error of [new Error('boom'), new ParleyError('conflict', 'Not now.')]) {
      failing = error
      expect((await post('k1')).status).toBeGreaterThan(400)
    }
    failing = undefined
    expect(await post('k1')).toMatchObject({ status: 201, replayed: null })
  })

  test('says so when the process that ran it is gone', async () => {
    await post('k1')
    await app.database.host.query('UPDATE {idempotent_requests} SET status = NULL')
    await clock.advance(61_000)
    expect(await post('k1')).toMatchObject({ status: 409, body: { detail: expect.stringContaining('interrupted') } })
    expect(runs).toHaveLength(1)
  })

  test('is forgotten after a day', async () => {
    await post('k1')
    await clock.advance(24 * 3_600_000 - 1)
    expect((await post('k1')).replayed).toBe('true')
    await clock.advance(1)
    await expect.poll(() => app.database.host.query('SELECT 1 FROM {idempotent_requests}')).toEqual([])
    expect((await post('k1')).replayed).toBeNull()
  })

  test('has a key of reasonable form', async () => {
    expect(await post('x'.repeat(256))).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  })

  test('is not known to reads and to people without a name', async () => {
    await post('k1', 'a', 'olena', '/open')
    await post('k1', 'a', 'olena', '/open')
    await app.fetch('/api/v1/notes', { as: 'olena', headers: { 'idempotency-key': 'k1' } })
    await app.fetch('/api/v1/notes', { as: 'olena', headers: { 'idempotency-key': 'k1' } })
    expect(runs).toEqual(['a', 'a', 'get', 'get'])
  })
})
