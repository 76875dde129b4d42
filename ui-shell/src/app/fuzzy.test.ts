import { expect, test } from 'vitest'
import { fuzzyFilter, fuzzyScore } from './fuzzy.ts'
import { entryOf } from './navigation.ts'

const pages = ['Inbox', 'Clients', 'Close conversation', 'Skill groups', 'Налаштування', 'Operator statuses']
const search = (query: string): string[] => fuzzyFilter(query, pages, (page) => page)

test('words, beginnings and letters in order are found, the best first', () => {
  expect(search('cli')[0]).toBe('Clients')
  expect(search('cc')[0]).toBe('Close conversation')
  expect(search('sg')[0]).toBe('Skill groups')
  expect(search('налаш')).toEqual(['Налаштування'])
  expect(search('STAT')).toEqual(['Operator statuses'])
  expect(search('xyz')).toEqual([])
  expect(search('  ')).toEqual(pages)
})

test('a part of the text beats scattered letters', () => {
  expect(fuzzyScore('group', 'Skill groups')).toBeGreaterThan(fuzzyScore('group', 'Give role to our people') ?? 0)
})

test('a page belongs to the entry with the longest address in front of it', () => {
  const entries = [{ to: '/panel' }, { to: '/panel/archive' }]
  expect(entryOf(entries, '/panel/archive/7')?.to).toBe('/panel/archive')
  expect(entryOf(entries, '/panel/7')?.to).toBe('/panel')
  expect(entryOf(entries, '/panels')).toBeUndefined()
})
