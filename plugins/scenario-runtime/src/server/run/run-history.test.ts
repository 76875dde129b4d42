import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readHistory, RunHistory, type HistoryChange } from './run-history.ts'

/** As the store does it: characters are code points there. */
const applied = (stored: string, { dropped, added }: HistoryChange): string => [...stored].slice(dropped).join('') + added

test('a change makes the present history of the stored one, however much is said and dropped between two commits', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 })
  const turns = fc.array(fc.array(text, { maxLength: 12 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(turns, (spoken) => {
      const history = new RunHistory('')
      let stored = ''
      for (const texts of spoken) {
        for (const said of texts) history.append({ at: new Date(0), node: '🙂', text: said })
        stored = applied(stored, history.change)
        history.written()
        expect(stored).toBe(history.text)
      }
      const last = spoken.flat().at(-1)
      if (last !== undefined) expect(readHistory(stored, 1)[0]!.text.slice(0, 100)).toBe(last.slice(0, 100))
    }),
  )
})

test('only what is new is sent', () => {
  const first = new RunHistory('')
  for (let n = 0; n < 100; n++) first.append({ at: new Date(n), node: 'ask', text: `“${n}”` })
  const next = new RunHistory(first.text)
  next.append({ at: new Date(100), node: 'ask', text: 'Lviv' })
  expect(next.change.added).toBe('\n[100,"ask","Lviv"]')
  expect(next.change.dropped).toBeGreaterThan(0)
})
