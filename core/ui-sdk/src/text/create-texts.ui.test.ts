import { expect, test } from 'vitest'
import { browserLanguage, createTexts } from './create-texts.ts'

test('Ukrainian has three plural forms, English two', () => {
  const texts = createTexts('uk')
  texts.add('acme', { uk: { open: '{count} відкрита | {count} відкриті | {count} відкритих' }, en: { open: '{count} open one | {count} open' } })
  const all = [1, 2, 5, 11, 12, 21, 24, 111].map((count) => texts.translate('acme.open', { count }))
  expect(all).toEqual(['1 відкрита', '2 відкриті', '5 відкритих', '11 відкритих', '12 відкритих', '21 відкрита', '24 відкриті', '111 відкритих'])
  texts.use('en')
  expect([1, 3].map((count) => texts.translate('acme.open', { count }))).toEqual(['1 open one', '3 open'])
  expect(document.documentElement.lang).toBe('en')
})

test('what one language lacks comes from English, what none has stays a key', () => {
  const texts = createTexts('uk')
  texts.add('acme', { en: { only: 'Only English' } })
  expect(texts.translate('acme.only')).toBe('Only English')
  expect(texts.translate('acme.none')).toBe('acme.none')
  expect([texts.has('acme.only'), texts.has('acme.none')]).toEqual([true, false])
})

test('the browser’s first known language is taken', () => {
  expect(browserLanguage(['pl-PL', 'uk-UA', 'en'])).toBe('uk')
  expect(browserLanguage(['pl'])).toBe('en')
})
