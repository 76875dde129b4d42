import { describe, expect, test } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import type { ShownMessage } from '../description.ts'
import { plainOf, squeezed } from './expectations.ts'

/** The longest text that a message has. */
const longest = 32_768
const family = '👩‍👩‍👧‍👦'
const loneHalf = /\p{Surrogate}/u

/** Long texts come in pieces that say the same. */
export const limitCases = (at: () => ChannelBench): void => {
  const pieces = async (text: string, format: 'plain' | 'html' = 'plain'): Promise<ShownMessage[]> => {
    const bench = at()
    const { textLimit } = bench.driver.capabilities
    const { chatId, conversation } = await bench.talk()
    const [id] = await bench.send(conversation, { kind: 'text', text, format })
    expect(await bench.settled(conversation, id!)).toMatchObject({ state: 'sent' })
    const shown = bench.shownIn(chatId)
    const whole = plainOf({ text, html: format === 'html' })
    expect(squeezed(shown.map(plainOf).join(''))).toBe(squeezed(whole))
    expect(shown.every((one) => plainOf(one).length <= textLimit)).toBe(true)
    expect(shown.some((one) => loneHalf.test(plainOf(one)))).toBe(false)
    if (whole.length <= textLimit) expect(shown).toHaveLength(1)
    else expect(shown.length).toBeGreaterThan(1)
    return shown
  }
  const filled = (unit: string, room = longest): string =>
    unit.repeat(Math.floor(Math.min(at().driver.capabilities.textLimit * 2.5, room) / unit.length)).trim()

  describe('splits', () => {
    test('a long text between words, in order', async () => {
      const shown = await pieces(filled('слово '))
      const words = shown.flatMap((one) => plainOf(one).trim().split(/\s+/))
      expect(new Set(words)).toEqual(new Set(['слово']))
    })

    test('a text without spaces, never inside a character', async () => {
      const shown = await pieces(filled(family))
      for (const one of shown) expect(plainOf(one).replaceAll(family, '')).toBe('')
    })

    test('markup so that each piece is whole', async () => {
      for (const one of await pieces(filled('<b>жирне слово</b> і просте '), 'html')) {
        if (one.html === true) expect(one.text?.match(/<b>/g) ?? []).toHaveLength(one.text?.match(/<\/b>/g)?.length ?? 0)
        else expect(one.text).not.toContain('<b>')
      }
    })

    test('not what just fits', async () => {
      const text = 'я'.repeat(Math.min(at().driver.capabilities.textLimit, longest))
      expect(await pieces(text)).toHaveLength(1)
    })
  })
}
