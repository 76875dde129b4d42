import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createTestDatabase, silentLogger, testServerUrl, type TestDatabase } from '@parley/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type Database } from './create-database.ts'

let database: TestDatabase
let side: Database
beforeAll(async () => {
  database = await createTestDatabase({ max: 4 })
  side = createDatabase({ url: database.url, max: 1, log: silentLogger })
})
afterAll(async () => {
  await side.close()
  await database.close()
})

const unavailable = { code: 'database_unavailable', family: 'operational', status: 503 }

const problemOf = (work: PromiseLike<unknown>) => Promise.resolve(work).catch((error: unknown) => error)

/** As when PostgreSQL shuts down: every connection of the pool is ended by the server. */
const endConnections = () =>
  side.host.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()')
const untilAsleep = async () => {
  await expect
    .poll(() => side.host.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`))
    .toHaveLength(1)
}

/** A way to the server that can be cut. */
const startProxy = async () => {
  const target = new URL(testServerUrl())
  const sockets = new Set<Socket>()
  const { connect } = await import('node:net')
  const proxy = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => other.destroy())
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve))
  const url = new URL(database.url)
  url.port = String((proxy.address() as AddressInfo).port)
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const close = () => {
    proxy.close()
    cut()
  }
  return { url: url.href, cut, close }
}

describe('a server that goes away', () => {
  test('under idle connections is not noticed', async () => {
    await Promise.all([1, 2, 3].map(() => database.host.query('SELECT pg_sleep(0.01)')))
    await endConnections()
    await expect.poll(() => database.pool.totalCount).toBe(0)
    expect(await database.host.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('under a statement makes it database_unavailable, and the next one works', async () => {
    const outcome = problemOf(database.host.query('SELECT pg_sleep(30)'))
    await untilAsleep()
    await endConnections()
    expect(await outcome).toMatchObject(unavailable)
    await expect.poll(() => database.pool.totalCount).toBe(0)
    expect(await database.host.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('under a builder does the same', async () => {
    const outcome = problemOf(database.host.raw('SELECT pg_sleep(30)'))
    await untilAsleep()
    await endConnections()
    expect(await outcome).toMatchObject(unavailable)
  })

  test('in a transaction rolls it back and runs no hook', async () => {
    let committed = false
    const work = database.host.transaction(async (tx) => {
      tx.afterCommit(() => void (committed = true))
      await tx.query('SELECT 1')
      await endConnections()
      await tx.query('SELECT 1')
    })
    await expect(work).rejects.toMatchObject(unavailable)
    expect(committed).toBe(false)
    expect(await database.host.transaction((tx) => tx.query('SELECT 1 AS one'))).toEqual([{ one: 1 }])
  })

  test('behind a network that is cut makes everything database_unavailable until it is back', async () => {
    const proxy = await startProxy()
    const far = createDatabase({ url: proxy.url, max: 2, log: silentLogger })
    await far.host.query('SELECT 1')
    const batch = far.host.batch()
    await far.host.write({ text: 'SELECT pg_sleep($1)', values: [30] }, batch)
    const outcome = problemOf(batch.commit())
    await untilAsleep()
    proxy.cut()
    expect(await outcome).toMatchObject(unavailable)
    expect(await far.host.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    proxy.close()
    await expect(far.host.query('SELECT 1')).rejects.toMatchObject(unavailable)
    await far.close()
  })

  test('from the start is said so', async () => {
    const nobody = createDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', log: silentLogger })
    await expect(nobody.host.query('SELECT 1')).rejects.toMatchObject(unavailable)
    await expect(nobody.host.transaction(async () => 1)).rejects.toMatchObject(unavailable)
    await expect(nobody.host('migrations').select()).rejects.toMatchObject(unavailable)
    await nobody.close()
  })
})

test('a statement that takes too long is given up', async () => {
  const hasty = createDatabase({ url: database.url, statementTimeout: 50, log: silentLogger })
  await expect(hasty.host.query('SELECT pg_sleep(30)')).rejects.toMatchObject({ code: '57014' })
  expect(await hasty.host.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  await hasty.close()
})
