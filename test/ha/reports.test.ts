import { createAudit, createDatabase, migrateDatabase, systemClock, type Database } from '@parley/services'
import { silentLogger, until } from '@parley/test-kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, startPostgresPair, type PostgresPair } from './postgres-pair.ts'

const within = { within: 60_000 }

// one after the other: each leaves the standby as it was, but for the last
describe('reports, with a standby that replays, pauses, dies and comes back', () => {
  let servers: PostgresPair
  let database: Database

  beforeAll(async () => {
    servers = await startPostgresPair({ synchronous: false, standby: { max_standby_streaming_delay: '100ms' } })
    // who may read and write all, and see nothing of the server's own figures
    await ask(servers.primaryUrl, "CREATE ROLE reader LOGIN PASSWORD 'secret' IN ROLE pg_read_all_data, pg_write_all_data")
    const url = Object.assign(new URL(servers.standbyUrl), { username: 'reader', password: 'secret' }).href
    database = createDatabase({ url: servers.url, reports: { url }, log: silentLogger })
    await migrateDatabase({ database, plugins: [], log: silentLogger })
    await untilOnStandby()
  }, 120_000)
  afterAll(async () => {
    await database.close()
    await servers.stop()
  }, 60_000)

  const onStandby = async (lag = 5): Promise<boolean> => {
    const [row] = await database.host.report<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby', [], { lag })
    return row!.standby
  }
  const untilOnStandby = (): Promise<unknown> => until(() => onStandby(), within)
  const ran = () => database.statistics().reports
  const audit = () => createAudit({ database, clock: systemClock() })
  const record = (action: string): Promise<void> =>
    audit()
      .forPlugin('host')
      .record({ action, object: { type: 'test', id: action } })
  const entriesOf = async (action: string): Promise<number> => (await audit().store.list({ action, limit: 10 })).length

  it('are read from the standby, and everything else from the primary', async () => {
    expect(await onStandby()).toBe(true)
    expect(await database.host.query('SELECT pg_is_in_recovery() AS standby')).toEqual([{ standby: false }])
    expect(await database.reports.problem()).toBeUndefined()

    await record('first')
    await until(async () => (await entriesOf('first')) === 1, within)
    const before = ran()
    await entriesOf('first')
    expect(ran()).toEqual({ ...before, replica: before.replica + 1 })
    // what was just done to an object is looked up where it was written
    expect(await audit().store.list({ objectType: 'test', objectId: 'first', limit: 10 })).toHaveLength(1)
    expect(ran().replica).toBe(before.replica + 1)
  })

  it('cannot write there, and are not tried again where they could', async () => {
    const before = ran()
    await expect(database.host.report("SELECT nextval(pg_get_serial_sequence('host.audit_log', 'id'))")).rejects.toMatchObject({ code: 'internal' })
    expect(ran()).toEqual(before)
  })

  it('are read from the primary while the standby replays nothing, unless they bear it', async () => {
    await ask(servers.standbyUrl, 'SELECT pg_wal_replay_pause()')
    await record('second')
    await until(async () => (await entriesOf('second')) === 1, within)
    expect(await onStandby()).toBe(false)
    expect(await onStandby(1_000)).toBe(true)
    expect((await database.reports.lags())[0]!.lag).toBeGreaterThan(4)
    await ask(servers.standbyUrl, 'SELECT pg_wal_replay_resume()')
    await untilOnStandby()
    expect(await entriesOf('second')).toBe(1)
  }, 90_000)

  it('are read from the primary when replay ends them', async () => {
    const before = ran()
    const sleeping = database.host.report<{ standby: boolean }>(
      'SELECT pg_is_in_recovery() AS standby, CASE WHEN pg_is_in_recovery() THEN pg_sleep(60) END FROM (SELECT count(*) FROM {audit_log}) n',
    )
    await until(async () => (await ask(servers.standbyUrl, "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length === 1, within)
    await ask(servers.primaryUrl, 'BEGIN; LOCK TABLE host.audit_log IN ACCESS EXCLUSIVE MODE; COMMIT')
    expect(await sleeping).toMatchObject([{ standby: false }])
    expect(ran().primary).toBe(before.primary + 1)
    await untilOnStandby()
  }, 90_000)

  it('are read from the primary while the standby is dead, and from the standby when it lives again', async () => {
    await servers.killStandby()
    expect(await onStandby()).toBe(false)
    expect(await database.reports.problem()).toMatch(/^The standby 127\.0\.0\.1:\d+ cannot be asked: .+\. Reports run on the primary\.$/)
    await servers.startStandby()
    await untilOnStandby()
    expect(await database.reports.problem()).toBeUndefined()
  }, 90_000)

  it('are read from the primary while the standby hangs', async () => {
    servers.freezeStandby()
    await until(async () => (await database.reports.problem())?.includes('timeout'), within)
    expect(await onStandby()).toBe(false)
    servers.thawStandby()
    await untilOnStandby()
  }, 90_000)

  it('do not trust a standby that has lost its primary, and are read from it, still without writing, when it was promoted', async () => {
    await servers.killPrimary()
    await until(async () => (await ask(servers.standbyUrl, 'SELECT FROM pg_stat_wal_receiver')).length === 0, within)
    await until(async () => ((await database.reports.lags())[0]?.lag ?? 0) > 2, within)
    await servers.promote()
    const before = ran()
    await until(async () => (await onStandby()) === false && ran().replica > before.replica, within)
    await expect(database.host.report("SELECT nextval(pg_get_serial_sequence('host.audit_log', 'id'))")).rejects.toMatchObject({ code: 'internal' })
    // what takes writes has found it, too
    await record('third')
    await until(async () => (await entriesOf('third')) === 1, within)
  }, 120_000)
})
