import { describe, expect, test } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import { bytesOf, firstOf, goesOn, survivesTheUnknown, takesIn } from './expectations.ts'

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

const files = [
  ['image', 'broken.png', 'image/png', png],
  ['file', 'invoice.txt', 'text/plain', Buffer.from('Total: 42')],
  ['audio', 'voice.ogg', 'audio/ogg', Buffer.from('OggS voice of a client')],
  ['video', 'clip.mp4', 'video/mp4', Buffer.from('a film of a client')],
  ['sticker', 'smile.png', 'image/png', png],
] as const

/** What clients send. */
export const receivingCases = (at: () => ChannelBench): void => {
  describe('receives', () => {
    test('a text, with who wrote it and when', async () => {
      const bench = at()
      const chatId = bench.chat()
      expect(await bench.deliver(chatId, { type: 'text', text: 'Привіт 👋 & <b>' })).toBe(200)
      const message = await firstOf(bench, chatId)
      expect(message).toMatchObject({ direction: 'in', state: 'received', author: { kind: 'client' }, number: 1 })
      expect(message.content).toEqual({ kind: 'text', text: 'Привіт 👋 & <b>' })
    })

    test.each(files)('a client’s %s, fetched and kept here', async (type, name, mime, bytes) => {
      const bench = at()
      const file = bench.side.file(name, mime, bytes)
      await takesIn(bench, { type, file }, async ({ id }, chatId) => {
        const { content } = await bench.until(async () => {
          const message = (await bench.storedIn(chatId)).find((one) => one.id === id)
          return message !== undefined && 'media' in message.content && message.content.media?.fileId !== undefined && message
        }, 'the file to be fetched')
        expect(content.kind).toBe(type)
        const { url } = (content as { media: { url: string } }).media
        expect(await bytesOf(bench, { chatId, kind: type, file: { url } })).toBe(bytes.length)
      })
    })

    test('the words under a picture', async () => {
      const bench = at()
      const file = bench.side.file('broken.png', 'image/png', png)
      await takesIn(bench, { type: 'image', file, caption: 'It came broken' }, ({ content }) => {
        expect(content).toMatchObject({ kind: 'image', text: 'It came broken' })
      })
    })

    test('a message whose file is gone: the message stays, with the reason', async () => {
      const bench = at()
      const there = bench.side.file('old.png', 'image/png', png)
      const gone = { ...there, id: 'gone', url: there.url.replace(there.id, 'gone') }
      await takesIn(bench, { type: 'image', file: gone }, async ({ id }, chatId) => {
        const failure = await bench.until(() => bench.fileFailure(chatId, id), 'the reason why there is no file', 5_000)
        expect(failure).not.toBe('')
      })
    })

    test('a file that is too large: not fetched again and again, with the reason', async () => {
      const bench = at()
      const file = bench.side.file('film.bin', 'application/octet-stream', Buffer.alloc(bench.maxFileBytes + 1))
      const before = bench.side.api?.requests ?? 0
      await takesIn(bench, { type: 'file', file }, async ({ id }, chatId) => {
        if (bench.side.api === undefined) return expect(await bench.storedIn(chatId)).toHaveLength(1)
        const failure = await bench.until(() => bench.fileFailure(chatId, id), 'the reason why there is no file')
        expect(failure).toMatch(/large|big|size/i)
        // where it lies, and the file itself, once each
        expect(bench.side.api.requests - before).toBeLessThanOrEqual(2)
      })
    })

    test('a place', () =>
      takesIn(at(), { type: 'location', latitude: 50.45, longitude: 30.52 }, ({ content }) => {
        expect(content).toMatchObject({ kind: 'location', latitude: 50.45, longitude: 30.52 })
      }))

    test('a contact', () =>
      takesIn(at(), { type: 'contact', phone: '+12025550143', name: 'Olena' }, ({ content }) => {
        expect(content).toMatchObject({ kind: 'contact', phone: expect.stringContaining('12025550143') as string })
      }))

    test('the parameter of a deep link', async () => {
      const bench = at()
      await takesIn(bench, { type: 'start', parameter: 'src_qr-42' }, (_message, chatId) => {
        expect(bench.receivedIn(chatId)[0]?.start).toBe('src_qr-42')
      })
    })

    test('other words than a deep link without a start', async () => {
      const bench = at()
      const { chatId } = await bench.talk()
      expect(bench.receivedIn(chatId)[0]?.start).toBeUndefined()
    })

    test('characters that no database takes', async () => {
      const bench = at()
      const chatId = bench.chat()
      await bench.deliver(chatId, { type: 'text', text: 'a\u0000b \ud83d c' })
      const message = await firstOf(bench, chatId)
      expect(message.content).toMatchObject({ kind: 'text', text: expect.stringMatching(/^ab .+ c$/) as string })
    })

    test('a text as long as it may be', async () => {
      const bench = at()
      const chatId = bench.chat()
      const text = 'слово '.repeat(1000).trim()
      await bench.deliver(chatId, { type: 'text', text })
      expect((await firstOf(bench, chatId)).content).toMatchObject({ text })
    })

    test('a kind that does not exist yet: kept as it came, and nothing breaks', async () => {
      const bench = at()
      const event = bench.event(bench.chat(), { type: 'unknown' })
      const status = await bench.side.deliver(event)
      const body = bench.side.api?.body(event)
      if (status === undefined || body === undefined) return await survivesTheUnknown(bench)
      expect(status).toBe(200)
      expect((await bench.intake()).map(({ payload }) => payload)).toContain(body)
      await goesOn(bench)
    })
  })
}
