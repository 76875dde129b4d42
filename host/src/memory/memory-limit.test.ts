import { expect, test } from 'vitest'
import { declaredLimit } from './memory-limit.ts'

test.each([
  [[], undefined, undefined],
  [['--max-semi-space-size=64'], '--no-warnings', undefined],
  [['--max-old-space-size=96'], undefined, 96],
  [['--max_old_space_size=96', '--max-old-space-size=128'], undefined, 128],
  [[], ' --no-warnings  --max-old-space-size=64', 64],
  // the command line wins
  [['--max-old-space-size=96'], '--max-old-space-size=64', 96],
  [['--max-old-space-size=0'], undefined, undefined],
  [[], '"--max-old-space-size=64"', 64],
  [['--max-old-space-size-percentage=12.5'], undefined, 100],
])('the limit that %j and NODE_OPTIONS %j say', (options, variable, megabytes) => {
  expect(declaredLimit(options, variable, 800 * 2 ** 20)).toBe(megabytes === undefined ? undefined : megabytes * 2 ** 20)
})
