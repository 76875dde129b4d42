import { readFileSync } from 'node:fs'
import { createTestHost } from '@parley/test-kit'
import { expect, test } from 'vitest'
import priceRules from './user-code/plugin.ts'

test('a rule that somebody wrote runs, asks for what it is given, and fails with its line', async () => {
  await using host = await createTestHost({ plugins: [priceRules], outside: () => ({ body: { rate: 50 } }) })
  const attempt = async (rule: string): Promise<unknown> => (await host.http.as({}).post('/api/v1/price-rules/try', { rule, sum: 2 })).body
  const rule = "module.exports = async (order, { rate }) => {\n  console.log('sum', order.sum)\n  return order.sum * (await rate('EUR'))\n}"
  expect(await attempt(rule)).toEqual({ price: 100, log: ['sum 2'] })
  expect(host.outbound.calls.map(({ url }) => url)).toEqual(['https://rates.example.com/EUR'])
  expect(await attempt("module.exports = (order) => {\n  console.log('before')\n  order.lines.map(String)\n}")).toEqual({
    failed: { reason: 'thrown', message: "TypeError: cannot read property 'map' of undefined", line: 3 },
    log: ['before'],
  })
})

test('user-code.md shows that plugin as it is', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  expect(read('../user-code.md')).toContain(`\`\`\`ts\n${read('./user-code/plugin.ts')}\`\`\``)
})
