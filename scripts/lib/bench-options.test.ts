import { describe, expect, test } from 'vitest'
import { readBenchOptions } from './bench-options.mjs'

describe('the arguments of npm run bench', () => {
  test('are read', () => {
    expect(readBenchOptions([])).toEqual({ quick: false, only: undefined, json: undefined })
    expect(readBenchOptions(['--only', 'g,Hostile']).only).toEqual(['g', 'hostile'])
    expect(readBenchOptions(['--quick', '--only', 'a, (C)', '--json', 'x.json'])).toEqual({ quick: true, only: ['a', 'c'], json: 'x.json' })
  })

  test.each([
    [['--only', 'x'], 'There is no section "x". There are:\n  a  Message'],
    [['--only', 'a,start'], 'There is no section "start". Did you mean "c"? There are:'],
    [['--only', 'abd'], 'There is no section "abd". Did you mean "a,b,d"?'],
    [['--only'], '--only needs a value, such as --only a,c.'],
    [['--json', '--quick'], '--json needs a value, such as --json figures.json.'],
    [['-quick'], 'npm run bench knows no "-quick". Did you mean --quick? There are --quick, --only, --json.'],
    [['a'], 'npm run bench knows no "a". There are --quick'],
  ])('%j is answered with a sentence', (args, sentence) => {
    expect(() => readBenchOptions(args)).toThrow(sentence)
  })
})
