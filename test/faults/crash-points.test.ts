import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, createTestHost, until, type TestDatabase } from '@parley/test-kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, config, connect, isQuiet, openLedger, pass, plugins, rowsOf, type Arrived, type Channel, type Row } from './crash-world.ts'
import { Mortal, type CrashPoint } from './mortal-host.ts'

let ledger: Awaited<ReturnType<typeof openLedger>>
beforeAll(async () => void (ledger = await openLedger()))
afterAll(() => ledger.close())

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
            values: { url: `http://127.0.0.1:${ledger.port}/call`, method: 'post', format: 'JSON', data: { text: 'order' }, repeatable },
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

const body = (channel: Channel): object => bodyOf(channel, 'u1', 'hello')

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
  ledger.arrived.length = 0
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-crash-'))
  await using database = await createTestDatabase({ plugins })
  const mortal = new Mortal()
  const own = mortal.database(database)
  const client = mortal.http()
  const first = await createTestHost({ plugins, config, database: own, dataDir, client })
  try {
    const path = await connect(first, channel, ledger.port, document(repeatable))
    if (by === 'other') {
      await using web = await createTestHost({ plugins, config, database, dataDir, roles: ['web'] })
      expect(await web.http.post(path, body(channel))).toMatchObject({ status: 200 })
    }
    mortal.arm(point)
    const acknowledged = by === 'other' ? { status: 200 } : await Promise.race([first.http.post(path, body(channel)), mortal.death])
    await Promise.race([until(() => isQuiet(database), { within: 200 }).catch(() => pass(first, database, { mortal })), mortal.death])
    if (mortal.dead) await goOn(database, dataDir, channel, acknowledged?.status === 200 ? undefined : path)
    return { died: mortal.dead, commits: [...mortal.commits], rows: await rowsOf(database), arrived: [...ledger.arrived] }
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
  if (unanswered !== undefined) expect(await second.http.post(unanswered, body(channel))).toMatchObject({ status: 200 })
  await pass(second, database)
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
  /^clients\.identities clients\.clients/,
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
      // at least the places named; what runs side by side is sometimes one commit and sometimes two
      expect(points).toBeGreaterThanOrEqual(2 * (1 + everywhere.length))
    })
  },
)
