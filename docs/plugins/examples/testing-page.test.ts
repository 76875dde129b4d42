import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

// Both files are compiled and run: the first by test/authors in a channel that was created, the second beside this one.
test.each(['core/plugin-tools/templates/channel/test/particular.test.ts.template', 'docs/plugins/examples/channel-by-hand.test.ts'])(
  'testing.md shows %s as it is',
  (path) => {
    expect(read('docs/plugins/testing.md')).toContain(`\`\`\`ts\n${read(path)}\`\`\``)
  },
)
