import { definePlugin, extensionPoint, ParleyError, permission, token, type OutboundResponse } from '@parley/plugin-api'
import { asFunction } from 'awilix'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createTestHost } from './test-host.ts'
import { until } from './until.ts'

interface Weather {
  today(city: string): Promise<string>
}
const weather = token<Weather>('weather.forecast@1')
const editNotes = permission('notes', 'edit', 'Write notes')
const kinds = extensionPoint<{ title: string }>('diary.kinds@1')

const notes = definePlugin({
  id: 'notes',
  config: z.object({ greeting: z.string().default('Hello') }),
  consumes: { weather },
  permissions: [editNotes],
  migrations: {
    '20261120T0900_notes': {
      up: async (db) =>
        void (await db.raw(
          'CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), text text NOT NULL, seen boolean NOT NULL DEFAULT false)',
        )),
    },
  },
  services: { book: asFunction(() => ({ open: true })).singleton() },
  provides: { book: token<{ open: boolean }>('notes.book@1') },
  contributes: (add) => [add(kinds, 'note', () => ({ title: 'Note' }))],
  routes: (http) => [
    http.post(
      '/',
      { permission: editNotes, body: z.object({ text: z.string() }), unaudited: 'a toy' },
      async ({ body, actor }, { db, queue, config }) => {
        const [row] = await db.query<{ id: string }>('INSERT INTO {notes} (text) VALUES ($1) RETURNING id', [body.text])
        await queue.add('read', { id: row!.id }, { delay: 60_000 })
        return { id: row!.id, by: actor.name, greeting: config.greeting }
      },
    ),
    http.get('/weather/:city', { auth: 'public', params: z.object({ city: z.string() }) }, async ({ params }, { weather: service }) => ({
      text: await service.today(params.city),
    })),
  ],
  jobs: (job) => [
    job(
      'read',
      { payload: z.object({ id: z.uuid() }) },
      async ({ id }, { db }) => void (await db.query('UPDATE {notes} SET seen = true WHERE id = $1', [id])),
    ),
  ],
})

test('a plugin runs with real services, a made-up person and a clock that waits', async () => {
  await using host = await createTestHost({ plugins: [notes], config: { notes: { greeting: 'Hi' } } })
  expect((await host.http.post('/api/v1/notes', { text: 'x' })).status).toBe(401)
  expect((await host.http.as({ permissions: [] }).post('/api/v1/notes', { text: 'x' })).status).toBe(403)

  const answer = await host.http.as({ name: 'Ada', permissions: [editNotes] }).post('/api/v1/notes', { text: 'x' })
  expect(answer.body).toEqual({ id: expect.any(String) as string, by: 'Ada', greeting: 'Hi' })
  const seen = () => host.run('notes', ({ db }) => db.query('SELECT seen FROM {notes}'))
  expect(await seen()).toEqual([{ seen: false }])
  await host.clock.advance(60_000)
  await until(async () => expect(await seen()).toEqual([{ seen: true }]))
})

test('a consumed service is faked by the name it has in the plugin', async () => {
  await using host = await createTestHost({ plugins: [notes], fakes: { weather: { today: async (city: string) => `Sun in ${city}` } } })
  expect((await host.http.get('/api/v1/notes/weather/Kyiv')).body).toEqual({ text: 'Sun in Kyiv' })
})

test('what has no fake fails loudly when it is called', async () => {
  await using host = await createTestHost({ plugins: [notes] })
  expect((await host.http.get('/api/v1/notes/weather/Kyiv')).status).toBe(500)
  expect(JSON.stringify(host.logs)).toContain('\\"weather.forecast@1\\" has no fake and weather.today() was called. Give one: ')
})

const parcels = definePlugin({
  id: 'parcels',
  routes: (http) => [
    http.get('/:number', { auth: 'public', params: z.object({ number: z.string() }) }, async ({ params }, { http: call, site }) => {
      const answer = await call(`https://parcels.example.com/v1/${params.number}`, { headers: { 'X-Api-Key': 'k' } })
      return { status: answer.status, found: await answer.json(), seen: site.publicUrl }
    }),
  ],
})

test('the outside world is what the test says, and every call to it is kept', async () => {
  await using host = await createTestHost({
    plugins: [parcels],
    publicUrl: 'https://chat.example.com/',
    outside: ({ url }) => {
      if (url.endsWith('/gone')) throw new ParleyError('outbound_unknown', 'cut off')
      return { status: 404, body: { number: url.split('/').at(-1) } }
    },
  })
  const { body } = await host.http.get('/api/v1/parcels/7')
  expect(body).toEqual({ status: 404, found: { number: '7' }, seen: 'https://chat.example.com' })
  expect((await host.http.get('/api/v1/parcels/gone')).status).toBe(504)
  expect(host.outbound.calls).toMatchObject([
    { plugin: 'parcels', method: 'GET', url: 'https://parcels.example.com/v1/7', headers: { 'x-api-key': 'k' }, status: 404 },
    { url: 'https://parcels.example.com/v1/gone', status: 0 },
  ])
})

test('without an answer a call goes out, but to this machine only', async () => {
  await using host = await createTestHost({ plugins: [parcels], outside: () => undefined })
  const get = (url: string) => host.run('parcels', ({ http }): Promise<OutboundResponse> => http(url))
  expect((await get(`${host.url}/api/v1/nothing`)).status).toBe(404)
  await expect(get('http://10.0.0.1/')).rejects.toMatchObject({ code: 'outbound_blocked' })
  expect(host.outbound.inFlight).toBe(0)
})

test('services and contributions are seen as other plugins see them', async () => {
  await using host = await createTestHost({ plugins: [notes] })
  expect(host.service(token<{ open: boolean }>('notes.book@1')).open).toBe(true)
  expect(host.contribution(kinds, 'note')).toEqual({ title: 'Note' })
})

test('a plugin that does not start fails the test with its reason, unless it may', async () => {
  const broken = definePlugin({ id: 'broken', init: () => Promise.reject(new Error('no key')) })
  await expect(createTestHost({ plugins: [broken] })).rejects.toThrow('"broken" is failed: init failed: no key')
  await using host = await createTestHost({ plugins: [broken, notes], mayFail: ['broken'] })
  expect(host.kernel.plugins().map(({ id, state }) => `${id} ${state}`)).toEqual(['broken failed', 'test-kit running', 'notes running'])
})

test('a misspelt fake is refused', async () => {
  await expect(createTestHost({ plugins: [notes], fakes: { wether: {} } })).rejects.toThrow('No plugin under test consumes "wether".')
})
