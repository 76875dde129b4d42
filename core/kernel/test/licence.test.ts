import { definePlugin, extensionPoint, type Entitlements, type Role } from '@parley/plugin-api'
import { beforeEach, expect, test } from 'vitest'
import { TestPublisher } from '../src/licence/test-licence.ts'
import { LicenceSet } from '../src/index.ts'
import { boot, installed, toyKernel } from './boot.ts'
import { greeter } from './toys/greeter.ts'
import { visitor } from './toys/visitor.ts'

const vendor = new TestPublisher()
const lasting = vendor.held({ features: { gold: {}, 'gold.voice': {} } })
const manifest = { kind: 'feature', api: '^1.0', licence: 'gold' } as const

let now: Date
let licences: LicenceSet
beforeEach(() => {
  now = new Date('2026-11-21T12:00:00Z')
  licences = new LicenceSet({ base: [], required: false, keys: [vendor.pair.publicKey], now: () => now })
})

const enter = async (kernel: Awaited<ReturnType<typeof boot>>['kernel']) =>
  kernel.plugins()[1]!.run({ requestId: 'r' }, ({ visit }) => visit.enter('Ada') as Promise<string>)

test('what the licence brings is suspended when its time is over and comes back with a renewal, consumers untouched', async () => {
  licences.hold([lasting])
  const { kernel, states } = await boot([installed(greeter, { manifest: { ...manifest, id: 'greeter' } }), visitor], { licensing: licences })
  expect(states()).toEqual({ greeter: 'running', visitor: 'running' })
  now = new Date('2026-12-31T00:00:00Z')
  kernel.applyLicence()
  expect(states()).toEqual({
    greeter: 'suspended: the licence "lic_1" expired on 2026-12-20, and its 10 days of grace are over. Renew it',
    visitor: 'running',
  })
  await expect(enter(kernel)).rejects.toMatchObject({ code: 'plugin_unavailable' })
  licences.hold([vendor.held({ id: 'lic_2', issued: '2026-12-31', expires: '2027-12-31' })])
  kernel.applyLicence()
  expect(states()).toEqual({ greeter: 'running', visitor: 'running' })
  expect(await enter(kernel)).toBe('Hello, Ada!')
})

test('after a restart an ended licence still loads what it brought, suspended, and its start hook runs at the renewal', async () => {
  const told: string[] = []
  const toy = definePlugin({ id: 'toy', init: () => void told.push('init'), start: (_, role: Role) => void told.push(`start ${role}`) })
  licences.hold([lasting])
  now = new Date('2027-02-01T00:00:00Z')
  const { kernel, states } = await boot([installed(toy, { manifest: { ...manifest, id: 'toy' } })], { licensing: licences, critical: ['toy'] })
  expect([states()['toy'], told]).toEqual([expect.stringContaining('suspended'), ['init']])
  licences.hold([vendor.held({ issued: '2027-02-01', expires: '2027-12-31' })])
  kernel.applyLicence()
  await expect.poll(() => told).toEqual(['init', 'start web'])
  kernel.suspend('toy', 'for a test')
  kernel.resume('toy')
  expect(told).toEqual(['init', 'start web'])
})

test('a licence taken away suspends what runs; what was never loaded waits for a restart and says so', async () => {
  let imported = 0
  const never = { id: 'never', version: '1.0.0', manifest: { ...manifest, id: 'never', licence: 'silver' }, load: async () => void (imported += 1) }
  licences.hold([lasting])
  const { kernel, states } = await boot([installed(greeter, { manifest: { ...manifest, id: 'greeter' } }), never], { licensing: licences })
  licences.hold([vendor.held({ issued: '2026-11-21', features: { silver: {} } })])
  kernel.applyLicence()
  expect(states()).toEqual({
    greeter: 'suspended: the licence does not include "gold"',
    never: 'unlicensed: the licence includes it now. Restart every process, one after the other, to load it',
  })
  expect(imported).toBe(0)
})

test('what was suspended for another reason is left alone', async () => {
  licences.hold([lasting])
  const { kernel, states } = await boot([installed(greeter, { manifest: { ...manifest, id: 'greeter' } })], { licensing: licences })
  kernel.suspend('greeter', 'an administrator wished it')
  kernel.applyLicence()
  expect(states()['greeter']).toBe('suspended: an administrator wished it')
})

test('a plugin asks its own entitlements, which follow the licence', async () => {
  const point = extensionPoint<Entitlements>('toy.entitlements@1')
  const toy = definePlugin({ id: 'toy', owns: [point], contributes: (add) => [add(point, 'own', ({ entitlements }) => entitlements)] })
  licences.hold([lasting])
  const { kernel } = await boot([installed(toy, { manifest: { ...manifest, id: 'toy' } })], { licensing: licences })
  const own = kernel.point(point).get('own')!
  expect([own.has('gold.voice'), own.has('gold.video'), own.limit('calls')]).toEqual([true, false, Infinity])
  licences.hold([vendor.held({ features: { gold: {} }, limits: { calls: 3 } })])
  expect([own.has('gold.voice'), own.limit('calls')]).toEqual([false, 3])
})

test('without a word about licences everything is allowed', async () => {
  const { states } = await boot([installed(greeter, { manifest: { ...manifest, id: 'greeter' } })])
  expect(states()).toEqual({ greeter: 'running' })
  expect(toyKernel([]).kernel.report().plugins).toEqual([])
})
