import { expect, test } from 'vitest'
import { noticeOf } from './licence-notice.ts'
import type { Licence, LicenceStatus } from './licence-status.ts'

const licence = (more: Partial<Licence> = {}): Licence => ({
  id: 'lic_1',
  customer: 'ACME',
  origin: 'config/licence.json',
  issued: '2026-11-20',
  expires: '2026-12-20',
  graceDays: 10,
  trial: false,
  state: 'valid',
  daysLeft: 31,
  features: [],
  limits: [],
  ...more,
})
const status = (more: Partial<LicenceStatus> = {}): LicenceStatus => ({ required: false, licences: [licence()], problems: [], plugins: [], ...more })
const ending = (warning: 30 | 14 | 7 | 1, daysLeft: number, more: Partial<Licence> = {}) =>
  noticeOf(status({ licences: [licence({ warning, daysLeft, ...more })] }))

test('nothing is said while there is nothing to say', () => {
  expect(noticeOf(status())).toBeUndefined()
  expect(noticeOf(status({ licences: [] }))).toBeUndefined()
})

test('the end is told in four steps, each of them news again, and the last stays', () => {
  const steps = [ending(30, 20), ending(30, 16), ending(14, 14), ending(7, 5), ending(1, 1)]
  expect(steps.map((notice) => [notice?.id, notice?.tone, notice?.values['count'], notice?.dismissible])).toEqual([
    ['lic_1 30', 'info', 20, true],
    ['lic_1 30', 'info', 16, true],
    ['lic_1 14', 'info', 14, true],
    ['lic_1 7', 'warning', 5, true],
    ['lic_1 1', 'warning', 1, false],
  ])
  expect(ending(7, 5, { trial: true })).toMatchObject({ key: 'trial' })
})

test('the most urgent comes first: what does not count, what ended, the grace days, a restart, the next end', () => {
  const problem = { code: 'changed', text: 'It was changed.', values: {} }
  const waiting = { id: 'sold', feature: 'gold', state: 'unlicensed', needsRestart: true }
  const all = status({
    problems: [problem],
    licences: [licence({ warning: 7, daysLeft: 5 }), licence({ id: 'lic_2', state: 'grace', daysLeft: 3 }), licence({ id: 'lic_3', state: 'ended' })],
    plugins: [waiting],
  })
  expect(noticeOf(all)).toMatchObject({ key: 'problem', tone: 'danger', dismissible: false })
  expect(noticeOf({ ...all, problems: [] })).toMatchObject({ id: 'lic_3 ended', tone: 'danger' })
  expect(noticeOf({ ...all, problems: [], licences: all.licences.slice(0, 2) })).toMatchObject({
    key: 'grace',
    values: { customer: 'ACME', count: 3 },
  })
  expect(noticeOf({ ...all, problems: [], licences: all.licences.slice(0, 1) })).toMatchObject({ key: 'restart', values: { count: 1 } })
})
