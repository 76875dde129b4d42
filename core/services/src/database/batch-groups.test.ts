import { setImmediate as immediate } from 'node:timers/promises'
import { type PluginDatabase, type Statement } from '@parley/plugin-api'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ledger, shop } from './test-tables.ts'

let database: TestDatabase
let orders: PluginDatabase
let entries: PluginDatabase

beforeAll(async () => {
  database = await createTestDatabase({ plugins: [shop, ledger] })
  orders = database.forPlugin('toy-shop')
  entries = database.forPlugin('ledger')
})
afterAll(() => database.close())
beforeEach(async () => {
  for (const table of ['orders', 'customers']) await orders.query(`DELETE FROM {${table}}`)
  await entries.query('DELETE FROM {entries}')
})

const insertOrder = (id: string, amount: number): Statement => ({
  text: 'INSERT INTO {orders} (id, amount) VALUES ($1, $2)',
  many: 'INSERT INTO {orders} (id, amount) SELECT * FROM unnest($1::text[], $2::int[])',
  values: [id, amount],
})
const slowOrder = (id: string): Statement => ({
  text: 'INSERT INTO {orders} (id, amount) SELECT $1, 1 FROM pg_sleep(1)',
  many: 'INSERT INTO {orders} (id, amount) SELECT id, 1 FROM unnest($1::text[]) AS v(id)',
  values: [id],
  expect: 1,
})
const raiseOrder = (id: string, by: number, rows?: Statement['rows']): Statement => ({
  text: 'UPDATE {orders} SET amount = amount + $2 WHERE id = $1 RETURNING id, amount',
  many: `UPDATE {orders} o SET amount = amount + v.by FROM unnest($1::text[], $2::int[]) AS v(id, by) WHERE o.id = v.id RETURNING o.id, o.amount`,
  values: [id, by],
  expect: 1,
  ...(rows === undefined ? {} : { rows }),
})
const noteEntries = (id: string, amounts: number[]): Statement => {
  const text = 'INSERT INTO {entries} SELECT * FROM unnest($1::text[], $2::int[])'
  return { text, many: text, values: [amounts.map((_, index) => `${id}-${index}`), amounts] }
}
const commit = async (...statements: Statement[]): Promise<void> => {
  const batch = orders.batch()
  for (const statement of statements) await (statement.text.includes('{entries}') ? entries : orders).write(statement, batch)
  await batch.commit()
}
const amounts = async (): Promise<unknown> =>
  Object.fromEntries((await orders.query('SELECT id, amount FROM {orders}')).map((row) => [row.id, row.amount]))
const ids = Array.from({ length: 20 }, (_, index) => `o${index}`)

describe('batches of the same shape that are committed at once', () => {
  test('share round trips, and each learns what became of its own rows', async () => {
    for (const id of ids) await orders.write({ text: 'INSERT INTO {orders} (id, amount) VALUES ($1, 1)', values: [id] })
    const seen = new Map<string, unknown>()
    const before = database.statistics().queries
    await Promise.all(
      ids.map((id, index) =>
        commit(
          raiseOrder(id, index, (rows) => seen.set(id, rows.find((row) => row.id === id)?.amount)),
          noteEntries(id, [index, -index]),
        ),
      ),
    )
    // all come in one turn of the event loop: one half, then the other
    expect(database.statistics().queries - before).toBe(2)
    expect(await amounts()).toEqual(Object.fromEntries(ids.map((id, index) => [id, 1 + index])))
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(ids.map((id, index) => [id, 1 + index])))
    expect(await entries.query('SELECT count(*)::int AS count FROM {entries}')).toEqual([{ count: 40 }])
  })

  test('go together also when they come in different turns of the event loop while one is on its way', async () => {
    const before = database.statistics().queries
    const first = commit(slowOrder('first'))
    await immediate()
    await immediate()
    const others: Promise<void>[] = []
    for (const id of ids) {
      others.push(commit(slowOrder(id)))
      await immediate()
    }
    await Promise.all([first, ...others])
    expect(database.statistics().queries - before).toBe(3)
  })

  test('fail each for itself', async () => {
    for (const id of ids.slice(0, 10)) await orders.write({ text: 'INSERT INTO {orders} (id, amount) VALUES ($1, 1)', values: [id] })
    const results = await Promise.allSettled(ids.map((id) => commit(raiseOrder(id, 1), noteEntries(id, [1]))))
    expect(results.map(({ status }) => status)).toEqual(ids.map((_, index) => (index < 10 ? 'fulfilled' : 'rejected')))
    expect(results[19]).toMatchObject({ reason: { code: 'stale_write', details: { expected: 1, actual: 0 } } })
    expect(await amounts()).toEqual(Object.fromEntries(ids.slice(0, 10).map((id) => [id, 2])))
    expect(await entries.query('SELECT count(*)::int AS count FROM {entries}')).toEqual([{ count: 10 }])
  })

  test('may touch the same row: nothing is lost', async () => {
    await orders.write({ text: 'INSERT INTO {orders} (id, amount) VALUES ($1, 0)', values: ['o'] })
    await Promise.all(ids.map((id) => commit(raiseOrder('o', 1), noteEntries(id, [1]))))
    expect(await amounts()).toEqual({ o: 20 })
  })

  test('stand in one statement in their own order, so that they never wait crosswise for others', async () => {
    const come = ['d', 'b', 'e', 'a', 'c']
    await Promise.all(come.map((id) => commit({ ...insertOrder(id, 1), order: id, expect: 1 })))
    const written = await orders.query<{ id: string }>('SELECT id FROM {orders} ORDER BY ctid')
    expect(written.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('stay alone where one part speaks for itself only, and in transactions', async () => {
    const before = database.statistics().queries
    const { text, values } = noteEntries('own', [1])
    await Promise.all(ids.slice(0, 5).map((id) => commit(insertOrder(id, 1), { text, values: [[`${id}!`], values[1]] })))
    expect(database.statistics().queries - before).toBe(5)
    await orders.transaction(async (transaction) => {
      await Promise.all(ids.slice(5, 8).map((id) => orders.write(insertOrder(id, 1), transaction)))
    })
    expect(Object.keys((await amounts()) as object)).toHaveLength(8)
  })

  test('are not tried again when nobody knows whether they were written', async () => {
    const slow: Statement = {
      text: 'INSERT INTO {orders} (id, amount) SELECT $1, 1 FROM pg_sleep(60)',
      many: 'INSERT INTO {orders} (id, amount) SELECT id, 1 FROM unnest($1::text[]) AS v(id), pg_sleep(60)',
      values: [],
      expect: 1,
    }
    const before = database.statistics().queries
    let settled = false
    const results = Promise.allSettled(ids.slice(0, 5).map((id) => commit({ ...slow, values: [id] }))).finally(() => (settled = true))
    let kills = 0
    await expect
      .poll(
        async () => {
          kills++
          await orders.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid() AND datname = current_database()",
          )
          return settled
        },
        { timeout: 20_000 },
      )
      .toBe(true)
    expect((await results).map((result) => (result as PromiseRejectedResult).reason?.code)).toEqual(Array(5).fill('database_unavailable'))
    // they went together, and none of them again
    expect(database.statistics().queries - before - kills).toBe(1)
    expect(await amounts()).toEqual({})
  })
})
