import { describe, expect, test } from 'vitest'
import { everyMilliseconds, parseSchedule } from './rhythm.ts'

const at = (text: string): Date => new Date(`2026-11-20T${text}Z`)

describe('a schedule', () => {
  test('is a cron expression in UTC', () => {
    expect(parseSchedule('0 3 * * *', 'toy:tidy').next(at('02:59:59.000'))).toEqual(at('03:00:00.000'))
    expect(parseSchedule('0 3 * * *', 'toy:tidy').next(at('03:00:00.000'))).toEqual(new Date('2026-11-21T03:00:00Z'))
  })

  test('or a period, whose ticks are the same moments for every process', () => {
    const schedule = parseSchedule('every 30s', 'toy:tidy')
    expect(schedule.next(at('09:00:01.234'))).toEqual(at('09:00:30.000'))
    expect(schedule.next(at('09:00:30.000'))).toEqual(at('09:01:00.000'))
    expect(everyMilliseconds(5_000).next(at('09:00:04.999'))).toEqual(at('09:00:05.000'))
  })

  test('says how to write it when it is neither', () => {
    expect(() => parseSchedule('sometimes', 'toy:tidy')).toThrow(
      '"toy:tidy" has the schedule "sometimes", which is neither a cron expression nor of the form "every 30s" (ms, s, m, h, d).',
    )
    expect(() => parseSchedule('every 0s', 'toy:tidy')).toThrow('Write a period above zero')
  })
})
