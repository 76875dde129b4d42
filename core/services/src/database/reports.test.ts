import { ParleyError } from '@parley/plugin-api'
import { createTestDatabase, silentLogger, type TestDatabase } from '@parley/test-kit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTestClock } from '../clock/index.ts'
import { createDatabase, type Database } from './create-database.ts'
import type { ReportsOptions } from './open-standbys.ts'
import { Reports } from './reports.ts'
import { Standby } from './standby.ts'

const notes = { id: 'notes', migrations: { '20261121T0900_notes': { up: (db: any) => db.raw('CREATE TABLE notes (n int)') } } }
const readOnly = `SELECT current_setting('default_transaction_read_only') AS "readOnly"`
const nobody = 'postgres://postgres@127.0.0.1:1/x'

describe('reports', () => {
  let primary: TestDatabase
  const opened: Database[] = []
  const open = (reports?: ReportsOptions) => {
    const one = createDatabase({ url: primary.url, reports, log: silentLogger })
    opened.push(one)
    return one
  }
  beforeAll(async () => void (primary = await createTestDatabase({ plugins: [notes] })))
  afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))))
  afterAll(() => primary.close())

  test('without a standby are read as everything else', async () => {
    const one = open()
    expect(await one.forPlugin('notes').report('SELECT count(*)::int AS n FROM {notes} WHERE n = $1', [1])).toEqual([{ n: 0 }])
    expect(one.statistics()).toEqual({ queries: 1, reports: { replica: 0, primary: 1 } })
    expect([await one.reports.problem(), await one.reports.lags()]).toEqual([undefined, []])
  })

  // the server of the tests takes writes: as one that was promoted
  test('are read from the standby by connections that only read', async () => {
    const one = open({ url: primary.url })
    expect(await one.host.report(readOnly)).toEqual([{ readOnly: 'on' }])
    expect(await one.host.query(readOnly)).toEqual([{ readOnly: 'off' }])
    expect(one.statistics().reports).toEqual({ replica: 1, primary: 0 })
    expect(await one.reports.lags()).toEqual([{ standby: new URL(primary.url).host, lag: expect.any(Number) }])
  })

  test('take the next standby, and in the end the primary, when one cannot be reached', async () => {
    const second = open({ url: primary.url.replace('@', '@127.0.0.1:1,') })
    expect(await second.host.report(readOnly)).toEqual([{ readOnly: 'on' }])
    expect(await second.reports.problem()).toBeUndefined()

    const none = open({ url: nobody })
    expect(await none.host.report(readOnly)).toEqual([{ readOnly: 'off' }])
    expect(await none.reports.problem()).toMatch(/^The standby 127\.0\.0\.1:1 cannot be asked: .*ECONNREFUSED.*\. Reports run on the primary\.$/)
    expect(none.statistics().reports).toEqual({ replica: 0, primary: 1 })
  })

  test('are read from the primary when the standby lacks a table', async () => {
    await using older = await createTestDatabase()
    const one = open({ url: older.url })
    expect(await one.forPlugin('notes').report('SELECT n FROM {notes}')).toEqual([])
    expect(one.statistics().reports).toEqual({ replica: 0, primary: 1 })
  })

  test('that take too long are not begun again on the primary', async () => {
    const one = open({ url: primary.url, statementTimeout: 50 })
    await expect(one.host.report('SELECT pg_sleep(30)')).rejects.toMatchObject({ code: '57014' })
    expect(one.statistics()).toMatchObject({ queries: 0, reports: { primary: 0 } })
  })

  test('see what their transaction has written', async () => {
    const one = open({ url: primary.url })
    const seen = one.forPlugin('notes').transaction(async (tx) => {
      await tx.query('INSERT INTO {notes} VALUES (7)')
      const rows = await tx.report('SELECT n FROM {notes}')
      await tx.query('DELETE FROM {notes}')
      return rows
    })
    expect(await seen).toEqual([{ n: 7 }])
  })

  test.each([
    'INSERT INTO {notes} VALUES (1) RETURNING n',
    'WITH x AS (DELETE FROM {notes} RETURNING n) SELECT * FROM x',
    'SELECT n FROM {notes} FOR UPDATE',
  ])('change nothing, on the primary neither: %s', async (text) => {
    await expect(primary.db.report(text)).rejects.toMatchObject({ code: 'internal', message: expect.stringMatching(/^A report only reads/) })
    expect(await primary.db.report("SELECT 'UPDATE' AS word")).toEqual([{ word: 'UPDATE' }])
  })

  test('change nothing behind a function that writes', async () => {
    const one = open({ url: primary.url })
    await expect(one.host.report("SELECT nextval(pg_get_serial_sequence('host.audit_log', 'id'))")).rejects.toMatchObject({ code: 'internal' })
    expect(one.statistics().reports).toEqual({ replica: 0, primary: 0 })
  })
})

describe('a report that a standby does not answer', () => {
  const conflict = Object.assign(new Error('canceling statement due to conflict with recovery'), { code: '40001' })
  const unavailable = (cause: Error) => new ParleyError('database_unavailable', 'It is away.', { cause })

  test.each([
    ['because replay was in its way', conflict, 2],
    ['because all connections to it are busy', unavailable(new Error('timeout exceeded when trying to connect')), 2],
    ['because it has gone, which spares the next one the way', unavailable(new Error('Connection terminated')), 1],
  ])('%s, is read from the primary', async (_, error, expected) => {
    let asked = 0
    const standby = new Standby({
      name: 'db2',
      run: async () => (asked++, await Promise.reject(error)),
      ask: async () => ({ caughtUp: true, age: 0 }),
      clock: createTestClock(),
      log: silentLogger,
    })
    const reports = new Reports({ standbys: [standby], primary: async () => ({ rows: ['primary'] }) as never })
    const report = async () => (await reports.run({ text: 'SELECT 1' }, 5)).rows
    expect([await report(), await report(), asked]).toEqual([['primary'], ['primary'], expected])
    expect(reports.ran).toEqual({ replica: 0, primary: 2 })
  })
})
