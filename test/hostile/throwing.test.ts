import { definePlugin, demoData } from '@parley/plugin-api'
import { until } from '@parley/test-kit'
import { asFunction } from 'awilix'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { happened, stateOf, street } from './neighbours.ts'

// whole hosts, on machines that do other things too
vi.setConfig({ testTimeout: 90_000 })

const boom = (): never => {
  throw new Error('boom')
}

test.each([
  ['in init', { init: boom }],
  ['in init, later', { init: async () => Promise.reject(new Error('boom')) }],
  ['in start', { start: boom }],
  ['in a factory', { services: { thing: asFunction(boom).singleton() } }],
  ['in a declaration', { routes: boom }],
])('a plugin that throws %s is withdrawn, and the rest starts', async (_, spec) => {
  await using place = await street([definePlugin({ id: 'bad', ...spec } as never)])
  expect(stateOf(place.host)).toBe('failed')
  await place.stillServes()
})

test('a plugin that throws something that is no error, in routes, jobs, events, schedules and contributions', async () => {
  const seen: string[] = []
  const throwing =
    (what: string, thrown: unknown = new Error('boom')) =>
    async (): Promise<never> => {
      seen.push(what)
      throw thrown
    }
  const bad = definePlugin({
    id: 'bad',
    routes: (http) => [
      http.get('/error', { auth: 'public' }, throwing('route')),
      http.get('/text', { auth: 'public' }, throwing('route', 'boom')),
      http.get('/nothing', { auth: 'public' }, throwing('route', null)),
      http.get('/unfit', { auth: 'public' }, async () => ({ circle: globalThis })),
      http.get('/add', { auth: 'public' }, async (__, { queue }) => (await queue.add('job', {}), {})),
    ],
    jobs: (job) => [
      job('job', { payload: z.object({}), attempts: 1 }, throwing('job', undefined)),
      job('tick', { payload: z.object({}), schedule: 'every 1s' }, throwing('schedule')),
    ],
    on: (on) => [on(happened, throwing('event'))],
    contributes: (add) => [add(demoData, 'bad', boom)],
  })
  await using place = await street([bad])
  for (const path of ['error', 'text', 'nothing', 'unfit']) {
    const { status, body } = await place.host.http.get(`/api/v1/bad/${path}`)
    expect([path, status, body.code]).toEqual([path, 500, 'internal'])
  }
  await place.host.http.get('/api/v1/bad/add')
  await place.stillServes()
  await until(() => new Set(seen).size === 4, { within: 30_000 })
  expect([...place.host.kernel.point(demoData)]).toEqual([])
  await place.stillServes()
  expect(stateOf(place.host)).toBe('running')
})
