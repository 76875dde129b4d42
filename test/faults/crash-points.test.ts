import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import channelCustomPlugin from '@parley/plugin-channel-custom'
import clientsPlugin from '@parley/plugin-clients'
import conversationsPlugin from '@parley/plugin-conversations'
import { bots, channelAccounts } from '@parley/plugin-conversations/api'
import scenarioPlugin from '@parley/plugin-scenario-runtime'
import { scenarios } from '@parley/plugin-scenario-runtime/api'
import { createTestDatabase, createTestHost, until, type TestDatabase, type TestHost } from '@parley/test-kit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import parcelPlugin from './channel/src/server/plugin.ts'
import { Mortal, type CrashPoint } from './mortal-host.ts'

const plugins = [clientsPlugin, conversationsPlugin, scenarioPlugin, channelCustomPlugin, parcelPlugin]
// the shortest there are: time is the test's own, and is moved until nothing waits
const config = { conversations: { turns: { lease: 1 }, delivery: { lease: 5, timeout: 5 } } }

interface Arrived {
  readonly path: string
  readonly key: string
  readonly text: string
}

let sink: Server
let port: number
const ledger: Arrived[] = []

beforeAll(async () => {
  sink = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => {
      const { text } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { text: string }
      ledger.push({ path: request.url!, key: String(request.headers['idempotency-key']), text })
      response.setHeader('content-type', 'application/json').end('{"done":"yes"}')
    })
  })
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', () => resolve()))
  port = (sink.address() as AddressInfo).port
})
afterAll(() => {
  sink.closeAllConnections()
  sink.close()
})
beforeEach(() => {
  ledger.length = 0
})

const document = (repeatable: boolean): object => ({
  format: 'parley.scenario@1',
  title: 'Calls',
  sections: [
    {
      id: 'main',
      title: 'main',
      nodes: [
        { id: 'start', type: 'start' },
        { id: 'one', type: 'message', parameters: { text: 'one' } },
        {
          id: 'call',
          type: 'action',
          parameters: {
            templateId: 'send_request',
            values: { url: `http://127.0.0.1:${port}/call`, method: 'post', format: 'JSON', data: { text: 'order' }, repeatable },
          },
        },
        { id: 'two', type: 'message', parameters: { text: 'two' } },
        { id: 'lost', type: 'message', parameters: { text: 'lost {{error_reason}}' } },
      ],
      edges: [
        { from: 'start', to: 'one' },
        { from: 'one', to: 'call' },
        { from: 'call', output: 'success', to: 'two' },
        { from: 'call', output: 'error', to: 'lost' },
      ],
    },
  ],
})

type Channel = 'custom' | 'parcel'

const connect = async (host: TestHost, channel: Channel, repeatable: boolean): Promise<string> => {
  const bot = await host.service(bots).create({ name: 'Calls' })
  const library = host.service(scenarios)
  expect(await library.import(bot.id, document(repeatable))).toMatchObject({ problems: [] })
  await library.publish(bot.id)
  const url = `http://127.0.0.1:${port}/${channel}`
  const [kind, settings] = channel === 'custom' ? ['custom_channel', { custom_channel_url: url }] : ['parcel', { url }]
  const account = await host
    .service(channelAccounts)
    .create({ botId: bot.id, channel: kind as string, title: 'Test', config: settings as object as never, active: true })
  return `/hooks/channel-${channel}/${account.id}`
}

const bodies: Record<Channel, object> = {
  custom: { update_id: 'u1', message: { message_id: 'u1', chat: { id: 'chat' }, text: 'hello' } },
  parcel: { id: 'u1', chat: 'chat', text: 'hello' },
}

interface Row {
  readonly direction: string
  readonly state: string
  readonly text: string
}

const rowsOf = async (database: TestDatabase): Promise<Row[]> => {
  const { rows } = await database.pool.query<Row>(
    `SELECT direction, state, content ->> 'text' AS text FROM plugin_conversations.messages WHERE direction IN ('in', 'out') ORDER BY number`,
  )
  return rows
}

