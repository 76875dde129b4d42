import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SessionMemory } from '../src/server/stores/session-memory.ts'
import { chain, say } from './documents.ts'
import { createWorld, type World } from './scenario-world.ts'

const ask = (id: string) => ({ id, type: 'wait-for-input', parameters: { text: `${id}?` } })
const texts = (contents: readonly object[]): string[] => contents.map((content) => ('text' in content ? String(content.text) : ''))

describe('a dialog that goes on', () => {
  let world: World
  beforeEach(async () => {
    world = await createWorld()
    await world.publish(chain(ask('city'), ask('street'), say('thanks', '{{city}}, {{street}}')))
    await world.say('hi')
  })
  afterEach(async () => await world.close())

  test('is not read again: a turn is one round trip', async () => {
    const before = world.database.statistics().queries
    expect(texts(await world.say('Lviv'))).toEqual(['street?'])
    expect(world.database.statistics().queries - before).toBe(1)
  })

  test('notices that another process had a turn, and goes on from that', async () => {
    await world.db.query(
      `UPDATE {sessions} SET version = version + 1, state = jsonb_set(state::jsonb, '{const,city}', '"Odesa"')::json, node = 'street'`,
    )
    const item = world.lane.message({ kind: 'text', text: 'Rynok' })
    await expect(world.handle(item)).rejects.toMatchObject({ code: 'stale_write' })
    expect(texts(await world.handle(item, 1))).toEqual(['Odesa, Rynok'])
  })

  test('is read where the turn before was elsewhere', async () => {
    await world.db.query(`UPDATE {sessions} SET version = version + 1, node = 'street'`)
    world.lane.elsewhere = true
    expect(texts(await world.say('Rynok'))).toEqual([', Rynok'])
  })

  test('a new start takes the version that was published meanwhile', async () => {
    await world.publish(chain(say('new', 'New')))
    expect(texts(await world.say('/start'))).toEqual(['New'])
  })
})

describe('the memory of sessions', () => {
  const session = (size: number) => ({ versionId: 'v', node: 'n', state: { const: {} }, history: 'x'.repeat(size), version: 1 })

  test('gives a session once', () => {
    const memory = new SessionMemory()
    memory.keep('a', session(1), '{"const":{}}')
    expect(memory.take('a')).toEqual(session(1))
    expect(memory.take('a')).toBeUndefined()
  })

  test('keeps no huge one, and of many the newest', () => {
    const memory = new SessionMemory()
    memory.keep('huge', session(40_000), '{}')
    expect(memory.take('huge')).toBeUndefined()
    for (let n = 0; n < 600; n++) memory.keep(String(n), session(31_000), '{}')
    expect(memory.take('0')).toBeUndefined()
    expect(memory.take('599')).toBeDefined()
  })
})
