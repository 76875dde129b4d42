import { isParleyError, type PluginDatabase, type Transaction } from '@parley/plugin-api'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ledger, shop } from './test-tables.ts'

let database: TestDatabase
let orders: PluginDatabase
let entries: PluginDatabase

beforeAll(async () => {
  database = await createTestDatabase({ plugins: [shop, ledger], max: 3 })
  orders = database.forPlugin('toy-shop')
  entries = database.forPlugin('ledger')
})
afterAll(() => database.close())
beforeEach(async () => {
  await orders.query('DELETE FROM {orders}')
  await entries.query('DELETE FROM {entries}')
  await orders.query(`INSERT INTO {orders} (id, amount) VALUES ('o1', 10), ('o2', 20)`)
})

const countOrders = async () => (await orders.query('SELECT 1 FROM {orders}')).length

describe('statements', () => {
  test('answer rows and take values', async () => {
    expect(await orders.query('SELECT id FROM {orders} WHERE amount > $1', [15])).toEqual([{ id: 'o2' }])
  })

  test('that follow one another in a turn of the event loop do not wait for the pool', async () => {
    await orders.query('SELECT 1')
    const before = database.statistics().queries
    const next = orders.query('SELECT 2 AS n')
    expect(database.statistics().queries - before).toBe(1)
    expect(await next).toEqual([{ n: 2 }])
    expect(await orders.transaction((tx) => tx.query('SELECT 3 AS n'))).toEqual([{ n: 3 }])
  })

  test('do not keep a connection that others wait for, nor one while the database is closed', async () => {
    const small = await createTestDatabase({ max: 1 })
    const first = small.host.query('SELECT 1 AS n').then(() => small.host.query('SELECT 3 AS n'))
    const waits = small.host.query('SELECT 2 AS n')
    const order: unknown[] = []
    await Promise.all([waits.then(([row]) => order.push(row)), first.then(([row]) => order.push(row))])
    expect(order).toEqual([{ n: 2 }, { n: 3 }])
    const going = (async () => {
      for (;;) await small.host.query('SELECT 1')
    })().catch((error: unknown) => error)
    await small.close()
    expect(await going).toMatchObject({ message: expect.stringContaining('after calling end on the pool') })
  })

  test('are prepared once for each connection, under a name made of their text', async () => {
    await orders.transaction(async (tx) => {
      for (const amount of [1, 2, 3]) await tx.query('SELECT id FROM {orders} WHERE amount = $1', [amount])
      const prepared = await tx.query(
        `SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT id FROM "plugin_toy_shop"."orders" WHERE amount = $1'`,
      )
      expect(prepared).toHaveLength(1)
    })
  })

  test('are not prepared behind a pooler', async () => {
    await using pooled = await createTestDatabase({ max: 1, preparedStatements: false })
    await pooled.host.query('SELECT $1::int AS n', [1])
    expect(await pooled.host.query('SELECT name FROM pg_prepared_statements')).toEqual([])
  })

  test('go on after a migration has changed the columns of a prepared SELECT *', async () => {
    await using other = await createTestDatabase({ plugins: [shop], max: 1 })
    const read = () => other.db.query('SELECT * FROM {customers}')
    await read()
    await other.db.query('ALTER TABLE {customers} ADD COLUMN note text')
    await other.db.query(`INSERT INTO {customers} VALUES ('c1', 'Ann', 'new')`)
    expect(await read()).toEqual([{ id: 'c1', name: 'Ann', note: 'new' }])
    expect(await read()).toHaveLength(1)
  })

  test('count as one round trip each', async () => {
    const before = database.statistics().queries
    await orders.query('SELECT 1')
    await orders('orders').select()
    await orders.transaction((tx) => tx.query('SELECT 1'))
    expect(database.statistics().queries - before).toBe(5)
  })

  test('keep their PostgreSQL error code', async () => {
    await expect(orders.query(`INSERT INTO {orders} (id) VALUES ('o1')`)).rejects.toMatchObject({ code: '23505' })
  })
})

