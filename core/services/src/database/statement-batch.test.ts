import { type PluginDatabase } from '@parley/plugin-api'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import fc from 'fast-check'
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

const insertOrder = (id: string, amount: number) => ({ text: 'INSERT INTO {orders} (id, amount) VALUES ($1, $2)', values: [id, amount] })
const insertEntry = (id: string, amount: number) => ({ text: 'INSERT INTO {entries} VALUES ($1, $2)', values: [id, amount] })
const allOrders = () => orders.query('SELECT id, amount FROM {orders} ORDER BY id')
const trips = async (work: () => Promise<unknown>): Promise<number> => {
  const before = database.statistics().queries
  await work()
  return database.statistics().queries - before
}

describe('a batch', () => {
  test('commits the writes of several plugins in one round trip', async () => {
    const batch = orders.batch()
    await orders.write(insertOrder('o1', 1), batch)
    await entries.write(insertEntry('o1', 1), batch)
    await orders.write({ ...insertOrder('o2', 2), expect: 1 }, batch)
    expect(await trips(() => batch.commit())).toBe(1)
    expect(await allOrders()).toEqual([
      { id: 'o1', amount: 1 },
      { id: 'o2', amount: 2 },
    ])
    expect(await entries.query('SELECT amount FROM {entries}')).toEqual([{ amount: 1 }])
  })

  test('lets later parts read what a named part returns, and tells the caller', async () => {
    await orders.write(insertOrder('o1', 1))
    const batch = orders.batch()
    const seen: unknown[] = []
    await orders.write(
      {
        text: 'UPDATE {orders} SET amount = amount + $2 WHERE id = $1 RETURNING id, amount',
        values: ['o1', 4],
        expect: 1,
        as: 'raised',
        rows: (rows) => seen.push(...rows),
      },
      batch,
    )
    await entries.write({ text: 'INSERT INTO {entries} SELECT id, amount * $1 FROM raised', values: [10] }, batch)
    batch.afterCommit(() => seen.push('after'))
    expect(await trips(() => batch.commit())).toBe(1)
    expect(seen).toEqual([{ id: 'o1', amount: 5 }, 'after'])
    expect(await entries.query('SELECT amount FROM {entries}')).toEqual([{ amount: 50 }])
  })

  test('tells a part that touched nothing so, and takes no name that is not a word', async () => {
    const seen: unknown[] = []
    const nothing = {
      text: 'UPDATE {orders} SET amount = 1 WHERE id = $1 RETURNING id',
      values: ['none'],
      rows: (rows: readonly unknown[]) => seen.push(rows),
    }
    const batch = orders.batch()
    await orders.write({ ...nothing, as: 'a' }, batch)
    await orders.write(nothing, batch)
    await batch.commit()
    await orders.write(nothing)
    await orders.transaction((tx) => orders.write(nothing, tx))
    expect(seen).toEqual([[], [], [], []])
    const odd = orders.batch()
    await orders.write({ ...nothing, as: 'a; DROP' }, odd)
    await orders.write(nothing, odd)
    await expect(odd.commit()).rejects.toThrow('cannot name a part of a batch')
  })

  test('runs again when it loses a deadlock', async () => {
    for (const id of ['o1', 'o2']) await orders.write(insertOrder(id, 0))
    const raise = async (first: string, second: string): Promise<void> => {
      const batch = orders.batch()
      for (const id of [first, second]) {
        await orders.write(
          { text: 'UPDATE {orders} SET amount = amount + 1 + 0 * length(pg_sleep(0.2)::text) WHERE id = $1', values: [id], expect: 1 },
          batch,
        )
      }
      await batch.commit()
    }
    await Promise.all([raise('o1', 'o2'), raise('o2', 'o1')])
    expect(await allOrders()).toMatchObject([{ amount: 2 }, { amount: 2 }])
  })

  test('writes nothing when one part fails', async () => {
    const batch = orders.batch()
    await entries.write(insertEntry('o1', 1), batch)
    await orders.write(insertOrder('o1', 1), batch)
    await orders.write({ text: 'INSERT INTO {orders} (id, amount) VALUES ($1, $2)', values: ['o2', 'many'] }, batch)
    await expect(batch.commit()).rejects.toMatchObject({ code: '22P02' })
    expect(await allOrders()).toEqual([])
    expect(await entries.query('SELECT 1 FROM {entries}')).toEqual([])
  })

  test('writes nothing when one part is stale, and says which', async () => {
    const batch = orders.batch()
    await orders.write({ ...insertOrder('o1', 1), expect: 1 }, batch)
    await entries.write({ text: 'UPDATE {entries} SET amount = 2 WHERE "order" = $1', values: ['o1'], expect: 1 }, batch)
    await expect(batch.commit()).rejects.toMatchObject({
      code: 'stale_write',
      details: { statement: 'UPDATE {entries} SET amount = 2 WHERE "order" = $1', expected: 1, actual: 0 },
    })
    expect(await allOrders()).toEqual([])
  })

  test('keeps foreign keys between its parts', async () => {
    const batch = orders.batch()
    await orders.write({ text: `INSERT INTO {orders} (id, customer) VALUES ('o1', 'c1')`, values: [] }, batch)
    await orders.write({ text: `INSERT INTO {customers} VALUES ('c1', 'Ann')`, values: [] }, batch)
    await batch.commit()
    expect(await orders.query('SELECT customer FROM {orders}')).toEqual([{ customer: 'c1' }])
  })

  test('of nothing makes no trip and runs its hooks', async () => {
    const seen: string[] = []
    const batch = orders.batch()
    batch.beforeCommit(() => void seen.push('before'))
    batch.afterCommit(() => void seen.push('after'))
    expect(await trips(() => batch.commit())).toBe(0)
    expect(seen).toEqual(['before', 'after'])
  })

  test('takes writes from a hook, and runs none after a failure', async () => {
    const batch = orders.batch()
    batch.beforeCommit(() => orders.write(insertOrder('o1', 1), batch))
    await batch.commit()
    expect(await allOrders()).toHaveLength(1)
    const failing = orders.batch()
    let after = false
    failing.afterCommit(() => void (after = true))
    await orders.write(insertOrder('o1', 1), failing)
    await expect(failing.commit()).rejects.toMatchObject({ code: '23505' })
    expect(after).toBe(false)
  })

  test('is committed once', async () => {
    const batch = orders.batch()
    await batch.commit()
    await expect(batch.commit()).rejects.toThrow(/committed before/)
    await expect(orders.write(insertOrder('o1', 1), batch)).rejects.toThrow(/has been committed/)
  })

  test('in a transaction is part of it', async () => {
    let after = 0
    const work = orders.transaction(async (tx) => {
      const batch = tx.batch()
      await tx.write(insertOrder('o1', 1), batch)
      await entries.write(insertEntry('o1', 1), batch)
      batch.afterCommit(() => void after++)
      await batch.commit()
      expect(after).toBe(0)
      throw new Error('no')
    })
    await expect(work).rejects.toThrow('no')
    expect(await allOrders()).toEqual([])
    expect(after).toBe(0)
  })
})

