import { createTestDatabase, silentLogger, until, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../clock/index.ts'
import { createClaims, type ClaimsService } from './create-claims.ts'
import { openSession, type Session } from './session.ts'

const within = { within: 30_000 }

/** A process that can die: its session ends, and it never asks for another. */
interface Mortal {
  readonly claims: ClaimsService
  die(): Promise<void>
}

describe('who lives', () => {
  let database: TestDatabase
  const started: ClaimsService[] = []

  const start = async (connect = openSession, machine = { name: 'one', cores: 8 }): Promise<ClaimsService> => {
    const claims = createClaims({ url: database.url, clock: systemClock(), log: silentLogger, version: '1.0.0', machine, connect })
    started.push(claims)
    await claims.start(['worker'])
    return claims
  }

  const startMortal = async (): Promise<Mortal> => {
    let session: Session | undefined
    let dead = false
    const claims = await start(async (url) => {
      if (dead) throw new Error('the process is dead')
      return (session = await openSession(url))
    })
    return { claims, die: async () => ((dead = true), await session?.close()) }
  }

  const rows = () =>
    database.host.query<{ mark: string; gone: boolean }>('SELECT mark, gone_at IS NOT NULL AS gone FROM {instances} ORDER BY started_at')

  beforeEach(async () => {
    database = await createTestDatabase()
  })

  afterEach(async () => {
    await Promise.all(started.splice(0).map((claims) => claims.stop()))
    await database.close()
  })

  it('tokens carry the mark of their process and are never the same', async () => {
    const claims = await start()
    const [first, second] = [claims.token(), claims.token()]
    expect(first.slice(0, 8)).toBe(claims.mark)
    expect(second.slice(0, 8)).toBe(claims.mark)
    expect(first).not.toBe(second)
    expect(claims.sure(first)).toBe(true)
    expect(await rows()).toEqual([{ mark: claims.mark, gone: false }])
  })

  it('the others hear of a process that died', async () => {
    const [survivor, mortal] = [await start(), await startMortal()]
    const heard: (readonly string[])[] = []
    survivor.whenGone(() => void heard.push(survivor.gone()))
    await mortal.die()
    await until(() => heard.length > 0, within)
    expect(heard).toEqual([[mortal.claims.mark]])
    expect(mortal.claims.sure(mortal.claims.token())).toBe(false)
    expect(survivor.sure(survivor.token())).toBe(true)
  })

  it('as many workers of a machine as it has cores are at work, and another takes the place of one that ends', async () => {
    const small = { name: 'small', cores: 2 }
    const [first, second, third] = [await start(openSession, small), await start(openSession, small), await start(openSession, small)]
    const elsewhere = await start()
    await until(() => third.workers().length === 3, within)
    for (const each of [first, elsewhere]) await until(() => each.workers().length === 3, within)
    for (const each of [first, third, elsewhere]) expect(each.workers()).toEqual([first.mark, second.mark, elsewhere.mark])
    await first.stop()
    await until(() => elsewhere.workers().includes(third.mark), within)
    expect(elsewhere.workers()).toEqual([second.mark, third.mark, elsewhere.mark])
  })

  it('of processes that do not say on how many cores they run, all are at work', async () => {
    const single = { name: 'small', cores: 1 }
    const [first, second] = [await start(openSession, single), await start(openSession, single)]
    await until(() => second.workers().length === 1, within)
    // as those of an earlier version
    await database.host.query('UPDATE {instances} SET cores = NULL')
    await until(() => second.workers().length === 2, within)
    expect(second.workers()).toEqual([first.mark, second.mark])
  })

  it('one that ended in order is gone at once', async () => {
    const [survivor, other] = [await start(), await start()]
    await other.stop()
    await until(() => survivor.gone().includes(other.mark), within)
    expect(await rows()).toEqual([
      { mark: survivor.mark, gone: false },
      { mark: other.mark, gone: true },
    ])
  })

  it('a process whose connection was cut comes back under its mark, and nobody takes it for dead', async () => {
    const [survivor, other] = [await start(), await start()]
    const { mark } = other
    await database.host.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = ('x' || $1)::bit(32)::bigint::oid`,
      [mark],
    )
    await until(() => !other.sure(`${mark}-token`), within)
    await until(() => other.sure(`${mark}-token`), within)
    expect(other.mark).toBe(mark)
    expect(survivor.gone()).toEqual([])
  })

  it('a process that was believed dead goes on under another mark, and is sure of nothing it had', async () => {
    const claims = await start()
    const before = claims.token()
    await database.host.query('UPDATE {instances} SET gone_at = now() WHERE mark = $1', [claims.mark])
    await until(() => claims.sure(claims.token()) && !before.startsWith(claims.mark), within)
    expect(claims.sure(before)).toBe(false)
    await until(() => claims.gone().includes(before.slice(0, 8)), within)
  })

  it('behind a pooler that shares connections nobody is judged by a lock', async () => {
    let backend = 0
    const pooled = async (url: string): Promise<Session> => {
      const session = await openSession(url)
      const ask: Session['ask'] = async (text, values) => {
        const found = await session.ask<any>(text, values)
        return found.map((row) => ('backend' in row ? { ...row, backend: ++backend } : row))
      }
      return Object.assign(Object.create(session) as Session, { ask, close: () => session.close() })
    }
    const [survivor, shared] = [await start(), await start(pooled)]
    const watched = async () => (await database.host.query('SELECT watched FROM {instances} WHERE mark = $1', [shared.mark]))[0]?.['watched']
    await until(async () => (await watched()) === false, within)
    expect(shared.sure(shared.token())).toBe(true)
    expect(survivor.gone()).toEqual([])
  })
})
