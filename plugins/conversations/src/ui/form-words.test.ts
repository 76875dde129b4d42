import { expect, test } from 'vitest'
import { telegram } from '../../test/ui-fixture.ts'
import { formWords } from './form-words.ts'

test('labels come in the reader’s language, and stay the schema’s own where there are none', () => {
  const { words, choiceWords, problemWords } = formWords(telegram.form, 'uk')
  expect(words('token', 'title')).toBe('Токен бота')
  expect(words('mode', 'title')).toBeUndefined()
  expect(choiceWords('mode', 'webhook')).toBe('Вебхук')
  expect(choiceWords('mode', 'polling')).toBe('Polling')
  expect(problemWords(['token'], 'A token looks like 1:AA.')).toBe('Токен має вигляд 1:AA.')
  expect([problemWords(['token'], 'Too short.'), problemWords([], 'All wrong.')]).toEqual(['Too short.', 'All wrong.'])
})
