import { randomUUID } from 'node:crypto'
import type { PluginDatabase } from '@parley/plugin-api'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrations } from '../src/server/migrations/index.ts'
import { SessionStore } from '../src/server/stores/session-store.ts'

let database: TestDatabase
let db: PluginDatabase
let store: SessionStore
const [botId, emptyBotId, publishedId] = [randomUUID(), randomUUID(), randomUUID()]

beforeAll(async () => {
  database = await createTestDatabase({ plugins: [{ id: 'scenario-runtime', migrations }] })
  db = database.forPlugin('scenario-runtime')
  store = new SessionStore({ db })
  await db.query(`INSERT INTO {scenarios} (bot_id, id, draft, draft_at, published_id) VALUES ($1, $2, '{}', now(), $3)`, [
    botId,
    randomUUID(),
    publishedId,
  ])
})
afterAll(() => database.close())

const begin = async (conversationId: string, name: string): Promise<void> => {
  const batch = db.batch()
  const session = { versionId: publishedId, node: 'ask', state: { const: { name } }, history: name, version: 0 }
  await store.save(
    { conversationId, botId, session, state: JSON.stringify(session.state), history: { dropped: 0, added: name }, at: new Date() },
    batch,
  )
  await batch.commit()
}

test('dialogs that are asked for at once are read together, and each gets its own session', async () => {
  const [one, two, unknown] = [randomUUID(), randomUUID(), randomUUID()]
  await begin(one, 'one')
  await begin(two, 'two')
  const before = database.statistics().queries
  const loaded = await Promise.all([store.load(botId, two), store.load(botId, unknown), store.load(emptyBotId, unknown), store.load(botId, one)])
  expect(database.statistics().queries - before).toBe(1)
  const session = (name: string) => ({ versionId: publishedId, node: 'ask', state: { const: { name } }, history: name, version: 1 })
  expect(loaded).toEqual([
    { newest: publishedId, session: session('two') },
    { newest: publishedId, session: undefined },
    { newest: undefined, session: undefined },
    { newest: publishedId, session: session('one') },
  ])
})
