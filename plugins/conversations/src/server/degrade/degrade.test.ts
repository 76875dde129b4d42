import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChannelCapabilities, MessageContent } from '../../api/index.ts'
import { degrade } from './degrade.ts'
import { sanitizeHtml, splitHtml, stripHtml } from './html.ts'
import { shorten, splitText } from './split-text.ts'

const capabilities: ChannelCapabilities = {
  kinds: ['text', 'image', 'keyboard'],
  textLimit: 100,
  captionLimit: 20,
  html: true,
  keyboard: { placements: ['inline'], maxRows: 3, maxColumns: 2, textLimit: 10, valueLimit: 26, actions: ['reply', 'url'] },
  typing: true,
  receipts: [],
}
const bare: ChannelCapabilities = { kinds: ['text'], textLimit: 100, html: false, typing: false, receipts: [] }
const context = { linkOf: () => 'https://example.com/f' }
const partsOf = (content: MessageContent, of = capabilities) => degrade(content, of, context).parts
const squeezed = (text: string): string => text.replace(/\s+/g, '')
const lone = /\p{Surrogate}/u

describe('texts', () => {
  it('are cut between paragraphs, else sentences, else words', () => {
    expect(splitText('First paragraph.\n\nSecond one. Third sentence', 30)).toEqual(['First paragraph.', 'Second one. Third sentence'])
    expect(splitText('One is here. Two is there. Three', 27)).toEqual(['One is here. Two is there.', 'Three'])
    expect(splitText('words that go on and on', 10)).toEqual(['words that', 'go on and', 'on'])
    expect(splitText('short', 10)).toEqual(['short'])
  })

  it('keep families and flags whole when there is no better place', () => {
    expect(splitText('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 12)).toEqual(['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦'])
    expect(shorten('Надзвичайно довга назва', 10)).toBe('Надзвичай…')
  })

  it('lose nothing but spaces, fit, and stay well-formed', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'б', ' ', '\n', '.', '😀', '👩‍👩‍👧', 'e\u0301', '!'), maxLength: 400 })
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 60 }), fc.integer({ min: 4, max: 60 }), (value, limit, first) => {
        const pieces = splitText(value, limit, first)
        expect(squeezed(pieces.join(''))).toBe(squeezed(value))
        for (const [index, piece] of pieces.entries()) {
          expect(piece.length).toBeLessThanOrEqual(index === 0 ? Math.max(first, limit) : limit)
          expect(piece).not.toBe('')
          expect(piece).not.toMatch(lone)
        }
        expect(pieces[0]?.length ?? 0).toBeLessThanOrEqual(first)
      }),
    )
  })
})

describe('markup', () => {
  it('keeps what channels know and drops the rest', () => {
    expect(sanitizeHtml('<strong>Hi</strong> <font color=red>you</font><script>alert(1)</script><img src=x onerror=alert(1)>')).toBe('<b>Hi</b> you')
    expect(sanitizeHtml('<a href="javascript:alert(1)">x</a> <a href="https://e.com/?a=1&amp;b=2" onclick=y>z</a>')).toBe(
      'x <a href="https://e.com/?a=1&amp;b=2">z</a>',
    )
    expect(sanitizeHtml('1 < 2 && <b>not closed')).toBe('1 &lt; 2 &amp;&amp; <b>not closed</b>')
    expect(stripHtml('<p>Hello <b>Anna</b></p><p>See <a href="https://e.com">our site</a></p>')).toBe('Hello Anna\n\nSee our site (https://e.com)')
  })

  it('stays good markup when it is cut, and says the same', () => {
    const node = fc.constantFrom(
      '<b>',
      '</b>',
      '<i>',
      '</i>',
      '<a href="https://e.com/x">',
      '</a>',
      'word ',
      'слово. ',
      '😀',
      '&lt;',
      '\n\n',
      '<x>',
      '<',
      '>',
    )
    fc.assert(
      fc.property(fc.array(node, { maxLength: 80 }), fc.integer({ min: 4, max: 40 }), (nodes, limit) => {
        const html = nodes.join('')
        const pieces = splitHtml(html, limit)
        for (const piece of pieces) {
          expect(piece).toBe(sanitizeHtml(piece))
          expect(piece.replace(/<[^>]+>/g, '').replace(/&(?:lt|gt|amp);/g, '_').length).toBeLessThanOrEqual(limit)
          expect(piece).not.toMatch(lone)
        }
        const read = (markup: string): string => squeezed(markup.replace(/<[^>]+>/g, ''))
        expect(read(pieces.join(''))).toBe(read(sanitizeHtml(html)))
      }),
    )
  })
})

