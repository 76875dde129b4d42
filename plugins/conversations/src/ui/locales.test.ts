import { expect, test } from 'vitest'
import en from './locales/en.json' with { type: 'json' }
import uk from './locales/uk.json' with { type: 'json' }

const keys = (value: object, path = ''): string[] =>
  Object.entries(value).flatMap(([name, inner]) => (typeof inner === 'object' ? keys(inner as object, `${path}${name}.`) : `${path}${name}`))

test('both languages have the same words', () => {
  expect(keys(uk).sort()).toEqual(keys(en).sort())
})