describe('query builders', () => {
  test('are qualified, and so are their joins', async () => {
    await orders.query(`INSERT INTO {customers} VALUES ('c1', 'Ann') ON CONFLICT DO NOTHING`)
    await orders('orders').where({ id: 'o1' }).update({ customer: 'c1' })
    const rows = await orders('orders').join('customers', 'customers.id', 'orders.customer').select('orders.id', 'customers.name')
    expect(rows).toEqual([{ id: 'o1', name: 'Ann' }])
  })

  test('join a published view of another plugin', async () => {
    await entries.query(`INSERT INTO {entries} VALUES ('o1', 7)`)
    const rows = await entries('entries')
      .join(entries.published('toy-shop', 'orders'), 'orders.id', 'entries.order')
      .select('orders.amount as ordered', 'entries.amount')
    expect(rows).toEqual([{ ordered: 10, amount: 7 }])
    expect(await entries.query('SELECT amount FROM {toy-shop.orders} ORDER BY amount')).toEqual([{ amount: 10 }, { amount: 20 }])
  })

  test('do not find the table of another plugin', async () => {
    await expect(entries('orders').select()).rejects.toMatchObject({ code: '42P01' })
  })

  test('do not put values into the message of an error', async () => {
    const failure = orders('orders').insert({ id: 'o1', amount: 987654 })
    await expect(failure).rejects.toThrow(/duplicate key/)
    await expect(orders('orders').insert({ id: 'o1', amount: 987654 })).rejects.not.toThrow(/987654/)
  })

  test('raw knows the placeholders', async () => {
    const { rows } = await orders.raw('SELECT max(amount) AS most FROM {orders} WHERE id = ?', ['o2'])
    expect(rows).toEqual([{ most: 20 }])
  })
})

describe('writes', () => {
  test('that find what they expect are done', async () => {
    await orders.write({ text: 'UPDATE {orders} SET version = 2 WHERE id = $1 AND version = 1', values: ['o1'], expect: 1 })
    expect(await orders.query(`SELECT version FROM {orders} WHERE id = 'o1'`)).toEqual([{ version: 2 }])
  })

  test('given together are done together, or not at all', async () => {
    const insert = (id: string) => ({ text: 'INSERT INTO {orders} (id) VALUES ($1)', values: [id], expect: 1 })
    const known = async () => (await orders('orders').whereIn('id', ['t1', 't2', 't3']).orderBy('id')).map(({ id }: { id: string }) => id)
    const before = database.statistics().queries
    await orders.write([insert('t1'), insert('t2')])
    expect(database.statistics().queries - before).toBe(1)
    await expect(orders.write([insert('t3'), insert('t1')])).rejects.toMatchObject({ code: '23505' })
    expect(await known()).toEqual(['t1', 't2'])
    await orders.transaction((tx) => orders.write([insert('t3'), { text: 'DELETE FROM {orders} WHERE id = $1', values: ['t3'], expect: 1 }], tx))
    expect(await known()).toEqual(['t1', 't2'])
    await orders.write({ text: 'DELETE FROM {orders} WHERE id = ANY($1)', values: [['t1', 't2']] })
  })

  test('that find fewer or more rows are undone', async () => {
    const stale = orders.write({ text: 'UPDATE {orders} SET version = 9 WHERE version = $1', values: [1], expect: 1 })
    await expect(stale).rejects.toMatchObject({
      code: 'stale_write',
      details: { expected: 1, actual: 2, statement: 'UPDATE {orders} SET version = 9 WHERE version = $1' },
    })
    expect(await orders.query('SELECT 1 FROM {orders} WHERE version = 9')).toEqual([])
  })

  test('of which only one can be first: the others are stale', async () => {
    const write = () => orders.write({ text: `UPDATE {orders} SET version = version + 1 WHERE id = 'o1' AND version = 1`, values: [], expect: 1 })
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, write))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    expect(outcomes.every((outcome) => outcome.status === 'fulfilled' || isParleyError(outcome.reason, 'stale_write'))).toBe(true)
    expect(await orders.query(`SELECT version FROM {orders} WHERE id = 'o1'`)).toEqual([{ version: 2 }])
  })
})

