import { createTestClock, unwatchedClaims } from '@parley/services'
import { silentLogger } from '@parley/test-kit'
import { describe, expect, it } from 'vitest'
import { LeaseKeeper } from './lease-keeper.ts'

const make = (answer: () => Promise<ReadonlySet<string>>, claims = unwatchedClaims()) => {
  const clock = createTestClock()
  let renewals = 0
  const keeper = new LeaseKeeper({
    clock,
    claims,
    log: silentLogger,
    seconds: 30,
    renew: async () => {
      renewals++
      return await answer()
    },
  })
  const until = new Date(clock.now().getTime() + 30_000)
  return { clock, lease: keeper.hold('conversation', 'token', until), renewals: () => renewals }
}

describe('a lease', () => {
  it('is sure without asking while it is renewed', async () => {
    const { clock, lease, renewals } = make(async () => new Set(['token']))
    expect(await lease.sure()).toBe(true)
    expect(renewals()).toBe(0)
    await clock.advance(65_000)
    expect(renewals()).toBe(6)
    expect(await lease.sure()).toBe(true)
    expect(renewals()).toBe(6)
    lease.end()
    expect(clock.waiting).toBe(0)
  })

  it('asks when renewals failed, and goes on when nobody has taken it', async () => {
    let reachable = false
    const { clock, lease } = make(async () => {
      if (!reachable) throw new Error('no database')
      return new Set(['token'])
    })
    await clock.advance(25_000)
    expect(await lease.sure()).toBe(false)
    expect(lease.lost).toBe(false)
    reachable = true
    expect(await lease.sure()).toBe(true)
    lease.end()
  })

  it('asks when others may believe this process dead', async () => {
    let held = new Set(['token'])
    const { lease, renewals } = make(async () => held, { ...unwatchedClaims(), sure: () => false })
    expect(await lease.sure()).toBe(true)
    expect(renewals()).toBe(1)
    held = new Set()
    expect(await lease.sure()).toBe(false)
    expect(lease.lost).toBe(true)
    lease.end()
  })

  it('is lost once somebody else has it', async () => {
    const { clock, lease } = make(async () => new Set())
    await clock.advance(10_000)
    expect(lease.lost).toBe(true)
    expect(lease.signal.aborted).toBe(true)
    expect(await lease.sure()).toBe(false)
    lease.end()
  })
})
