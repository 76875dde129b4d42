import { expect, test } from 'vitest'
import { categoryOf } from './category-of.ts'
import { fileSize } from './file-problem.ts'
import { initialsOf } from './initials-of.ts'
import { keyParts } from './key-parts.ts'
import { placeBeside } from './place-beside.ts'
import { absoluteTime, relativeTime } from './relative-time.ts'

test('time is short and relative in lists', () => {
  const now = new Date('2026-11-20T12:00:00').getTime()
  const ago = (minutes: number): string => relativeTime(now - minutes * 60_000, now, 'en')
  expect([ago(0), ago(5), ago(180), ago(60 * 30), ago(60 * 24 * 40), ago(60 * 24 * 400)]).toEqual([
    'now',
    '5m',
    '3h',
    'Thu',
    'Oct 11',
    'Oct 16, 2025',
  ])
  expect(relativeTime(now - 5 * 60_000, now, 'uk')).toBe('5 хв')
  expect(absoluteTime(now, 'en')).toContain('Friday, November 20, 2026')
})

test('initials are the first letters of the first and the last name', () => {
  expect(['Ada Byron', 'олена петрівна ковальчук', 'Mei', '+380 50', ''].map(initialsOf)).toEqual(['AB', 'ОК', 'M', '', ''])
})

test('a colour follows from the id and is one of eight', () => {
  const colours = Array.from({ length: 200 }, (_, index) => categoryOf(`client ${index}`))
  expect(new Set(colours)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]))
  expect(categoryOf('ada')).toBe(categoryOf('ada'))
})

test('a bubble goes to the wished side, else to the other, and stays in the window', () => {
  const view = { width: 400, height: 300 }
  const bubble = { left: 0, top: 0, width: 100, height: 20 }
  const at = (left: number, top: number) => ({ left, top, width: 40, height: 40 })
  expect(placeBeside(at(180, 100), bubble, 'top', view)).toEqual({ left: 150, top: 74 })
  expect(placeBeside(at(180, 10), bubble, 'top', view)).toEqual({ left: 150, top: 56 })
  expect(placeBeside(at(0, 100), bubble, 'top', view)).toEqual({ left: 4, top: 74 })
  expect(placeBeside(at(350, 100), bubble, 'right', view)).toEqual({ left: 244, top: 110 })
})

test('keys and sizes are written as people read them', () => {
  expect(keyParts('mod+shift+k')).toEqual([['Ctrl', 'Shift', 'K']])
  expect(keyParts('g i')).toEqual([['G'], ['I']])
  expect([fileSize(900, 'en'), fileSize(1_500, 'en'), fileSize(20_000_000, 'en')]).toEqual(['900 byte', '1.5 kB', '20 MB'])
})
