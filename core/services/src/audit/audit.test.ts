import { runInContext } from '@parley/kernel'
import { secretMask, type Actor } from '@parley/plugin-api'
import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTestClock, type TestClock } from '../clock/index.ts'
import { auditRoutes, createAudit, trackAudit, wasAudited, type AuditService } from './index.ts'

const oksana: Actor = { kind: 'user', id: 'u1', name: 'Oksana Koval', can: () => true }
const botOf = (id: string) => ({ type: 'bot', id })

describe('audit', () => {
  let database: TestDatabase
  let clock: TestClock
  let audit: AuditService
  beforeEach(async () => {
    database = await createTestDatabase()
    clock = createTestClock()
    audit = createAudit({ database, clock })
  })
  afterEach(() => database.close())

  const all = () => audit.store.list({ limit: 100 })

  test('an entry says who, what, when, from where, before and after', async () => {
    const context = { plugin: 'conversations', requestId: 'r1', address: '203.0.113.7', actor: oksana }
    await runInContext(context, () =>
      audit
        .forPlugin('conversations')
        .record({ action: 'bot.update', object: { ...botOf('b1'), title: 'Shop' }, before: { name: 'a' }, after: { name: 'b' } }),
    )
    expect(await all()).toEqual([
      {
        id: '1',
        at: clock.now().toISOString(),
        plugin: 'conversations',
        action: 'bot.update',
        object: { type: 'bot', id: 'b1', title: 'Shop' },
        actor: { kind: 'user', id: 'u1', name: 'Oksana Koval' },
        address: '203.0.113.7',
        requestId: 'r1',
        before: { name: 'a' },
        after: { name: 'b' },
      },
    ])
  })

  test('outside of a request the platform itself is the one who did it', async () => {
    await audit.forPlugin('conversations').record({ action: 'bot.create', object: botOf('b1') })
    expect(await all()).toMatchObject([{ actor: { kind: 'system', name: 'Parley' } }])
  })

  test('an entry is committed and rolled back with the write it describes', async () => {
    const own = audit.forPlugin('conversations')
    const failing = database.forPlugin('conversations').transaction(async (tx) => {
      await own.record({ action: 'bot.create', object: botOf('lost') }, { within: tx })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    const batch = database.host.batch()
    await own.record({ action: 'bot.create', object: botOf('b1') }, { within: batch })
    await own.record({ action: 'bot.create', object: botOf('b2') }, { within: batch })
    expect(await all()).toEqual([])
    await batch.commit()
    expect((await all()).map(({ object }) => object.id).toSorted()).toEqual(['b1', 'b2'])
  })

  test('secrets that a caller forgot to mask are masked, and huge values left out', async () => {
    const after = { token: 'secret', at: new Date(0), nested: { apiKey: 'k' } }
    await audit.forPlugin('a').record({ action: 'bot.update', object: botOf('b1'), before: { text: 'x'.repeat(70_000) }, after })
    expect(await all()).toMatchObject([
      { before: { omitted: 'too large' }, after: { token: secretMask, at: '1970-01-01T00:00:00.000Z', nested: { apiKey: secretMask } } },
    ])
  })

  test('a request knows whether anything in it was audited, also by another plugin on its behalf', async () => {
    const context = trackAudit({ plugin: 'panel', requestId: 'r1', actor: oksana })
    expect(wasAudited(context)).toBe(false)
    await runInContext(context, () =>
      runInContext({ ...context, plugin: 'clients' }, () => audit.forPlugin('clients').record({ action: 'client.update', object: botOf('c1') })),
    )
    expect(wasAudited(context)).toBe(true)
  })

  test('the log is read newest first, by object, by person and in pages', async () => {
    const own = audit.forPlugin('a')
    for (const id of ['b1', 'b2', 'b1', 'b1']) await own.record({ action: 'bot.update', object: botOf(id) })
    await runInContext({ plugin: 'a', requestId: 'r1', actor: oksana }, () =>
      own.record({ action: 'user.sign_in', object: { type: 'user', id: 'u1' } }),
    )
    const [route] = auditRoutes(audit)
    const read = async (query: object) => {
      const parsed = await route!.options.query!['~standard'].validate(query)
      return (await route!.handle({ query: parsed.value } as never, {})) as { items: { id: string; object: { id: string } }[]; nextCursor?: string }
    }
    expect((await read({})).items.map(({ id }) => id)).toEqual(['5', '4', '3', '2', '1'])
    const first = await read({ object: 'bot:b1', limit: '2' })
    expect(first.items.map(({ id }) => id)).toEqual(['4', '3'])
    const second = await read({ object: 'bot:b1', limit: '2', cursor: first.nextCursor })
    expect(second).toEqual({ items: [expect.objectContaining({ id: '1' })] })
    expect((await read({ object: 'user', actor: 'u1' })).items).toHaveLength(1)
    expect((await read({ from: '2027-01-01T00:00:00Z' })).items).toEqual([])
  })

  test.each([
    [{}, 0],
    [{ objectType: 'bot', objectId: 'b1', action: 'bot.update' }, 0],
    [{ actorId: 'u1', from: new Date(0) }, 0],
    [{ before: '9' }, 0],
    [{ action: 'bot.update' }, 1],
    [{ objectType: 'bot' }, 1],
    [{ until: new Date() }, 1],
  ])('of what is asked for, only what must be looked for in the whole log may be a little old: %j', async (filter, reports) => {
    await audit.store.list({ ...filter, limit: 10 })
    expect(database.statistics().reports.primary).toBe(reports)
  })
})
