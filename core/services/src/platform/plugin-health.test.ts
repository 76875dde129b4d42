import { definePlugin, eventType } from '@parley/plugin-api'
import { createTestHost, until } from '@parley/test-kit'
import { expect, test } from 'vitest'
import { z } from 'zod'

const happened = eventType('shop.happened@1', z.object({}))

const shop = definePlugin({
  id: 'shop',
  routes: (http) => [
    http.get('/quick', { auth: 'public' }, async () => ({})),
    http.get('/broken', { auth: 'public' }, async () => Promise.reject(new Error('no stock'))),
    http.get('/call', { auth: 'public' }, async (_, { http: call }) => ({ status: (await call('https://crm.example.com/')).status })),
    http.get('/do', { auth: 'public' }, async (_, { queue, events }) => {
      await queue.add('parcel', {})
      await events.publish(happened, {})
      return {}
    }),
  ],
  jobs: (job) => [job('parcel', { payload: z.object({}), attempts: 1 }, async () => Promise.reject(new Error('no address')))],
  on: (on) => [on(happened, async () => Promise.reject(new Error('not now')))],
})
const quiet = definePlugin({ id: 'quiet' })

test('what a plugin was asked, what failed, what waits, and nothing of its neighbours', async () => {
  await using host = await createTestHost({ plugins: [shop, quiet], outside: () => ({ status: 200, body: {} }) })
  for (const path of ['quick', 'quick', 'broken', 'do']) await host.http.get(`/api/v1/shop/${path}`)
  await until(async () => (await host.platform.health('shop'))!.jobs.some(({ job, failed }) => job === 'parcel' && failed === 1))
  await until(async () => JSON.stringify(host.logs).includes('not now'))
  await host.clock.advance(3_000)

  const health = (await host.platform.health('shop'))!
  expect(health.requests).toEqual({ count: 4, failed: 1 })
  expect(health.slowestRoutes).toHaveLength(3)
  expect(health.slowestRoutes.find(({ route }) => route === 'GET /api/v1/shop/quick')).toEqual({
    route: 'GET /api/v1/shop/quick',
    count: 2,
    failed: 0,
    meanMilliseconds: expect.any(Number) as number,
    p95Milliseconds: expect.any(Number) as number,
  })
  expect(health.slowestRoutes.find(({ route }) => route.endsWith('/broken'))).toMatchObject({ count: 1, failed: 1 })
  expect(health.jobs.find(({ job }) => job === 'parcel')).toEqual({ job: 'parcel', waiting: 0, running: 0, completed: 0, retried: 0, failed: 1 })
  expect(health.deliveries).toMatchObject({ waiting: 1, dead: 0 })
  expect(await host.platform.health('quiet')).toMatchObject({ requests: { count: 0, failed: 0 }, slowestRoutes: [], jobs: [] })
  expect(await host.platform.health('nobody')).toBeUndefined()
})
