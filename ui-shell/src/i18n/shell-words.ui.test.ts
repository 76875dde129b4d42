import { englishTexts, ukrainianTexts } from '@parley/ui-kit'
import { expect, test } from 'vitest'
import { shellWords } from './shell-words.ts'

const keys = (value: object, path = ''): string[] =>
  Object.entries(value).flatMap(([name, inner]) => (typeof inner === 'object' ? keys(inner as object, `${path}${name}.`) : [`${path}${name}`]))
const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

test('both languages have the same keys and the same places for values', async () => {
  const [en, uk] = await Promise.all([shellWords.en(), shellWords.uk()])
  expect(keys(uk.default)).toEqual(keys(en.default))
  expect(Object.keys(ukrainianTexts)).toEqual(Object.keys(englishTexts))
  for (const [name, text] of Object.entries(englishTexts))
    expect(places(ukrainianTexts[name as keyof typeof englishTexts]), name).toEqual(places(text))
})
