import { expect, test } from 'vitest'
import type { Chat, Shown } from './chat.ts'
import { LogView } from './log-view.ts'
import { textsFor } from './texts.ts'

const message = (number: number, more: Partial<Shown> = {}): Shown => ({
  ...{ id: `m${number}`, number, from: 'bot', kind: 'text', text: `Line ${number}`, at: `2026-11-21T12:00:0${number}Z` },
  ...more,
})
const phone = { kind: 'keyboard', buttons: [[{ text: 'Share my number', action: 'contact' }]] } as Partial<Shown>

const open = (...shown: readonly Shown[]) => {
  const chat = { shown, more: false, busy: false, look: {}, refused: undefined } as unknown as Chat & { shown: readonly Shown[] }
  const log = new LogView(chat, textsFor('en'), { origin: 'https://chat.example.com', language: 'en' })
  document.body.replaceChildren(log.element)
  log.draw()
  const come = (one: Shown): boolean => {
    chat.shown = [...chat.shown, one]
    return log.draw()
  }
  return { chat, log, come, rows: () => [...log.element.querySelectorAll('.row')] }
}

test('a number that is being typed, with the focus in it, survives a further message of the same author', () => {
  const { log, come } = open(message(1, phone))
  log.element.querySelector('button')!.click()
  const input = log.element.querySelector('input')!
  input.value = '+38067'
  expect(come(message(2))).toBe(false)
  expect([input.isConnected, input.value, document.activeElement]).toEqual([true, '+38067', input])
})

test('a number that is being typed, with the focus in it, survives that its question comes again with the history', () => {
  const { log, chat } = open(message(1, { ...phone, text: 'Your number?', at: '2026-11-21T12:00:01.101Z' }))
  log.element.querySelector('button')!.click()
  const input = log.element.querySelector('input')!
  input.value = '+38067'
  chat.shown = [
    message(1, {
      kind: 'keyboard',
      format: 'plain',
      text: 'Your number? ',
      buttons: [[{ action: 'contact', text: 'Share my number' }]],
      at: '2026-11-21T12:00:01.074Z',
    }),
  ]
  expect(log.draw()).toBe(false)
  expect([input.isConnected, input.value, document.activeElement]).toEqual([true, '+38067', input])
})

test('a message that has become another is drawn anew', () => {
  const { chat, log, rows } = open(message(1))
  chat.shown = [message(1, { text: 'Mended' })]
  log.draw()
  expect(rows().map((row) => row.querySelector('.bubble')?.textContent)).toEqual(['Mended'])
})

test('the first of an author is marked, and the last, whatever came after it was drawn', () => {
  const { come, rows } = open(message(1))
  const marks = () => rows().map(({ classList }) => [classList.contains('first'), classList.contains('last')])
  const [row] = rows()
  expect(marks()).toEqual([[true, true]])
  come(message(2))
  come(message(3, { from: 'operator', name: 'Olena' }))
  expect(marks()).toEqual([
    [true, false],
    [false, true],
    [true, true],
  ])
  expect(rows()[0]).toBe(row)
})
