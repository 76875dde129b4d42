import { expect, test } from 'vitest'
import { release } from '../release.ts'
import { toldOf, usage } from './usage.ts'

test.each([[['--help']], [['-h']], [['help']], [['nonsense', '--help']]])('%j tells all commands', (words) => {
  expect(toldOf(words)).toBe(usage)
})

test.each([
  [['doctor', '--help'], 'parley doctor'],
  [['migrate', '-h'], 'parley migrate'],
  [['help', 'restore'], 'parley restore <folder> [--replace]'],
  [['plugins', 'add', 'line.tgz', '--help'], 'parley plugins add <tarball | folder | package[@version]> [--signature FILE] [--yes] [--force]'],
  [['licence', 'keygen', '--help'], 'parley licence keygen --out <folder>'],
])('%j tells that command only', (words, told) => {
  expect(toldOf(words)).toBe(told)
})

test('a command with others below it tells them all, with the lines that go on', () => {
  expect(toldOf(['config', '--help'])?.split('\n')).toHaveLength(3)
  expect(toldOf(['plugins', '--help'])).toContain('parley plugins purge')
  expect(toldOf(['licence', 'issue', '--help'])?.split('\n')).toHaveLength(2)
})

test('--version tells the release, and a command that is to run is told nothing', () => {
  expect(toldOf(['--version'])).toBe(release)
  expect(toldOf(['plugins', '--version'])).toBe(release)
  expect([toldOf([]), toldOf(['start', '--demo']), toldOf(['plugins', 'list'])]).toEqual([undefined, undefined, undefined])
})
