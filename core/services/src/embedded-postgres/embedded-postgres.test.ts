import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildProgram, startProgram } from '@parley/test-kit'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isServerOf, readLock } from './lock-file.ts'
import { canReach } from './unprivileged-account.ts'

interface Ready {
  readonly url: string
  readonly pid: number
  readonly adopted: boolean
  readonly folder: string
  readonly problem?: string
}

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65_534, gid: 65_534 }

let program: string
let home: string
let dataDir: string
const started: Awaited<ReturnType<typeof startProgram<Ready>>>[] = []

beforeAll(async () => void (program = await buildProgram(new URL('embedded.program.ts', import.meta.url))))
afterAll(() => rmSync(program, { force: true }))
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'parley-embedded-'))
  chmodSync(home, 0o755)
  dataDir = join(home, 'postgres')
})
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
  const lock = readLock(dataDir)
  if (lock !== undefined && isServerOf(dataDir, lock.pid)) process.kill(lock.pid, 'SIGQUIT')
  await expect.poll(() => lock !== undefined && isServerOf(dataDir, lock.pid), { timeout: 10_000 }).toBe(false)
  rmSync(home, { recursive: true, force: true })
})

const startParley = async (options: Parameters<typeof startProgram>[2] = {}) => {
  const parley = await startProgram<Ready>(program, { dataDir }, options)
  started.push(parley)
  return parley
}
const query = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
const lives = (pid: number) => isServerOf(dataDir, pid)

