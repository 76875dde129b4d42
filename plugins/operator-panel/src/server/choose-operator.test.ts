import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseOperator, distributionMethods, type Candidate } from './choose-operator.ts'

const candidate = (userId: string, over: Partial<Candidate> = {}): Candidate => ({
  userId,
  name: userId,
  active: true,
  canReceive: true,
  statusName: 'Online',
  dialogs: 0,
  byChannel: new Map(),
  maxDialogs: 3,
  channelLimits: {},
  topicIds: new Set(),
  lastAssignedAt: 0,
  lastClosedAt: 0,
  ...over,
})
const chat = { id: 'r', channel: 'widget', topicId: undefined }
const choose = (
  candidates: Candidate[],
  method: (typeof distributionMethods)[number] = 'default',
  waiting: { id: string; channel: string; topicId: string | undefined } = chat,
  grouped = new Set<string>(),
) => chooseOperator(waiting, candidates, method, grouped)

describe('methods', () => {
  test('the default takes the fewest dialogs, then whose last dialog was closed earliest', () => {
    expect(choose([candidate('a', { dialogs: 1 }), candidate('b', { lastClosedAt: 9 }), candidate('c', { lastClosedAt: 4 })]).chosen?.userId).toBe(
      'c',
    )
  })
  test('by number of dialogs looks at nothing else', () => {
    const both = [candidate('b', { lastClosedAt: 1 }), candidate('a', { lastClosedAt: 9 })]
    expect(choose(both, 'by_number_of_dialogs').chosen?.userId).toBe('a')
  })
  test('by date of last dialog takes whose last dialog was assigned earliest, however many there are', () => {
    const both = [candidate('a', { lastAssignedAt: 5 }), candidate('b', { lastAssignedAt: 2, dialogs: 2 })]
    expect(choose(both, 'by_date_of_last_dialog').chosen?.userId).toBe('b')
  })
})

describe('refusals are explained', () => {
  test.each([
    ['inactive', { active: false }],
    ['status', { canReceive: false, statusName: 'Away' }],
    ['limit', { dialogs: 3 }],
    ['channel_limit', { channelLimits: { widget: 1 }, byChannel: new Map([['widget', 1]]), dialogs: 1 }],
  ] as const)('%s', (reason, over) => {
    const { chosen, verdicts } = choose([candidate('a', over)])
    expect(chosen).toBeUndefined()
    expect(verdicts[0]).toMatchObject({ userId: 'a', reason })
  })
  test('skill: a topic of some group needs an operator of such a group; a topic of none is for everybody', () => {
    const waiting = { ...chat, topicId: 't1' }
    expect(choose([candidate('a')], 'default', waiting, new Set(['t1'])).verdicts[0]?.reason).toBe('skill')
    expect(choose([candidate('a', { topicIds: new Set(['t1']) })], 'default', waiting, new Set(['t1'])).chosen?.userId).toBe('a')
    expect(choose([candidate('a')], 'default', waiting, new Set(['t2'])).chosen?.userId).toBe('a')
  })
  test('a free operator who was not first is told so', () => {
    expect(choose([candidate('a'), candidate('b', { dialogs: 1 })]).verdicts.map((v) => v.reason)).toEqual(['chosen', 'not_first'])
  })
})

test('never picks anybody who must not get the request, and always somebody when there is one', () => {
  const anyone = fc.record({
    active: fc.boolean(),
    canReceive: fc.boolean(),
    dialogs: fc.nat(4),
    maxDialogs: fc.nat(4),
    lastAssignedAt: fc.nat(9),
    lastClosedAt: fc.nat(9),
  })
  fc.assert(
    fc.property(fc.array(anyone, { maxLength: 8 }), fc.constantFrom(...distributionMethods), (people, method) => {
      const candidates = people.map((over, index) => candidate(String(index), over))
      const may = candidates.filter((c) => c.active && c.canReceive && c.dialogs < c.maxDialogs)
      const { chosen, verdicts } = choose(candidates, method)
      expect(chosen === undefined).toBe(may.length === 0)
      if (chosen !== undefined) expect(may).toContain(chosen)
      expect(verdicts).toHaveLength(candidates.length)
    }),
  )
})
