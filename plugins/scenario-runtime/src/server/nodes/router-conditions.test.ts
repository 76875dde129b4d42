import { describe, expect, test } from 'vitest'
import { bracketProblem, condition, holds, matches } from './router-conditions.ts'

const state: Record<string, unknown> = { yes: 'Yes ', no: '', n: 5, tags: ['VIP', 'new'], none: [] }
const run = (conditions: object[], join: 'AND' | 'OR' = 'AND') =>
  matches(
    conditions.map((item) => condition.parse(item)),
    join,
    (field) => state[field],
    (value) => value,
  )

const yes = { field: 'yes', operator: 'equals', value: 'yes' }
const no = { field: 'no', operator: 'not_empty' }

describe('conditions', () => {
  test.each([
    ['equals', 'YES', 'Yes ', true],
    ['equals', 5, '5', true],
    ['not_equals', 'no', 'yes', true],
    ['in_list', 'a, b; YES', 'yes', true],
    ['in_list', ['vip'], ['VIP', 'new'], true],
    ['in_list', 'vipp', ['VIP'], false],
    ['empty', undefined, [], true],
    ['empty', undefined, ' ', true],
    ['empty', undefined, 0, false],
    ['not_empty', undefined, {}, false],
    ['not_empty', undefined, false, true],
  ] as const)('%s %j of %j: %j', (operator, value, field, expected) => expect(holds({ operator, value }, field)).toBe(expected))

  test('are joined by AND and OR, AND first, and by brackets', () => {
    expect(run([{ ...yes, nextLogic: 'OR' }, { ...no, nextLogic: 'AND' }, no])).toBe(true)
    expect(run([{ ...yes, groupStart: true, nextLogic: 'OR' }, { ...no, groupEnd: true, nextLogic: 'AND' }, no])).toBe(false)
    expect(run([yes, no])).toBe(false)
    expect(run([yes, no], 'OR')).toBe(true)
    expect(
      run([
        { ...no, groupStart: 2, nextLogic: 'OR' },
        { ...yes, groupEnd: 1, nextLogic: 'AND' },
        { ...yes, groupEnd: 1 },
      ]),
    ).toBe(true)
  })

  test('that are none hold for nobody; a bracket left open does no harm', () => {
    expect(run([])).toBe(false)
    expect(run([{ ...yes, groupStart: true }])).toBe(true)
    expect(bracketProblem([condition.parse({ ...yes, groupStart: true })])).toContain('never ends')
    expect(bracketProblem([condition.parse({ ...yes, groupEnd: true })])).toContain('not begun')
    expect(bracketProblem([condition.parse(yes)])).toBeUndefined()
  })
})