describe('transactions', () => {
  test('span plugins on one connection, builders included', async () => {
    await orders.transaction(async (tx) => {
      const other = entries.within(tx)
      const [own] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      expect(await other.query('SELECT pg_backend_pid() AS pid')).toEqual([own])
      await tx('orders').where({ id: 'o1' }).update({ amount: 11 })
      await other('entries').insert({ order: 'o1', amount: 11 })
      expect(await entries.query('SELECT 1 FROM {entries}')).toEqual([])
    })
    expect(await entries.query('SELECT amount FROM {entries}')).toEqual([{ amount: 11 }])
  })

  test('roll back everything when the work fails', async () => {
    const work = orders.transaction(async (tx) => {
      await entries.write({ text: `INSERT INTO {entries} VALUES ('o1', 1)`, values: [] }, tx)
      await tx('orders').delete()
      throw new Error('no')
    })
    await expect(work).rejects.toThrow('no')
    expect(await countOrders()).toBe(2)
    expect(await entries.query('SELECT 1 FROM {entries}')).toEqual([])
  })

  test('roll back when a write is stale', async () => {
    const work = orders.transaction(async (tx) => {
      await tx.query(`DELETE FROM {orders} WHERE id = 'o1'`)
      await tx.write({ text: `UPDATE {orders} SET version = 2 WHERE id = 'o1'`, values: [], expect: 1 })
    })
    await expect(work).rejects.toMatchObject({ code: 'stale_write' })
    expect(await countOrders()).toBe(2)
  })

  test('run hooks around the commit, and none after a roll-back', async () => {
    const seen: string[] = []
    await orders.transaction(async (tx) => {
      tx.afterCommit(() => void seen.push(`after ${seen.length}`))
      tx.beforeCommit(async () => {
        await tx.query(`DELETE FROM {orders} WHERE id = 'o1'`)
        seen.push('before')
        tx.beforeCommit(() => void seen.push('from a hook'))
      })
    })
    expect(seen).toEqual(['before', 'from a hook', 'after 2'])
    expect(await countOrders()).toBe(1)
    const failing = orders.transaction(async (tx) => {
      tx.afterCommit(() => void seen.push('never'))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(seen).not.toContain('never')
  })

  test('survive a hook that throws after the commit', async () => {
    const result = orders.transaction(async (tx) => {
      tx.afterCommit(() => {
        throw new Error('ignored')
      })
      return 'done'
    })
    expect(await result).toBe('done')
  })

  test('tell when a caught error has made the commit impossible', async () => {
    const work = orders.transaction(async (tx) => {
      await tx.query('DELETE FROM {orders}')
      await tx.query('SELECT nonsense').catch(() => undefined)
    })
    await expect(work).rejects.toThrow(/rolled back/)
    expect(await countOrders()).toBe(2)
  })

  test('are refused inside one another', async () => {
    await expect(orders.transaction((tx) => tx.transaction(async () => undefined))).rejects.toThrow(/inside another.*db\.within/)
    await expect(orders.transaction(() => entries.transaction(async () => undefined))).rejects.toThrow(/inside another.*db\.within/)
    expect(await orders.transaction(async () => 1)).toBe(1)
  })

  test('cannot be used when they have ended', async () => {
    let kept: Transaction | undefined
    await orders.transaction(async (tx) => void (kept = tx))
    await expect(kept?.query('SELECT 1')).rejects.toThrow(/has ended/)
    await expect(kept?.('orders').select()).rejects.toThrow(/has ended/)
  })

  test('take statements given at once, one after another', async () => {
    const sums = await orders.transaction((tx) => Promise.all([1, 2, 3, 4].map((n) => tx.query('SELECT $1::int AS n', [n]))))
    expect(sums.flat().map((row) => row['n'])).toEqual([1, 2, 3, 4])
  })

  test('end after statements that were not awaited', async () => {
    await orders.transaction(async (tx) => {
      void tx.query(`DELETE FROM {orders} WHERE id = 'o1'`)
      void tx.query(`INSERT INTO {orders} (id) SELECT 'o' || txid_current_if_assigned()`)
    })
    expect(await countOrders()).toBe(2)
    const failing = orders.transaction(async (tx) => {
      void tx.query('DELETE FROM {orders}')
      void tx.query('SELECT nonsense').catch(() => undefined)
    })
    await expect(failing).rejects.toThrow(/rolled back/)
    expect(await countOrders()).toBe(2)
  })

  test('wait for a connection when all are taken, and give theirs back', async () => {
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, n) => orders.transaction(async (tx) => (await tx.query('SELECT $1::int AS n', [n]))[0])),
    )
    expect(results).toHaveLength(30)
    expect(database.pool.totalCount).toBeLessThanOrEqual(3)
    expect(database.pool.waitingCount).toBe(0)
  })
})
