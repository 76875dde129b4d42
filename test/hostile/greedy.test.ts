import { EventEmitter } from 'node:events'
import { definePlugin, eventType } from '@parley/plugin-api'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { stateOf, street } from './neighbours.ts'

vi.setConfig({ testTimeout: 120_000 })

test('a plugin that leaks timers, listeners and memory is stopped with the host, in time', async () => {
  const kept: Buffer[] = []
  let ticks = 0
  const timers: NodeJS.Timeout[] = []
  const bad = definePlugin({
    id: 'bad',
    start: () => {
      const emitter = new EventEmitter().setMaxListeners(0)
      for (let n = 0; n < 1000; n++) {
        timers.push(setInterval(() => void (ticks += 1), 20))
        emitter.on('never', () => undefined)
      }
    },
    routes: (http) => [
      http.get('/', { auth: 'public' }, async () => {
        kept.push(Buffer.alloc(4 * 1024 * 1024, 1))
        return { kept: kept.length }
      }),
    ],
  })
  const place = await street([bad])
  for (let n = 0; n < 25; n++) await place.host.http.get('/api/v1/bad')
  await place.stillServes()
  expect([kept.length, ticks > 0, stateOf(place.host)]).toEqual([25, true, 'running'])
  await place.host.stop()
  for (const timer of timers) clearInterval(timer)
})

test('a plugin that blocks the loop for a while delays the others, and no more than that', async () => {
  const bad = definePlugin({
    id: 'bad',
    routes: (http) => [
      http.get('/', { auth: 'public' }, async () => {
        const until = performance.now() + 1_000
        while (performance.now() < until);
        return {}
      }),
    ],
  })
  await using place = await street([bad])
  const blocked = place.host.http.get('/api/v1/bad')
  const others = await Promise.all(Array.from({ length: 20 }, () => place.host.http.get('/api/v1/good')))
  expect(others.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  expect((await blocked).status).toBe(200)
  await place.stillServes()
})

test('a plugin that answers with a great deal', async () => {
  const text = 'x'.repeat(1024)
  const bad = definePlugin({
    id: 'bad',
    routes: (http) => [http.get('/', { auth: 'public' }, async () => Array.from({ length: 20_000 }, () => ({ text })))],
  })
  await using place = await street([bad])
  const sizes = Promise.all(Array.from({ length: 5 }, async () => (await (await fetch(`${place.host.url}/api/v1/bad`)).text()).length))
  await place.stillServes()
  expect((await sizes).every((size) => size > 20_000_000)).toBe(true)
  await place.stillServes()
})

test('a plugin that floods jobs and events', async () => {
  const own = eventType('bad.noise@1', z.object({ n: z.number() }))
  let heard = 0
  const bad = definePlugin({
    id: 'bad',
    routes: (http) => [
      http.get('/', { auth: 'public' }, async (_, { queue, events }) => {
        for (let n = 0; n < 3000; n++) {
          await queue.add('job', { n })
          if (n % 10 === 0) await events.publish(own, { n })
        }
        return {}
      }),
    ],
    jobs: (job) => [job('job', { payload: z.object({ n: z.number() }) }, async (_, { db }) => void (await db.query('SELECT pg_sleep(0.01)')))],
    on: (on) => [on(own, async () => void (heard += 1))],
  })
  await using place = await street([bad])
  const flood = place.host.http.get('/api/v1/bad')
  for (let time = 0; time < 5; time++) await place.stillServes()
  expect((await flood).status).toBe(200)
  await place.stillServes()
  expect(heard).toBeGreaterThan(0)
})