describe('the parts of a batch', () => {
  const commitWithEntry = async (text: string, values: unknown[] = [], expect?: number) => {
    const batch = orders.batch()
    await orders.write({ text, values, ...(expect === undefined ? {} : { expect }) }, batch)
    await entries.write(insertEntry('o9', 9), batch)
    return await trips(() => batch.commit())
  }

  test.each([
    ['ends with a semicolon', `INSERT INTO {orders} (id) VALUES ('o1');`],
    ['ends with a comment', `INSERT INTO {orders} (id) VALUES ('o1') -- returning nothing`],
    ['returns by itself', `INSERT INTO {orders} (id) VALUES ('o1') RETURNING id, id`],
    ['mentions returning in a literal', `INSERT INTO {orders} (id) SELECT 'o1' WHERE 'returning' <> ''`],
    ['starts with a CTE', `WITH found AS (SELECT 'o1' AS id) INSERT INTO {orders} (id) SELECT id FROM found`],
    ['starts with a comment', `/* why */ INSERT INTO {orders} (id) VALUES ('o1')`],
    ['upserts', `INSERT INTO {orders} (id) VALUES ('o1') ON CONFLICT (id) DO UPDATE SET amount = 5`],
  ])('may be one that %s', async (_, text) => {
    expect(await commitWithEntry(text, [], 1)).toBe(1)
    expect(await allOrders()).toMatchObject([{ id: 'o1' }])
  })

  test('may be a SELECT with effects, which runs although nobody reads it', async () => {
    await orders.query('CREATE SEQUENCE IF NOT EXISTS {numbers}')
    const [before] = await orders.query<{ n: string }>('SELECT nextval($1) AS n', ['plugin_toy_shop.numbers'])
    expect(await commitWithEntry('SELECT nextval($1)', ['plugin_toy_shop.numbers'])).toBe(1)
    const [after] = await orders.query<{ n: string }>('SELECT nextval($1) AS n', ['plugin_toy_shop.numbers'])
    expect(Number(after?.n) - Number(before?.n)).toBe(2)
  })

  test('may be a notification', async () => {
    expect(await commitWithEntry('SELECT pg_notify($1, $2)', ['toy', 'hello'])).toBe(1)
  })

  test('that PostgreSQL does not take as a CTE are committed together all the same', async () => {
    const moved = `WITH gone AS (DELETE FROM {orders} RETURNING id) INSERT INTO {orders} (id, amount) SELECT id || 'b', 3 FROM gone`
    await orders.write(insertOrder('o1', 1))
    expect(await commitWithEntry(moved, [], 1)).toBe(4)
    expect(await allOrders()).toEqual([{ id: 'o1b', amount: 3 }])
    await entries.query('DELETE FROM {entries}')
    await expect(commitWithEntry(moved, [], 2)).rejects.toMatchObject({ code: 'stale_write' })
    expect(await allOrders()).toEqual([{ id: 'o1b', amount: 3 }])
    expect(await entries.query('SELECT 1 FROM {entries}')).toEqual([])
  })

  test('may be very many', async () => {
    const batch = orders.batch()
    for (let n = 0; n < 200; n++) await orders.write({ ...insertOrder(`o${n}`, n), expect: 1 }, batch)
    expect(await trips(() => batch.commit())).toBe(1)
    expect(await allOrders()).toHaveLength(200)
  })

  test('get their own values, whatever these are', async () => {
    const row = fc.record({ amount: fc.integer({ min: 0, max: 2_000_000_000 }), name: fc.string().filter((text) => !text.includes('\0')) })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
        await orders.query('DELETE FROM {orders}')
        await orders.query('DELETE FROM {customers}')
        const batch = orders.batch()
        for (const [index, { amount, name }] of rows.entries()) {
          await orders.write({ text: 'INSERT INTO {customers} (name, id) VALUES ($2, $1)', values: [`c${index}`, name], expect: 1 }, batch)
          await orders.write({ text: `INSERT INTO {orders} (id, amount) VALUES ('$1' || $1, $2)`, values: [String(index), amount] }, batch)
        }
        await batch.commit()
        const customers = await orders.query('SELECT name FROM {customers} ORDER BY id')
        expect(customers.map((customer) => customer['name'])).toEqual(rows.map(({ name }) => name))
        expect(await allOrders()).toEqual(rows.map(({ amount }, index) => ({ id: `$1${index}`, amount })))
      }),
      { numRuns: 25 },
    )
  })
})
