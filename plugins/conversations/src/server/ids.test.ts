import { describe, expect, it } from 'vitest'
import { conversationIdOf, derivedId, firstIdOf, isUuid, newId } from './ids.ts'

describe('ids', () => {
  it('are UUIDs that sort by the time they were made', () => {
    const earlier = newId(new Date('2026-11-20T10:00:00.000Z'))
    const later = newId(new Date('2026-11-20T10:00:00.001Z'))
    expect(isUuid(earlier)).toBe(true)
    expect(earlier[14]).toBe('7')
    expect(earlier < later).toBe(true)
    expect(firstIdOf(new Date('2026-11-20T10:00:00.001Z')) <= later).toBe(true)
    expect(firstIdOf(new Date('2026-11-20T10:00:00.001Z')) > earlier).toBe(true)
  })

  it('derived from names are the same for the same names only', () => {
    expect(conversationIdOf('a', '1')).toBe(conversationIdOf('a', '1'))
    expect(conversationIdOf('a', '1')).not.toBe(conversationIdOf('a', '2'))
    expect(derivedId('a', 'bc')).not.toBe(derivedId('ab', 'c'))
    expect(isUuid(derivedId('a'))).toBe(true)
    expect(derivedId('a')[14]).toBe('8')
  })

  it('that PostgreSQL would refuse are known', () => {
    expect(isUuid('42')).toBe(false)
    expect(isUuid("' OR 1=1")).toBe(false)
  })
})
