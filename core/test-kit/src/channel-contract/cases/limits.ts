import { expect } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import type { ShownMessage } from '../description.ts'
import type { ContractTests } from './contract-tests.ts'
import { isSent, plainOf, squeezed } from './expectations.ts'

/** The longest text that a message has. */
const longest = 32_768
const family = '👩‍👩‍👧‍👦'
const loneHalf = /\p{Surrogate}/u

/** Long texts come in pieces that say the same. */
export const limitCases = (at: () => ChannelBench, { describe, test }: ContractTests): void => {
  const pieces = async (text: string, format: 'plain' | 'html' = 'plain'): Promise<ShownMessage[]> => {
    const bench = at()
    const { textLimit } = bench.driver.capabilities
    const { chatId, conversation } = await bench.talk()
    const [id] = await bench.send(conversation, { kind: 'text', text, format })
    await isSent(bench, conversation, id)
    const shown = bench.shownIn(chatId)
    const whole = plainOf({ text, html: format === 'html' })
    expect(squeezed(shown.map(plainOf).join('')), 'All pieces together must say what was written').toBe(squeezed(whole))
    for (const one of shown) {
      expect(plainOf(one).length, 'A piece must keep to `capabilities.textLimit`').toBeLessThanOrEqual(textLimit)
      expect(plainOf(one), 'A piece must not end inside a character').not.toMatch(loneHalf)
    }
    if (whole.length <= textLimit) expect(shown, 'What fits must be one message').toHaveLength(1)
    else expect(shown.length, 'What does not fit must be several messages').toBeGreaterThan(1)
    return shown
  }
  const filled = (unit: string, room = longest): string =>
    unit.repeat(Math.floor(Math.min(at().driver.capabilities.textLimit * 2.5, room) / unit.length)).trim()

  describe('splits', () => {
    test('a long text between words, in order', async () => {
      const shown = await pieces(filled('слово '))
      const words = shown.flatMap((one) => plainOf(one).trim().split(/\s+/))
      expect(new Set(words), 'A text must be split between words').toEqual(new Set(['слово']))
    })

    test('a text without spaces, never inside a character', async () => {
      const shown = await pieces(filled(family))
      for (const one of shown) expect(plainOf(one).replaceAll(family, ''), 'No character may be split').toBe('')
    })

    test('markup so that each piece is whole', async () => {
      for (const one of await pieces(filled('<b>жирне слово</b> і просте '), 'html')) {
        if (one.html !== true) expect(one.text, 'Without markup no tag may be shown').not.toContain('<b>')
        else expect(one.text?.match(/<b>/g) ?? [], 'Each piece must close the tags it opens').toHaveLength(one.text?.match(/<\/b>/g)?.length ?? 0)
      }
    })

    test('not what just fits', async () => {
      const text = 'я'.repeat(Math.min(at().driver.capabilities.textLimit, longest))
      expect(await pieces(text), 'What just fits must be one message').toHaveLength(1)
    })
  })
}
