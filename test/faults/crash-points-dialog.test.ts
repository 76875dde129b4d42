import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, createTestHost, until } from '@parley/test-kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, config, connect, isQuiet, openLedger, pass, plugins, rowsOf, type Arrived, type Channel, type Row } from './crash-world.ts'
import { Mortal, type CrashPoint } from './mortal-host.ts'

let ledger: Awaited<ReturnType<typeof openLedger>>
beforeAll(async () => void (ledger = await openLedger()))
afterAll(() => ledger.close())

const document = {
  format: 'parley.scenario@1',
  title: 'Echo',
  sections: [
    {
      id: 'main',
      title: 'main',
      nodes: [
        { id: 'start', type: 'start' },
        { id: 'echo', type: 'message', parameters: { text: 'echo {{user_input}}' } },
        { id: 'ask', type: 'wait-for-input' },
      ],
      edges: [
        { from: 'start', to: 'echo' },
        { from: 'echo', to: 'ask' },
        { from: 'ask', output: 'success', to: 'echo' },
      ],
    },
  ],
}

interface Life {
  readonly died: boolean
  readonly commits: readonly string[]
  readonly rows: readonly Row[]
  readonly arrived: readonly Arrived[]
}

/** The second message of a dialog comes to a process that has all of it in memory, and dies; another one goes on. */
const live = async (channel: Channel, point: CrashPoint | undefined): Promise<Life> => {
  ledger.arrived.length = 0
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-crash-'))
  await using database = await createTestDatabase({ plugins })
  const mortal = new Mortal()
  const own = mortal.database(database)
  const client = mortal.http()
  const first = await createTestHost({ plugins, config, database: own, dataDir, client })
  try {
    const path = await connect(first, channel, ledger.port, document)
    expect(await first.http.post(path, bodyOf(channel, 'u1', 'one'))).toMatchObject({ status: 200 })
    await until(() => isQuiet(database))
    mortal.arm(point)
    const answer = await Promise.race([first.http.post(path, bodyOf(channel, 'u2', 'two')), mortal.death])
    await Promise.race([until(() => isQuiet(database, 2), { within: 200 }).catch(() => pass(first, database, { mortal, answers: 2 })), mortal.death])
    if (mortal.dead) {
      await using second = await createTestHost({ plugins, config, database, dataDir })
      // who got no answer sends again
      if (answer?.status !== 200) expect(await second.http.post(path, bodyOf(channel, 'u2', 'two'))).toMatchObject({ status: 200 })
      await pass(second, database, { answers: 2 })
    }
    return { died: mortal.dead, commits: [...mortal.commits], rows: await rowsOf(database), arrived: [...ledger.arrived] }
  } finally {
    mortal.bury()
    await first.stop()
    await own.close()
    await client.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const dialog = ['in one', 'out echo one', 'in two', 'out echo two']

/** Nothing is lost, nothing is doubled, and nothing is told to be sent that may not have been. */
const check = (channel: Channel, { rows, arrived }: Life): void => {
  expect(rows.map(({ direction, text }) => `${direction} ${text}`)).toEqual(dialog)
  const sent = arrived.map(({ text }) => text)
  const state = rows[3]!.state
  if (channel === 'custom') {
    expect(state).toBe('sent')
    expect([...new Set(sent)]).toEqual(['echo one', 'echo two'])
    expect(new Set(arrived.map(({ key }) => key)).size).toBe(2)
    return
  }
  expect(['sent', 'unknown']).toContain(state)
  if (state === 'sent') expect(sent).toEqual(['echo one', 'echo two'])
  expect(sent.filter((text) => text === 'echo two').length).toBeLessThanOrEqual(1)
}

/** The message with its answer, then the outcome of the delivery. */
const early = /^scenario_runtime\.sessions conversations\.conversations conversations\.messages conversations\.intake conversations\.deliveries/

describe.each(['custom', 'parcel'] as const)('a process that dies in the middle of a dialog (%s)', (channel) => {
  it('loses and doubles nothing, whichever commit it is', { timeout: 180_000 }, async () => {
    const whole = await live(channel, undefined)
    check(channel, whole)
    expect(whole.commits[0]).toMatch(early)
    let points = 0
    for (let commit = 1, died = true; died; commit++) {
      died = false
      for (const side of ['before', 'after'] as const) {
        const life = await live(channel, { commit, side })
        try {
          check(channel, life)
        } catch (error) {
          throw new Error(`killed ${side} commit ${commit}: ${(error as Error).message}\n${JSON.stringify(life, undefined, 2)}`, { cause: error })
        }
        if (life.died) points++
        died ||= life.died
      }
    }
    expect(points).toBeGreaterThanOrEqual(2)
  })
})