/** The message was answered, and nothing is left to do. */
const isQuiet = async (database: TestDatabase): Promise<boolean> => {
  const { rows } = await database.pool.query<{ quiet: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM plugin_conversations.items) AND NOT EXISTS (SELECT FROM plugin_conversations.deliveries)
       AND EXISTS (SELECT FROM plugin_conversations.messages WHERE direction = 'out') AS quiet`,
  )
  return rows[0]?.quiet === true
}

interface Life {
  readonly died: boolean
  readonly commits: readonly string[]
  readonly rows: readonly Row[]
  readonly arrived: readonly Arrived[]
}

/** How the message comes: `own` by the host that dies, `other` by another process, whose rows the host that dies finds and claims. */
type By = 'own' | 'other'

interface Road {
  readonly channel: Channel
  readonly repeatable: boolean
  readonly by: By
}

/** One message to a host that dies at a point; a second host on the same database goes on. */
const live = async ({ channel, repeatable, by }: Road, point: CrashPoint | undefined): Promise<Life> => {
  ledger.length = 0
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-crash-'))
  await using database = await createTestDatabase({ plugins })
  const mortal = new Mortal()
  const own = mortal.database(database)
  const client = mortal.http()
  const first = await createTestHost({ plugins, config, database: own, dataDir, client })
  try {
    const path = await connect(first, channel, repeatable)
    if (by === 'other') {
      await using web = await createTestHost({ plugins, config, database, dataDir, roles: ['web'] })
      expect(await web.http.post(path, bodies[channel])).toMatchObject({ status: 200 })
    }
    mortal.arm(point)
    const acknowledged = by === 'other' ? { status: 200 } : await Promise.race([first.http.post(path, bodies[channel]), mortal.death])
    await Promise.race([until(() => isQuiet(database), { within: 200 }).catch(() => pass(first, database, mortal)), mortal.death])
    if (mortal.dead) await goOn(database, dataDir, channel, acknowledged?.status === 200 ? undefined : path)
    return { died: mortal.dead, commits: [...mortal.commits], rows: await rowsOf(database), arrived: [...ledger] }
  } finally {
    mortal.bury()
    await first.stop()
    await own.close()
    await client.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const goOn = async (database: TestDatabase, dataDir: string, channel: Channel, unanswered: string | undefined): Promise<void> => {
  await using second = await createTestHost({ plugins, config, database, dataDir })
  // who got no answer sends again
  if (unanswered !== undefined) expect(await second.http.post(unanswered, bodies[channel])).toMatchObject({ status: 200 })
  await pass(second, database)
}

/** Moves time until nothing waits, or the host is dead. */
const pass = async (host: TestHost, database: TestDatabase, mortal?: Mortal): Promise<void> => {
  for (let step = 0; step < 60; step++) {
    const quiet = await until(async () => mortal?.dead === true || (await isQuiet(database)), { within: 80 }).catch(() => false)
    if (quiet) return
    await host.clock.advance(2_000)
  }
  const { rows } = await database.pool.query(
    `SELECT (SELECT json_agg(i) FROM plugin_conversations.items i) AS items, (SELECT json_agg(d) FROM plugin_conversations.deliveries d) AS deliveries,
       (SELECT json_agg(c) FROM plugin_conversations.conversations c) AS conversations`,
  )
  throw new Error(`It is not quiet after two minutes: ${JSON.stringify({ ...rows[0], logs: host.logs.slice(-5) }, undefined, 2)}`)
}

/** Whatever was interrupted: nothing is lost, nothing is doubled, nobody is told a call was made that may not have been. */
const check = ({ channel, repeatable }: Road, { rows, arrived }: Life): void => {
  expect(rows.filter(({ direction }) => direction === 'in')).toHaveLength(1)
  const calls = arrived.filter(({ path }) => path === '/call')
  expect(new Set(calls.map(({ key }) => key)).size).toBeLessThanOrEqual(1)
  const replies = rows.filter(({ direction }) => direction === 'out')
  const told = replies.map(({ text }) => text)
  if (repeatable) {
    expect(told).toEqual(['one', 'two'])
    expect(calls.length).toBeGreaterThanOrEqual(1)
  } else {
    expect(calls.length).toBeLessThanOrEqual(1)
    expect([
      ['one', 'two'],
      ['one', 'lost unknown'],
    ]).toContainEqual(told)
    if (told[1] === 'two') expect(calls).toHaveLength(1)
  }
  const sent = arrived.filter(({ path }) => path === `/${channel}`)
  const firsts = [...new Set(sent.map(({ text }) => text))]
  if (channel === 'custom') {
    expect(firsts).toEqual(told)
    expect(new Set(sent.map(({ key }) => key)).size).toBe(told.length)
    expect(replies.map(({ state }) => state)).toEqual(['sent', 'sent'])
    return
  }
  expect(sent.map(({ text }) => text)).toEqual(told.filter((text) => firsts.includes(text)))
  for (const { text, state } of replies) {
    expect(['sent', 'unknown']).toContain(state)
    if (state === 'sent') expect(firsts).toContain(text)
  }
}

const survive = async (road: Road, point: CrashPoint): Promise<Life> => {
  const where = `killed ${point.side} commit ${point.commit}`
  const life = await live(road, point).catch((error: unknown) => {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error })
  })
  try {
    check(road, life)
    return life
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}\n${JSON.stringify(life, undefined, 2)}`, { cause: error })
  }
}

const intake = /conversations\.conversations conversations\.messages conversations\.items/
const claim = /^conversations\.conversations$/
/** Where a process may die on every road: who it is, the intent of the call, the end of the turn, the outcome of a delivery. */
const everywhere = [
  /^clients\.clients/,
  /^scenario_runtime\.sessions conversations\.conversations conversations\.messages conversations\.deliveries host/,
  /^scenario_runtime\.sessions .*conversations\.items/,
  /^conversations\.conversations conversations\.messages conversations\.deliveries/,
]

describe.each([
  { channel: 'parcel', repeatable: false, by: 'own', begins: intake },
  { channel: 'custom', repeatable: true, by: 'own', begins: intake },
  { channel: 'parcel', repeatable: false, by: 'other', begins: claim },
] as const)(
  'a process that dies on the road of a message ($channel, call repeatable: $repeatable, taken in by its $by process)',
  ({ begins, ...road }) => {
    it('loses and doubles nothing, whichever commit it is', { timeout: 180_000 }, async () => {
      const whole = await live(road, undefined)
      expect(whole.rows).toEqual([
        { direction: 'in', state: 'received', text: 'hello' },
        { direction: 'out', state: 'sent', text: 'one' },
        { direction: 'out', state: 'sent', text: 'two' },
      ])
      for (const place of [begins, ...everywhere]) expect(whole.commits).toContainEqual(expect.stringMatching(place))
      let points = 0
      for (let commit = 1, died = true; died; commit++) {
        died = false
        for (const side of ['before', 'after'] as const) {
          const life = await survive(road, { commit, side })
          if (life.died) points++
          died ||= life.died
        }
      }
      // what runs side by side may once be one commit and once two
      expect(points).toBeGreaterThanOrEqual(2 * (whole.commits.length - 1))
    })
  },
)
