import type { MessageContentInput, MessageKind } from '@parley/plugin-conversations/api'
import { expect } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import type { ShownMessage } from '../description.ts'
import { withArticle } from '../words.ts'
import type { ContractTests } from './contract-tests.ts'
import { hasBytes, isSent, linksTo, plainOf, squeezed } from './expectations.ts'

const mediaKinds = ['image', 'file', 'audio', 'video'] as const
const types = { image: 'image/png', file: 'application/pdf', audio: 'audio/mpeg', video: 'video/mp4', sticker: 'image/webp' }

/** What goes out, in the kind the channel has for it, or in words. */
export const sendingCases = (at: () => ChannelBench, { describe, test }: ContractTests): void => {
  const sends = async (...contents: MessageContentInput[]): Promise<[ShownMessage, ...ShownMessage[]]> => {
    const bench = at()
    const { chatId, conversation } = await bench.talk()
    const ids = await bench.send(conversation, ...contents)
    for (const id of ids) await isSent(bench, conversation, id)
    const shown = bench.shownIn(chatId)
    expect(shown.length, '`shows` must find the message in the requests of the driver, in the chat it was sent to').toBeGreaterThan(0)
    return shown as [ShownMessage, ...ShownMessage[]]
  }
  const can = (kind: MessageKind): boolean => at().driver.capabilities.kinds.includes(kind)
  const wordsOf = (shown: readonly ShownMessage[]): string => shown.map(plainOf).join('\n')

  describe('sends', () => {
    test('a text', async () => {
      const shown = await sends({ kind: 'text', text: 'Добрий день 👋' })
      expect(shown, 'A short text must be one message').toHaveLength(1)
      expect(shown[0].kind, 'A text must be shown as a text').toBe('text')
      expect(plainOf(shown[0]), 'A text must be shown as it was written').toBe('Добрий день 👋')
    })

    for (const kind of [...mediaKinds, 'sticker'] as const)
      test(`${withArticle(kind)}, or where to find it`, async () => {
        const bench = at()
        const media = await bench.store(`${kind}.bin`, types[kind], Buffer.from(`the bytes of ${withArticle(kind)}`))
        const shown = await sends(kind === 'sticker' ? { kind, media, emoji: '🙂' } : { kind, media, text: 'See this' })
        if (can(kind) || (kind !== 'sticker' && can('file'))) {
          expect(shown[0].kind, '`capabilities.kinds` decide how it is shown').toBe(can(kind) ? kind : 'file')
          await hasBytes(bench, shown[0], media.size)
        } else await linksTo(bench, wordsOf(shown), media.size)
        if (kind !== 'sticker') expect(wordsOf(shown), 'The words under the file must be shown').toContain('See this')
      })

    test('a place', async () => {
      const [shown] = await sends({ kind: 'location', latitude: 50.45, longitude: 30.52, title: 'The shop' })
      if (can('location')) expect(shown, 'A place must be shown as one').toMatchObject({ kind: 'location', latitude: 50.45, longitude: 30.52 })
      else expect(plainOf(shown), 'Without `location` in `capabilities.kinds` a place is a text').toBe('The shop\n50.45, 30.52')
    })

    test('a contact', async () => {
      const [shown] = await sends({ kind: 'contact', phone: '+12025550143', name: 'Support' })
      if (can('contact')) expect(shown, 'A contact must be shown as one').toMatchObject({ kind: 'contact', phone: '+12025550143' })
      else expect(plainOf(shown), 'Without `contact` in `capabilities.kinds` a contact is a text').toBe('Support, +12025550143')
    })

    test('several messages in their order', async () => {
      const texts = ['one', 'two', 'three', 'four', 'five']
      const shown = await sends(...texts.map((text) => ({ kind: 'text' as const, text })))
      expect(shown.map(plainOf), 'Messages must be shown once each, in the order they were sent').toEqual(texts)
    })

    test('nothing of what is for the team only', async () => {
      const bench = at()
      const { chatId, conversation } = await bench.talk()
      await bench.send(conversation, { kind: 'text', text: 'before it' })
      for (const content of [
        { kind: 'system', text: 'Oksana took the chat' },
        { kind: 'note', text: 'rude' },
      ] as const) {
        await expect(bench.send(conversation, content), `What is "${content.kind}" may not be sent`).rejects.toMatchObject({
          code: 'invalid_input',
        })
        await bench.show(conversation, content)
      }
      await bench.send(conversation, { kind: 'text', text: 'after it' })
      await bench.until(() => bench.shownIn(chatId).length >= 2, 'both texts at the client')
      expect(bench.shownIn(chatId).map(plainOf), 'Lines for the team must not be shown to the client').toEqual(['before it', 'after it'])
    })
  })

  describe('writes', () => {
    test('markup as markup, or without it', async () => {
      const [shown] = await sends({ kind: 'text', text: '<b>Paid</b> &amp; <i>sent</i>', format: 'html' })
      expect(plainOf(shown), 'The words of the markup must be shown').toBe('Paid & sent')
      const { html } = at().driver.capabilities
      expect(shown.html === true, `\`capabilities.html\` is ${html}, so \`shows\` must say whether the request carries markup (\`html\`)`).toBe(html)
      if (shown.html === true) expect(shown.text, 'Bold words must be bold').toMatch(/<(b|strong)>Paid<\//)
    })

    test('markup under a file in the same way', async () => {
      const media = await at().store('map.png', 'image/png', Buffer.from('a map'))
      const shown = await sends({ kind: 'image', media, text: '<b>Where</b> we are', format: 'html' })
      expect(wordsOf(shown), 'The words of the markup under the file must be shown').toContain('Where we are')
    })

    test('the words of markup that is broken or dangerous', async () => {
      const shown = await sends({ kind: 'text', text: '<b>Hello <script>alert(1)</script><u>there</b> <blink>you</blink>', format: 'html' })
      const words = shown.map(plainOf).join('')
      for (const word of ['Hello', 'there', 'you']) expect(words, 'The words of broken markup must be shown').toContain(word)
      expect(shown.map(({ text }) => text).join(''), 'No script may be shown').not.toContain('<script')
    })

    test('plain text as it is, whatever it looks like', async () => {
      const text = '1 < 2 && <b>not bold</b> *stars* _lines_ `ticks` [link](x) &amp;'
      const [shown] = await sends({ kind: 'text', text })
      expect(plainOf(shown), 'Plain text must be shown as it is: escape it where the provider reads markup').toBe(text)
    })

    test('words under a file as far as they fit, the rest below', async () => {
      const bench = at()
      const { captionLimit, textLimit } = bench.driver.capabilities
      const media = await bench.store('manual.pdf', 'application/pdf', Buffer.from('a manual'))
      const text = 'порада '.repeat(585).trim()
      const shown = await sends({ kind: 'file', media, text })
      const whole = squeezed(shown.map(plainOf).join(''))
      if (can('file')) {
        expect(shown[0].kind, 'The file must come first').toBe('file')
        expect(plainOf(shown[0]).length, 'The words under the file must keep to `captionLimit`').toBeLessThanOrEqual(captionLimit ?? textLimit)
        expect(
          shown.slice(1).map(({ kind }) => kind),
          'The rest must be texts',
        ).toEqual(shown.slice(1).map(() => 'text'))
        expect(whole, 'No word may be lost').toBe(squeezed(text))
      } else expect(whole, 'No word may be lost').toContain(squeezed(text))
    })

    test('a link in place of a file that is too large for the channel', async () => {
      const bench = at()
      const { maxFileBytes } = bench.driver.capabilities
      const bytes = Buffer.from('the bytes')
      const stored = await bench.store('film.mp4', 'video/mp4', bytes)
      // what matters is the size that is written down: nobody reads the file to learn that it is too large
      const [shown] = await sends({ kind: 'file', media: { ...stored, size: (maxFileBytes ?? 0) + 1 }, text: 'The film' })
      if (maxFileBytes === undefined && can('file')) return await hasBytes(bench, shown, bytes.length)
      expect(shown.kind, 'A file above `maxFileBytes` must be a link in a text').toBe('text')
      await linksTo(bench, plainOf(shown), bytes.length)
      expect(plainOf(shown), 'The words under the file must be shown').toContain('The film')
    })
  })
}