describe('keyboards', () => {
  const keyboard = (buttons: Extract<MessageContent, { kind: 'keyboard' }>['buttons'], text = 'Choose'): MessageContent => ({
    kind: 'keyboard',
    text,
    placement: 'reply',
    buttons,
  })
  const reply = (text: string, value?: string) => ({ text, action: 'reply' as const, ...(value === undefined ? {} : { value }) })

  it('become a numbered list where the channel has no buttons', () => {
    expect(partsOf(keyboard([[reply('Sales'), { text: 'Site', action: 'url', url: 'https://e.com' }], [reply('Support')]]), bare)).toEqual([
      { kind: 'text', text: 'Choose\n\n1. Sales\n2. Site: https://e.com\n3. Support' },
    ])
  })

  it('are arranged in the rows and columns there are', () => {
    expect(partsOf(keyboard([[reply('a'), reply('b'), reply('c')]]))).toEqual([
      {
        kind: 'keyboard',
        text: 'Choose',
        placement: 'inline',
        buttons: [[reply('a', 'a'), reply('b', 'b')], [reply('c', 'c')]],
      },
    ])
    const seven = [1, 2, 3, 4, 5, 6, 7].map((n) => [reply(`b${n}`)])
    expect(partsOf(keyboard(seven))[0]).toMatchObject({ kind: 'text' })
  })

  it('send a short key for a long value, and the same one every time', () => {
    const long = keyboard([[reply('Sales', 'department:sales:and:much:more')]])
    const { parts, values } = degrade(long, capabilities, context)
    const [key, value] = [...values][0]!
    expect(value).toBe('department:sales:and:much:more')
    expect(Buffer.byteLength(key)).toBeLessThanOrEqual(26)
    expect(parts[0]).toMatchObject({ buttons: [[{ text: 'Sales', value: key }]] })
    expect(degrade(long, capabilities, context)).toEqual({ parts, values, choices: [] })
  })

  it('become a list that says what each number stands for', () => {
    const list = keyboard([[reply('Sales', 'dep:sales')], [{ text: 'Site', action: 'url', url: 'https://e.com' }, reply('Other')]])
    const { parts, choices } = degrade(list, bare, context)
    expect(parts).toEqual([{ kind: 'text', text: 'Choose\n\n1. Sales\n2. Site: https://e.com\n3. Other' }])
    expect(choices).toEqual([{ text: 'Sales', value: 'dep:sales' }, undefined, { text: 'Other', value: 'Other' }])
  })

  it('put long texts before them and actions that are missing into the text', () => {
    const parts = partsOf(keyboard([[reply('Yes')], [{ text: 'Share phone', action: 'contact' }]], 'word '.repeat(30)))
    expect(parts.map(({ kind }) => kind)).toEqual(['text', 'keyboard'])
    expect(parts[1]).toMatchObject({ buttons: [[{ text: 'Yes' }]] })
  })
})

describe('other kinds', () => {
  it('become a link when the file is larger than the channel takes', () => {
    const small = { ...capabilities, maxFileBytes: 100 }
    expect(partsOf({ kind: 'image', media: { url: '/f', size: 101 }, text: '<b>Map</b>', format: 'html' }, small)).toEqual([
      { kind: 'text', text: 'Map\nhttps://example.com/f' },
    ])
    expect(partsOf({ kind: 'image', media: { url: '/f', size: 100 } }, small)).toEqual([{ kind: 'image', media: { url: '/f', size: 100 } }])
  })

  it('keep their file and say the rest of a long caption as text', () => {
    const parts = partsOf({ kind: 'image', media: { url: '/f' }, text: 'A caption that is longer than fits' })
    expect(parts).toEqual([
      { kind: 'image', media: { url: '/f' }, text: 'A caption that is' },
      { kind: 'text', text: 'longer than fits' },
    ])
  })

  it('become words and a link where the channel lacks them', () => {
    expect(partsOf({ kind: 'video', media: { name: 'v.mp4' }, text: '<b>Look</b>', format: 'html' }, bare)).toEqual([
      { kind: 'text', text: 'Look\nhttps://example.com/f' },
    ])
    expect(partsOf({ kind: 'location', latitude: 50.45, longitude: 30.52, title: 'Office' }, bare)).toEqual([
      { kind: 'text', text: 'Office\n50.45, 30.52' },
    ])
    expect(partsOf({ kind: 'sticker' }, bare)).toEqual([{ kind: 'text', text: '🙂' }])
    expect(partsOf({ kind: 'video', media: { name: 'v.mp4' } }, { ...bare, kinds: ['text', 'file'] })).toEqual([
      { kind: 'file', media: { name: 'v.mp4' } },
    ])
  })
})