describe('the embedded PostgreSQL', () => {
  test('makes its data at the first start, keeps it over a stop, and leaves no child', async () => {
    const first = await startParley()
    expect(first.ready.adopted).toBe(false)
    await query(first.ready.url, 'CREATE TABLE kept AS SELECT 1 AS one')
    first.child.kill('SIGTERM')
    expect(await first.ended).toEqual([0, null])
    expect(lives(first.ready.pid)).toBe(false)
    const second = await startParley()
    expect(second.ready.adopted).toBe(false)
    expect(await query(second.ready.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
  })

  test('writes to disk before it says that something is committed, and listens to this machine only', async () => {
    const { ready } = await startParley()
    const settings = await query(
      ready.url,
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'unix_socket_directories') ORDER BY 1`,
    )
    expect(settings.map(({ setting }) => setting)).toEqual(['on', 'on', '127.0.0.1', 'on', ''])
    await expect(query(ready.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  })

  test('sorts by the collations that the platform names', async () => {
    const { ready } = await startParley()
    const rows = await query(ready.url, `SELECT word FROM (VALUES ('б'), ('Z'), ('ä'), ('А'), ('a')) words (word) ORDER BY word COLLATE "und-x-icu"`)
    expect(rows.map(({ word }) => word)).toEqual(['a', 'ä', 'Z', 'А', 'б'])
    expect(await query(ready.url, `SELECT lower('ÄЇ') AS low`)).toEqual([{ low: 'äї' }])
  })

  test('survives a Parley that is killed, and the next one takes it over with everything in it', async () => {
    const first = await startParley()
    await query(first.ready.url, 'CREATE TABLE kept AS SELECT 1 AS one')
    first.child.kill('SIGKILL')
    await first.ended
    expect(lives(first.ready.pid)).toBe(true)
    const second = await startParley()
    expect(second.ready).toMatchObject({ adopted: true, pid: first.ready.pid })
    expect(await query(second.ready.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
    second.child.kill('SIGTERM')
    await second.ended
    expect(lives(first.ready.pid)).toBe(false)
  })

  test('refuses a second Parley on its folder in one sentence, and the first does not notice', async () => {
    const first = await startParley()
    const second = await startParley()
    expect(second.ready.problem).toBe(
      `Another Parley (process ${first.child.pid}) runs on the data folder "${dataDir}": stop it, or set PARLEY_DATA_DIR to another folder. ` +
        'Or set DATABASE_URL to a PostgreSQL 15 or newer.',
    )
    expect(await query(first.ready.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('lets one of two that start at once have the folder', async () => {
    const both = await Promise.all([startParley(), startParley()])
    expect(both.filter(({ ready }) => ready.problem === undefined)).toHaveLength(1)
    expect(both.find(({ ready }) => ready.problem !== undefined)?.ready.problem).toMatch(/^Another Parley/)
  })

  test('gets over a lock whose process is now somebody else', async () => {
    const first = await startParley()
    await query(first.ready.url, 'CREATE TABLE kept AS SELECT 1 AS one')
    const lock = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8')
    first.child.kill('SIGTERM')
    await first.ended
    writeFileSync(join(dataDir, 'postmaster.pid'), lock.replace(/^\d+/, String(process.pid)), { mode: 0o600 })
    if (isRoot) chownSync(join(dataDir, 'postmaster.pid'), ...ownerOf(dataDir))
    const second = await startParley()
    expect(second.ready.adopted).toBe(false)
    expect(await query(second.ready.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
  })

  test('is started again on its port when it dies under a living Parley', async () => {
    const { ready } = await startParley()
    await query(ready.url, 'CREATE TABLE kept AS SELECT 1 AS one')
    process.kill(ready.pid, 'SIGKILL')
    await expect.poll(() => query(ready.url, 'SELECT one FROM kept').catch(() => 'away'), { timeout: 20_000 }).toEqual([{ one: 1 }])
    expect(readLock(dataDir)?.pid).not.toBe(ready.pid)
    const second = await startParley()
    expect(second.ready.problem).toMatch(/^Another Parley/)
  })

  test("is not in the terminal's process group: Ctrl-C reaches Parley, which drains first", async () => {
    const parley = await startParley({ detached: true })
    process.kill(-parley.child.pid!, 'SIGINT')
    expect(await parley.message()).toEqual({ state: 'drained' })
    await parley.ended
    expect(lives(parley.ready.pid)).toBe(false)
  })

  test.each([
    ['none', {}],
    ['one that is not installed', { LANG: 'xx_YY.UTF-8', LC_ALL: 'xx_YY.UTF-8' }],
    ['a Turkish one', { LANG: 'tr_TR.UTF-8' }],
    ['the plainest', { LANG: 'C' }],
  ])('starts with any locale: %s', async (_, env) => {
    const { ready } = await startParley({ env: { PATH: process.env['PATH'], ...env } })
    expect(await query(ready.url, `SELECT lower('I') AS low`)).toEqual([{ low: 'i' }])
  })

  test('works below a folder that is closed to others, or says where it went', async () => {
    chmodSync(home, 0o700)
    const { ready, child, ended } = await startParley()
    expect(await query(ready.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(ready.folder === dataDir).toBe(!isRoot)
    child.kill('SIGTERM')
    await ended
    if (isRoot) rmSync(dirname(ready.folder), { recursive: true })
  })

  test('does not touch a folder with something else in it', async () => {
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'diary.txt'), 'mine')
    expect((await startParley()).ready.problem).toMatch(/is not empty and holds no PostgreSQL data/)
    expect(readFileSync(join(dataDir, 'diary.txt'), 'utf8')).toBe('mine')
  })

  test('does not start on the data of another major version', async () => {
    const { child, ended } = await startParley()
    child.kill('SIGTERM')
    await ended
    writeFileSync(join(dataDir, 'PG_VERSION'), '15\n')
    expect((await startParley()).ready.problem).toMatch(/was written by PostgreSQL 15 and this release brings 18/)
  })
})

// Only root can become somebody else, who must be able to read this repository.
if (isRoot && canReach(import.meta.dirname, nobody)) {
  describe('the embedded PostgreSQL, by accounts', () => {
    test("runs as a user on that user's folder", async () => {
      chmodSync(home, 0o700)
      chownSync(home, nobody.uid, nobody.gid)
      const { ready } = await startParley(nobody)
      expect(ready.folder).toBe(dataDir)
      expect(await query(ready.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    })

    test("goes on with a user's data when root starts it", async () => {
      chownSync(home, nobody.uid, nobody.gid)
      const first = await startParley(nobody)
      await query(first.ready.url, 'CREATE TABLE kept AS SELECT 1 AS one')
      first.child.kill('SIGTERM')
      await first.ended
      const second = await startParley()
      expect(await query(second.ready.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
    })

    test('tells a user whose folder it is', async () => {
      const first = await startParley()
      first.child.kill('SIGTERM')
      await first.ended
      expect((await startParley(nobody)).ready.problem).toMatch(/belongs to another user \(id \d+\)\. Start Parley as that user\./)
    })

    test('says that a user id without an account does not do', async () => {
      const stranger = { uid: 54_321, gid: 54_321 }
      chownSync(home, stranger.uid, stranger.gid)
      expect((await startParley(stranger)).ready.problem).toMatch(/needs an account for the user id 54321/)
    })
  })
}

const ownerOf = (folder: string): [number, number] => {
  const { uid, gid } = statSync(folder)
  return [uid, gid]
}
