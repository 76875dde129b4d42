import type { MessageContentInput, MessageKind } from '@parley/plugin-conversations/api'
import { describe, expect, test } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import type { ShownMessage } from '../description.ts'
import { bytesOf, plainOf, squeezed } from './expectations.ts'

const mediaKinds = ['image', 'file', 'audio', 'video'] as const
const types = { image: 'image/png', file: 'application/pdf', audio: 'audio/mpeg', video: 'video/mp4', sticker: 'image/webp' }

/** What goes out, in the kind the channel has for it, or in words. */
export const sendingCases = (at: () => ChannelBench): void => {
  const sends = async (...contents: MessageContentInput[]): Promise<ShownMessage[]> => {
    const bench = at()
    const { chatId, conversation } = await bench.talk()
    const ids = await bench.send(conversation, ...contents)
    for (const id of ids) expect(await bench.settled(conversation, id)).toMatchObject({ state: 'sent' })
    return bench.shownIn(chatId)
  }
  const can = (kind: MessageKind): boolean => at().driver.capabilities.kinds.includes(kind)

  describe('sends', () => {
    test('a text', async () => {
      const shown = await sends({ kind: 'text', text: 'Добрий день 👋' })
      expect(shown).toHaveLength(1)
      expect(shown[0]).toMatchObject({ kind: 'text' })
      expect(plainOf(shown[0]!)).toBe('Добрий день 👋')
    })

    test.each([...mediaKinds, 'sticker'] as const)('a %s, or where to find it', async (kind) => {
      const bench = at()
      const media = await bench.store(`${kind}.bin`, types[kind], Buffer.from(`the bytes of a ${kind}`))
      const shown = await sends(kind === 'sticker' ? { kind, media, emoji: '🙂' } : { kind, media, text: 'See this' })
      if (can(kind) || (kind !== 'sticker' && can('file'))) {
        expect(shown[0]?.kind).toBe(can(kind) ? kind : 'file')
        expect(await bytesOf(bench, shown[0]!)).toBe(media.size)
      } else {
        const [address] = /https:\S+/.exec(shown.map(plainOf).join('\n')) ?? []
        expect(await bytesOf(bench, { chatId: '', kind, file: { url: address ?? 'none' } })).toBe(media.size)
      }
      if (kind !== 'sticker') expect(shown.map(plainOf).join('\n')).toContain('See this')
    })

    test('a place', async () => {
      const [shown] = await sends({ kind: 'location', latitude: 50.45, longitude: 30.52, title: 'The shop' })
      if (can('location')) expect(shown).toMatchObject({ kind: 'location', latitude: 50.45, longitude: 30.52 })
      else expect(plainOf(shown!)).toBe('The shop\n50.45, 30.52')
    })

    test('a contact', async () => {
      const [shown] = await sends({ kind: 'contact', phone: '+12025550143', name: 'Support' })
      if (can('contact')) expect(shown).toMatchObject({ kind: 'contact', phone: '+12025550143' })
      else expect(plainOf(shown!)).toBe('Support, +12025550143')
    })

    test('several messages in their order', async () => {
      const texts = ['one', 'two', 'three', 'four', 'five']
      const shown = await sends(...texts.map((text) => ({ kind: 'text' as const, text })))
      expect(shown.map(plainOf)).toEqual(texts)
    })

    test('nothing of what is for the team only', async () => {
      const bench = at()
      const { chatId, conversation } = await bench.talk()
      for (const content of [
        { kind: 'system', text: 'Oksana took the chat' },
        { kind: 'note', text: 'rude' },
      ] as const) {
        await expect(bench.send(conversation, content)).rejects.toMatchObject({ code: 'invalid_input' })
        await bench.show(conversation, content)
      }
      await bench.send(conversation, { kind: 'text', text: 'after it' })
      await bench.until(() => bench.shownIn(chatId).length > 0, 'the text')
      expect(bench.shownIn(chatId).map(plainOf)).toEqual(['after it'])
    })
  })

  describe('writes', () => {
    test('markup as markup, or without it', async () => {
      const [shown] = await sends({ kind: 'text', text: '<b>Paid</b> &amp; <i>sent</i>', format: 'html' })
      expect(plainOf(shown!)).toBe('Paid & sent')
      expect(shown?.html === true).toBe(at().driver.capabilities.html)
      if (shown?.html === true) expect(shown.text).toMatch(/<(b|strong)>Paid<\//)
    })

    test('markup under a file in the same way', async () => {
      const media = await at().store('map.png', 'image/png', Buffer.from('a map'))
      const shown = await sends({ kind: 'image', media, text: '<b>Where</b> we are', format: 'html' })
      expect(shown.map(plainOf).join('\n')).toContain('Where we are')
    })

    test('the words of markup that is broken or dangerous', async () => {
      const shown = await sends({ kind: 'text', text: '<b>Hello <script>alert(1)</script><u>there</b> <blink>you</blink>', format: 'html' })
      const words = shown.map(plainOf).join('')
      for (const word of ['Hello', 'there', 'you']) expect(words).toContain(word)
      expect(shown.map(({ text }) => text).join('')).not.toContain('<script')
    })

    test('plain text as it is, whatever it looks like', async () => {
      const text = '1 < 2 && <b>not bold</b> *stars* _lines_ `ticks` [link](x) &amp;'
      const [shown] = await sends({ kind: 'text', text })
      expect(plainOf(shown!)).toBe(text)
    })

    test('words under a file as far as they fit, the rest below', async () => {
      const bench = at()
      const { captionLimit, textLimit } = bench.driver.capabilities
      const media = await bench.store('manual.pdf', 'application/pdf', Buffer.from('a manual'))
      const text = 'порада '.repeat(585).trim()
      const shown = await sends({ kind: 'file', media, text })
      if (can('file')) {
        expect(shown[0]?.kind).toBe('file')
        expect(plainOf(shown[0]!).length).toBeLessThanOrEqual(captionLimit ?? textLimit)
        expect(shown.slice(1).every(({ kind }) => kind === 'text')).toBe(true)
        expect(squeezed(shown.map(plainOf).join(''))).toBe(squeezed(text))
      } else expect(squeezed(shown.map(plainOf).join(''))).toContain(squeezed(text))
    })

    test('a link in place of a file that is too large for the channel', async () => {
      const bench = at()
      const { maxFileBytes } = bench.driver.capabilities
      const bytes = Buffer.from('the bytes')
      const stored = await bench.store('film.mp4', 'video/mp4', bytes)
      // what matters is the size that is written down: nobody reads the file to learn that it is too large
      const [shown] = await sends({ kind: 'file', media: { ...stored, size: (maxFileBytes ?? 0) + 1 }, text: 'The film' })
      if (maxFileBytes === undefined && can('file')) return expect(await bytesOf(bench, shown!)).toBe(bytes.length)
      expect(shown?.kind).toBe('text')
      const [address] = /https:\S+/.exec(plainOf(shown!)) ?? []
      expect(await bytesOf(bench, { chatId: '', kind: 'file', file: { url: address ?? 'none' } })).toBe(bytes.length)
      expect(plainOf(shown!)).toContain('The film')
    })
  })
}
