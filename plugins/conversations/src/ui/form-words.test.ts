import { expect, test } from 'vitest'
import { telegram } from '../../test/ui-fixture.ts'
import { formWords, withoutSavedSecrets } from './form-words.ts'

test('labels come in the reader’s language, and stay the schema’s own where there are none', () => {
  const { words, choiceWords } = formWords(telegram.form, 'uk')
  expect(words('token', 'title')).toBe('Токен бота')
  expect(words('mode', 'title')).toBeUndefined()
  expect(choiceWords('mode', 'webhook')).toBe('Вебхук')
  expect(choiceWords('mode', 'polling')).toBe('Polling')
})

test('a saved secret may stay empty and says so', () => {
  const form = withoutSavedSecrets(telegram.form, ['token'], 'Saved')
  expect(form.required).toEqual([])
  expect(form.properties?.['token']?.examples).toEqual(['Saved'])
  expect(telegram.form.required).toEqual(['token'])
})

test('so may one within an object, a list or a variant, and only where it is set', () => {
  const password = { type: 'string', format: 'password', minLength: 1 } as const
  const door = { type: 'object', properties: { url: { type: 'string' }, key: password }, required: ['url', 'key'] } as const
  const schema = {
    type: 'object',
    properties: { proxy: { anyOf: [door, { type: 'null' }] }, doors: { type: 'array', items: door }, other: door },
    required: ['doors', 'other'],
  } as const
  const { properties, required } = withoutSavedSecrets(schema, ['proxy.key', 'doors.1.key'], 'Saved')
  const open = {
    ...door,
    properties: { url: { type: 'string' }, key: { ...password, minLength: undefined, examples: ['Saved'] } },
    required: ['url'],
  }
  expect(properties).toEqual({ proxy: { anyOf: [open, { type: 'null' }] }, doors: { type: 'array', items: open }, other: door })
  expect(required).toEqual(['doors', 'other'])
})

test('and in an object that several places share, only where it is set', () => {
  const password = { type: 'string', format: 'password' } as const
  const door = { type: 'object', properties: { key: password }, required: ['key'] } as const
  const shared = { $ref: '#/$defs/acme~1door' }
  const schema = { type: 'object', properties: { one: shared, two: shared }, $defs: { 'acme/door': door } } as const
  const { properties } = withoutSavedSecrets(schema, ['one.key'], 'Saved')
  expect(properties).toEqual({ one: { ...door, properties: { key: { ...password, examples: ['Saved'] } }, required: [] }, two: shared })
})
