import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerRule, checkAnswer, patternProblem } from './answer.ts'

const check = (rule: object, text: string, more: object = {}) => checkAnswer(answerRule.parse(rule), { kind: 'text', text, ...more })?.value

describe('an answer', () => {
  test.each([
    ['+380 (50) 111-22-33', '+380501112233'],
    ['050 111 22 33', '0501112233'],
    ['12345', undefined],
    ['call me 0501112233', undefined],
    ['+123456789012345678', undefined],
  ])('as a phone: %s', (text, value) => expect(check({ type: 'phone' }, text)).toBe(value))

  test('as a phone may be a shared contact', () => {
    expect(check({ type: 'phone' }, 'Oksana, 380501112233', { kind: 'contact', phone: '380501112233' })).toBe('+380501112233')
  })

  test.each([
    [' Oksana@Example.COM ', 'oksana@example.com'],
    ['a@b', undefined],
    ['a b@c.ua', undefined],
    ['пошта@приклад.укр', 'пошта@приклад.укр'],
  ])('as an e-mail address: %s', (text, value) => expect(check({ type: 'email' }, text)).toBe(value))

  test.each([
    ['18', 18],
    ['18,5', 18.5],
    ['17', undefined],
    ['100', undefined],
    ['NaN', undefined],
    ['1e1', undefined],
  ])('as a number between 18 and 99: %s', (text, value) => expect(check({ type: 'number', min: 18, max: 99 }, text)).toBe(value))

  test.each([
    ['2026-02-28', '2026-02-28'],
    ['1.3.2026', '2026-03-01'],
    ['30/02/2026', undefined],
    ['tomorrow', undefined],
  ])('as a date: %s', (text, value) => expect(check({ type: 'date' }, text)).toBe(value))

  test('as a text of some length, by a pattern, as a file', () => {
    expect(check({ type: 'text', min: 3, max: 5 }, 'ab')).toBeUndefined()
    expect(check({ type: 'text', min: 3, max: 5 }, ' abc ')).toBe('abc')
    expect(check({ type: 'regexp', pattern: '[A-Z]{2}\\d{6}' }, 'AB123456')).toBe('AB123456')
    expect(check({ type: 'regexp', pattern: '[A-Z]{2}\\d{6}' }, 'xAB123456')).toBeUndefined()
    expect(check({ type: 'file' }, '', { kind: 'image', media: { fileId: 'f' } })).toEqual({ fileId: 'f' })
    expect(check({ type: 'file' }, 'text')).toBeUndefined()
    expect(check({ type: 'none' }, '', { kind: 'sticker' })).toBeUndefined()
  })

  test('never throws, whatever comes', () => {
    const types = ['none', 'phone', 'email', 'number', 'regexp', 'date', 'text', 'file', 'contact', 'location']
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.string(), fc.string(), (type, text, pattern) => {
        check({ type, pattern }, text)
        expect(['string', 'undefined']).toContain(typeof patternProblem(pattern))
      }),
    )
  })
})
