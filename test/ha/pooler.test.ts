import { createClaims, createDatabase, migrateDatabase, systemClock, type Database } from '@parley/services'
import { createTestDatabase, silentLogger, until, type TestDatabase } from '@parley/test-kit'
import type { Logger } from '@parley/plugin-api'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startPgBouncer, type PgBouncer } from './pgbouncer.ts'

describe('behind PgBouncer in transaction mode', () => {
  let database: TestDatabase
  let pooler: PgBouncer
  const opened: Database[] = []
  const warnings: string[] = []
  const log: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) }

  const open = (options: { readonly preparedStatements?: boolean; readonly statementTimeout?: number }): Database => {
    const one = createDatabase({ url: pooler.url, max: 10, log, ...options })
    opened.push(one)
    return one
  }

  beforeAll(async () => {
    database = await createTestDatabase({
      plugins: [{ id: 'notes', migrations: { '20261121T0900_notes': { up: (db) => db.raw('CREATE TABLE notes (n int)') } } }],
    })
    pooler = await startPgBouncer({ url: database.url, size: 2 })
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()))
    warnings.length = 0
  })
  afterAll(async () => {
    await pooler.stop()
    await database.close()
  })

  const work = async (one: Database): Promise<number> => {
    const db = one.forPlugin('notes')
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        if (n % 3 === 0) return await db.transaction(async (tx) => void (await tx.query('INSERT INTO {notes} VALUES ($1)', [n])))
        await db.write({ text: 'INSERT INTO {notes} VALUES ($1)', many: 'INSERT INTO {notes} SELECT * FROM unnest($1::int[])', values: [n] })
      }),
    )
    const [row] = await db.query<{ count: number }>('SELECT count(DISTINCT n)::int AS count FROM {notes}')
    await db.query('DELETE FROM {notes}')
    return row!.count
  }

  it('ten connections work over two', async () => {
    expect(await work(open({ preparedStatements: false, statementTimeout: 0 }))).toBe(200)
    expect(await pooler.serverConnections()).toBeLessThanOrEqual(2)
    expect(warnings).toEqual([])
  })

  it('nothing fails outside of transactions when preparing was not switched off, and it is said once', async () => {
    const db = open({ statementTimeout: 0 }).forPlugin('notes')
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => db.query<{ n: number }>('SELECT $1::int AS n', [n])))
    expect(answers.map(([row]) => row!.n)).toEqual(Array.from({ length: 200 }, (_, n) => n))
    expect(warnings).toEqual([
      'the database connection goes through a pooler; nothing is prepared from now on. Set database.preparedStatements: false.',
    ])
  })

  it('a setting that the pooler refuses is named with what to do', async () => {
    await expect(open({ preparedStatements: false }).host.query('SELECT 1')).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringMatching(/^The pooler before PostgreSQL refuses the setting "statement_timeout"\..*database\.statementTimeout: 0/),
    })
  })

  it('migrations ask for PostgreSQL itself and leave no lock behind', async () => {
    await expect(migrateDatabase({ database: { directUrl: pooler.url }, plugins: [], log })).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining('DATABASE_DIRECT_URL'),
    })
    expect((await migrateDatabase({ database, plugins: [], log })).applied).toEqual([])
  })

  it('a process that has no session of its own is judged by nobody', async () => {
    const claims = createClaims({ url: pooler.url, clock: systemClock(), log, version: '1.0.0' })
    await claims.start(['worker'])
    // the session is given another server connection as soon as others use the pool
    const other = open({ preparedStatements: false, statementTimeout: 0 })
    await until(
      async () => {
        await work(other)
        const [row] = await database.host.query('SELECT watched FROM {instances} WHERE mark = $1', [claims.mark])
        return row?.['watched'] === false
      },
      { within: 60_000 },
    )
    expect(claims.sure(claims.token())).toBe(true)
    await claims.stop()
  }, 90_000)
})
