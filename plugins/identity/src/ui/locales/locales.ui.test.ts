import { expect, test } from 'vitest'
import en from './en.json'
import uk from './uk.json'

const keysOf = (value: object, prefix = ''): string[] =>
  Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null ? keysOf(inner, `${prefix}${name}.`) : [`${prefix}${name}`],
  )
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].toSorted()
const at = (messages: object, key: string): string => key.split('.').reduce<any>((value, part) => value[part], messages)

test('both languages say the same things', () => {
  expect(keysOf(uk).toSorted()).toEqual(keysOf(en).toSorted())
})

test('both languages fill the same places, and nothing is left in English', () => {
  const same = new Set(['builtInRoles.root.title'])
  for (const key of keysOf(en)) {
    const [english, ukrainian] = [at(en, key), at(uk, key)]
    if (!english.includes(' | ')) expect([key, placeholders(ukrainian)]).toEqual([key, placeholders(english)])
    if (!same.has(key)) expect([key, /[а-яіїєґ]/i.test(ukrainian)]).toEqual([key, true])
  }
})
