import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import type { EventBus } from '@parley/plugin-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClientStore } from './client-store.ts'
import { migrations, views } from './migrations/index.ts'
import { People } from './people.ts'

let database: TestDatabase
let people: People
let store: ClientStore
const published: unknown[] = []
const events: EventBus = { publish: async (_event, payload) => void published.push(payload) }
const account = '00000000-0000-4000-8000-000000000001'
const chat = (chatId: string) => ({ accountId: account, channel: 'telegram', chatId, sender: { id: chatId, firstName: 'Олена', username: 'olena' } })

beforeAll(async () => {
  database = await createTestDatabase({ plugins: [{ id: 'clients', migrations, publishes: views }] })
  const db = database.forPlugin('clients')
  store = new ClientStore({ db })
  people = new People({ db, clientStore: store, events })
})
afterAll(() => database.close())

test('a chat gets one client, however often and however parallel it is asked for', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => people.identify(chat('1'))))
  expect(new Set(answers.map((answer) => answer.clientId)).size).toBe(1)
  expect(answers.filter((answer) => answer.created)).toHaveLength(1)
  const [{ clientId }] = answers as [(typeof answers)[0]]
  expect(await people.get(clientId)).toMatchObject({ firstName: 'Олена', tags: [], extra: {}, version: 1 })
  expect(await people.identities(clientId)).toMatchObject([{ channel: 'telegram', chatId: '1', username: 'olena', blocked: false }])
})

test('chats that are asked for at once share a statement; each caller hears of his own', async () => {
  const known = await people.identify(chat('known'))
  const before = database.statistics().queries
  const answers = await Promise.all(['new-1', 'known', 'new-2', 'new-1'].map((id) => people.identify(chat(id))))
  // what was not new is read in another
  expect(database.statistics().queries - before).toBe(2)
  const [first, again, second, twice] = answers
  expect([first, again, second, twice].map((answer) => answer?.created)).toEqual([true, false, true, false])
  expect(again).toMatchObject({ clientId: known.clientId, identityId: known.identityId })
  expect(twice).toMatchObject({ clientId: first?.clientId, identityId: first?.identityId })
  expect(second?.clientId).not.toBe(first?.clientId)
  expect(await people.identities(second!.clientId)).toMatchObject([{ id: second?.identityId, chatId: 'new-2' }])
})

test('within a transaction a chat is made with it, or not at all', async () => {
  const db = database.forPlugin('clients')
  const failed = db.transaction(async (within) => {
    const { clientId, created } = await people.identify(chat('undone'), { within })
    expect(created).toBe(true)
    expect((await people.identify(chat('undone'), { within })).clientId).toBe(clientId)
    throw new Error('undone')
  })
  await expect(failed).rejects.toThrow('undone')
  expect((await people.identify(chat('undone'))).created).toBe(true)
  await expect(people.identify(chat('batch'), { within: db.batch() })).rejects.toThrow('A batch cannot be read from')
})

test('other chats are other people: nobody is joined by a name', async () => {
  const [a, b] = await Promise.all([people.identify(chat('2')), people.identify(chat('3'))])
  expect(a.clientId).not.toBe(b.clientId)
})

describe('fields', () => {
  test('standard keys are columns, the rest is extra; an empty value clears; each change is kept and told', async () => {
    const { clientId } = await people.identify(chat('4'))
    await people.setFields(clientId, { phone: '+380501112233', segment: 'vip', children: 2 })
    await people.setFields(clientId, { phone: '', segment: undefined, first_name: 'Ірина' })
    expect(await people.fields(clientId)).toEqual({ first_name: 'Ірина', children: 2 })
    expect(await people.get(clientId)).toMatchObject({ version: 3, extra: { children: 2 } })
    expect(await store.history(clientId)).toHaveLength(2)
    expect(published.filter((payload) => (payload as { clientId: string }).clientId === clientId)).toHaveLength(2)
  })

  test('an object as a standard field is refused, and nothing changes', async () => {
    const { clientId } = await people.identify(chat('5'))
    await expect(people.setFields(clientId, { phone: { a: 1 }, x: 1 })).rejects.toMatchObject({ code: 'unprocessable' })
    expect(await people.get(clientId)).toMatchObject({ version: 1, extra: {} })
  })

  test('a save from an old version is refused', async () => {
    const { clientId } = await people.identify(chat('6'))
    await people.setFields(clientId, { city: 'Lviv' })
    await expect(store.change(clientId, { standard: new Map(), extra: { city: 'Kyiv' }, cleared: [] }, { version: 1 })).rejects.toMatchObject({
      code: 'stale_write',
    })
    expect(await people.fields(clientId)).toMatchObject({ city: 'Lviv' })
  })
})

test('pages go through everybody once, searched by name, phone and e-mail', async () => {
  for (let n = 0; n < 5; n += 1) {
    const { clientId } = await people.identify(chat(`page-${n}`))
    await people.setFields(clientId, { last_name: 'Сторінкова_100%', email: `n${n}@example.com` })
  }
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.page({ search: 'сторінкова_100%', limit: 2, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...page.clients.map((each) => each.id))
    cursor = page.cursor
  } while (cursor !== undefined)
  expect(new Set(seen).size).toBe(5)
  expect((await store.page({ search: 'n3@example', limit: 10 })).clients).toHaveLength(1)
  await expect(store.page({ cursor: 'nonsense', limit: 1 })).rejects.toMatchObject({ code: 'invalid_input' })
})
