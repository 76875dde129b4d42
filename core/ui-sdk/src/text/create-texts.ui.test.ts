import { expect, test } from 'vitest'
import { browserLanguage, createTexts } from './create-texts.ts'

test('Ukrainian has three plural forms, English two', async () => {
  const texts = createTexts('uk')
  await texts.add('acme', {
    uk: { open: '{count} відкрита | {count} відкриті | {count} відкритих' },
    en: { open: '{count} open one | {count} open' },
  })
  const all = [1, 2, 5, 11, 12, 21, 24, 111].map((count) => texts.translate('acme.open', { count }))
  expect(all).toEqual(['1 відкрита', '2 відкриті', '5 відкритих', '11 відкритих', '12 відкритих', '21 відкрита', '24 відкриті', '111 відкритих'])
  await texts.use('en')
  expect([1, 3].map((count) => texts.translate('acme.open', { count }))).toEqual(['1 open one', '3 open'])
  expect(document.documentElement.lang).toBe('en')
})

test('what one language lacks comes from English, what none has stays a key', async () => {
  const texts = createTexts('uk')
  await texts.add('acme', { en: { only: 'Only English' } })
  expect(texts.translate('acme.only')).toBe('Only English')
  expect(texts.translate('acme.none')).toBe('acme.none')
  expect([texts.has('acme.only'), texts.has('acme.none')]).toEqual([true, false])
})

test('only the language that is read is fetched, another one when it is chosen, and each once', async () => {
  const fetched: string[] = []
  const words = (language: string) => async () => {
    fetched.push(language)
    return { default: { hello: language } }
  }
  const texts = createTexts('uk')
  const remove = await texts.add('acme', { en: words('en'), uk: words('uk') })
  expect([texts.translate('acme.hello'), fetched]).toEqual(['uk', ['uk']])
  await texts.use('en')
  await texts.use('uk')
  await texts.use('en')
  expect([texts.translate('acme.hello'), fetched]).toEqual(['en', ['uk', 'en']])
  remove()
  expect(texts.has('acme.hello')).toBe(false)
})

test('a plugin without the language is read in English', async () => {
  const texts = createTexts('uk')
  await texts.add('acme', { en: async () => ({ default: { hello: 'Hello' } }) })
  expect(texts.translate('acme.hello')).toBe('Hello')
})

test('the choice made last wins, whatever is fetched first', async () => {
  let arrive = (): void => undefined
  const slow = new Promise<void>((resolve) => (arrive = resolve))
  const texts = createTexts('en')
  await texts.add('acme', { en: async () => ({ default: {} }), uk: async () => (await slow, { default: {} }) })
  const ukrainian = texts.use('uk')
  await texts.use('en')
  arrive()
  await ukrainian
  expect(texts.locale.value).toBe('en')
})

test('the browser’s first known language is taken', () => {
  expect(browserLanguage(['pl-PL', 'uk-UA', 'en'])).toBe('uk')
  expect(browserLanguage(['pl'])).toBe('en')
})
