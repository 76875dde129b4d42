import { createTestDatabase, silentLogger, type TestDatabase } from '@parley/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from './create-database.ts'
import { connectToPrimary, serverUrls } from './servers.ts'

let database: TestDatabase
beforeAll(async () => void (database = await createTestDatabase()))
afterAll(() => database.close())

test.each([
  ['postgres://a@one:1/x', ['postgres://a@one:1/x']],
  ['postgres://a:p%40@one:1,two/x?ssl=1', ['postgres://a:p%40@one:1/x?ssl=1', 'postgres://a:p%40@two/x?ssl=1']],
  ['postgresql://[::1]:1,two', ['postgresql://[::1]:1', 'postgresql://two']],
])('%s', (url, servers) => expect(serverUrls(url)).toEqual(servers))

/** Nobody listens there. */
const withoutFirst = (): string => database.url.replace('@', '@127.0.0.1:1,')

test('a server that cannot be reached is passed over, by the pool and by sessions', async () => {
  const several = createDatabase({ url: withoutFirst(), log: silentLogger })
  expect(await Promise.all([1, 2, 3].map((n) => several.host.query('SELECT $1::int AS n', [n])))).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]])
  await several.close()
  const session = await connectToPrimary(withoutFirst(), {})
  expect((await session.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  await session.end()
})

test('when none can be reached each is asked once', async () => {
  const none = createDatabase({ url: 'postgres://postgres@127.0.0.1:1,127.0.0.1:2/x', log: silentLogger })
  await expect(none.host.query('SELECT 1')).rejects.toMatchObject({ code: 'database_unavailable' })
  await none.close()
})

test('a write that is refused as read-only is a server that is away, and its connection is not used again', async () => {
  const one = createDatabase({ url: database.url, max: 1, log: silentLogger })
  await one.host.query("SELECT set_config('default_transaction_read_only', 'on', false)")
  const write = (): Promise<unknown> => one.host.query("UPDATE {ticks} SET name = 'x'")
  await expect(write()).rejects.toMatchObject({ code: 'database_unavailable' })
  expect(await write()).toEqual([])
  await one.close()
})
