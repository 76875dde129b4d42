import type { PluginManifest } from '@parley/plugin-api'
import { beforeEach, expect, test } from 'vitest'
import { termOf } from './licence-term.ts'
import { LicenceSet, type LicensingRules } from './licensing.ts'
import { TestPublisher } from './test-licence.ts'
import { verifyLicences } from './verify-licence.ts'

const vendor = new TestPublisher()
const seller = new TestPublisher()
const plugin = (id: string, manifest: Partial<PluginManifest> = {}) => ({ id, manifest: { id, kind: 'feature' as const, api: '^1.0', ...manifest } })
const paid = plugin('paid', { licence: 'gold' })

let now: Date
beforeEach(() => {
  now = new Date('2026-11-21T12:00:00Z')
})
const set = (rules: Partial<LicensingRules> = {}): LicenceSet =>
  new LicenceSet({ base: ['identity'], required: false, keys: [vendor.pair.publicKey], now: () => now, ...rules })

test.each([
  ['2026-11-20T23:59:59Z', 'valid', 31, undefined],
  ['2026-11-21T00:00:00Z', 'valid', 30, 30],
  ['2026-12-07T00:00:00Z', 'valid', 14, 14],
  ['2026-12-13T23:00:00Z', 'valid', 8, 14],
  ['2026-12-20T23:59:59Z', 'valid', 1, 1],
  ['2026-12-21T00:00:00Z', 'grace', 10, undefined],
  ['2026-12-30T23:59:59Z', 'grace', 1, undefined],
  ['2026-12-31T00:00:00Z', 'ended', 0, undefined],
] as const)('at %s a licence until 2026-12-20 with ten days of grace is %s', (at, state, daysLeft, warning) => {
  expect(termOf({ expires: '2026-12-20', grace_days: 10 }, new Date(at))).toMatchObject({ state, daysLeft, warning })
})

test('a licence without an end is valid for ever', () => {
  expect(termOf({ grace_days: 0 }, new Date('2999-01-01'))).toEqual({ state: 'valid' })
})

test('without a licence everything runs but what asks for one', () => {
  const licences = set()
  expect(licences.refusal(plugin('free'))).toBeUndefined()
  expect(licences.refusal(paid)).toEqual({ kind: 'missing', reason: 'it needs a licence with the feature "gold", and there is no licence here' })
  expect(licences.entitlements(plugin('free')).has('free.voice')).toBe(true)
  expect(licences.entitlements(paid).has('gold.voice')).toBe(false)
  expect(licences.entitlements(plugin('free')).limit('operators')).toBe(Infinity)
})

test('where the deployer demands licences, everything but the base needs a feature of its name', () => {
  const licences = set({ required: true })
  licences.hold([vendor.held({ features: { panel: {}, gold: {} } })])
  expect(licences.refusal(plugin('identity'))).toBeUndefined()
  expect(licences.refusal(plugin('panel'))).toBeUndefined()
  expect(licences.refusal(paid)).toBeUndefined()
  expect(licences.refusal(plugin('quality'))).toEqual({ kind: 'missing', reason: 'the licence does not include "quality"' })
  expect(licences.entitlements(plugin('panel')).has('panel.voice')).toBe(false)
})

test('being one of the base does not free a plugin that asks for a licence itself', () => {
  expect(set({ base: ['paid'] }).refusal(paid)).toMatchObject({ kind: 'missing' })
})

test('a licence that does not hold is the reason that is told', () => {
  const licences = set()
  licences.hold([], verifyLicences('{', 'config/licence.json', []).problems)
  expect(licences.refusal(paid)?.reason).toBe(
    'it needs a licence with the feature "gold", and the licence found does not hold. ' +
      'The licence in config/licence.json is not JSON: it was cut short or is another file. Copy it again',
  )
})

test('features work to the end of the grace days, limits go on holding after it', () => {
  const licences = set()
  licences.hold([vendor.held({ features: { gold: {}, 'gold.voice': {} }, limits: { operators: 12 } })])
  const { has, limit } = licences.entitlements(paid)
  now = new Date('2026-12-30T23:00:00Z')
  expect([licences.refusal(paid), has('gold.voice'), has('gold.video'), limit('operators'), limit('bots')]).toEqual([
    undefined,
    true,
    false,
    12,
    Infinity,
  ])
  now = new Date('2026-12-31T00:00:00Z')
  expect(licences.refusal(paid)).toEqual({
    kind: 'ended',
    reason: 'the licence "lic_1" expired on 2026-12-20, and its 10 days of grace are over. Renew it',
  })
  expect([has('gold.voice'), limit('operators')]).toEqual([false, 12])
})

test('of one publisher the licence issued last counts, also where it brings less', () => {
  const licences = set()
  const old = vendor.held({ limits: { operators: 100 } })
  licences.hold([vendor.held({ id: 'lic_2', issued: '2026-11-20T10:00:00Z', limits: { operators: 5 } }), old])
  expect(licences.held.map(({ document }) => document.id)).toEqual(['lic_2'])
  expect(licences.entitlements(paid).limit('operators')).toBe(5)
})

test('a publisher’s own plugins are licensed by its own key, and by nobody else’s', () => {
  const sold = plugin('sold', { licence: 'gold', licenceKey: seller.pair.publicKey })
  const licences = set()
  licences.hold([vendor.held()])
  expect(licences.refusal(paid)).toBeUndefined()
  expect(licences.refusal(sold)).toMatchObject({ kind: 'missing' })
  licences.hold([seller.held({ limits: { operators: 1 } })])
  expect(licences.refusal(sold)).toBeUndefined()
  expect(licences.refusal(paid)).toMatchObject({ kind: 'missing' })
  expect(licences.entitlements(plugin('identity')).limit('operators')).toBe(Infinity)
})

test('a free plugin may sell a part of itself', () => {
  const freemium = plugin('freemium', { paid: ['freemium.voice'], licenceKey: seller.pair.publicKey })
  const licences = set()
  const { has } = licences.entitlements(freemium)
  expect([licences.refusal(freemium), has('freemium.text'), has('freemium.voice')]).toEqual([undefined, true, false])
  licences.hold([seller.held({ features: { 'freemium.voice': {} } })])
  expect(has('freemium.voice')).toBe(true)
})
