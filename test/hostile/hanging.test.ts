import { definePlugin } from '@parley/plugin-api'
import { until } from '@parley/test-kit'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { happened, stateOf, street } from './neighbours.ts'

vi.setConfig({ testTimeout: 90_000 })

const forever = (): Promise<never> => new Promise(() => undefined)
const deferred = <T>() => {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((done) => (resolve = done))
  return { promise, resolve }
}

test.each([['init'], ['start']])('a plugin that hangs in %s is given up after its time, and the rest starts', async (phase) => {
  await using place = await street([definePlugin({ id: 'bad', [phase]: forever } as never)])
  expect(stateOf(place.host)).toBe('failed')
  await place.stillServes()
})

test('requests that are never answered, jobs and events that never end', async () => {
  let hanging = 0
  const end = deferred<object>()
  const hang = (): Promise<any> => ((hanging += 1), end.promise)
  const bad = definePlugin({
    id: 'bad',
    routes: (http) => [
      http.get('/', { auth: 'public' }, hang),
      http.get('/add', { auth: 'public' }, async (_, { queue }) => {
        for (let n = 0; n < 50; n++) await queue.add('job', { n })
        return {}
      }),
    ],
    jobs: (job) => [job('job', { payload: z.object({ n: z.number() }) }, hang)],
    on: (on) => [on(happened, hang)],
  })
  await using place = await street([bad])
  const waiting = new AbortController()
  for (let n = 0; n < 100; n++) void fetch(`${place.host.url}/api/v1/bad`, { signal: waiting.signal }).catch(() => undefined)
  await place.host.http.get('/api/v1/bad/add')
  await until(() => hanging >= 100, { within: 30_000 })
  try {
    for (let time = 0; time < 5; time++) await place.stillServes()
  } finally {
    waiting.abort()
    // else the host would wait for them when it stops, as a process does for `host.drainTimeout`
    end.resolve({})
  }
})

test('transactions that are never ended take a plugin its own places, and not those of others', async () => {
  let open = 0
  const end = deferred<void>()
  const refused: string[] = []
  const bad = definePlugin({
    id: 'bad',
    routes: (http) => [
      http.get('/', { auth: 'public' }, async (_, { db }) => {
        await db.transaction(async (transaction) => {
          await transaction.query('SELECT 1')
          open += 1
          await end.promise
        })
        return {}
      }),
    ],
  })
  await using place = await street([bad])
  const waiting = new AbortController()
  for (let n = 0; n < 30; n++) {
    void fetch(`${place.host.url}/api/v1/bad`, { signal: waiting.signal }).then(
      async (response) => refused.push(((await response.json()) as { detail: string }).detail),
      () => undefined,
    )
  }
  await until(() => open > 0, { within: 30_000 })
  try {
    for (let time = 0; time < 5; time++) await place.stillServes()
    await until(() => refused.length > 0, { within: 30_000 })
    expect(refused[0]).toContain('transactions open, and none ended within ten seconds')
  } finally {
    waiting.abort()
    end.resolve()
  }
})
