import { expect } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import { withArticle } from '../words.ts'
import type { ContractTests } from './contract-tests.ts'
import { firstOf, goesOn, hasBytes, survivesTheUnknown, takesIn } from './expectations.ts'

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

const files = [
  ['image', 'broken.png', 'image/png', png],
  ['file', 'invoice.txt', 'text/plain', Buffer.from('Total: 42')],
  ['audio', 'voice.ogg', 'audio/ogg', Buffer.from('OggS voice of a client')],
  ['video', 'clip.mp4', 'video/mp4', Buffer.from('a film of a client')],
  ['sticker', 'smile.png', 'image/png', png],
] as const

/** What clients send. */
export const receivingCases = (at: () => ChannelBench, { describe, test }: ContractTests): void => {
  /** Why the file of a message could not be had. */
  const fileFailure = async (chatId: string, id: string): Promise<string | undefined> => {
    const content = (await at().storedIn(chatId)).find((message) => message.id === id)?.content
    return content !== undefined && 'media' in content ? content.media?.failure : undefined
  }

  describe('receives', () => {
    test('a text, with who wrote it and when', async () => {
      const bench = at()
      const chatId = bench.chat()
      await bench.deliver(chatId, { type: 'text', text: 'Привіт 👋 & <b>' })
      const message = await firstOf(bench, chatId)
      expect(message, 'A text must be an incoming message of the client').toMatchObject({
        direction: 'in',
        state: 'received',
        author: { kind: 'client' },
        number: 1,
      })
      expect(message.content, 'A text must arrive as it was written').toEqual({ kind: 'text', text: 'Привіт 👋 & <b>' })
    })

    for (const [type, name, mime, bytes] of files)
      test(`${withArticle(type)} of a client, fetched and kept here`, async () => {
        const bench = at()
        const file = bench.side.file(name, mime, bytes)
        await takesIn(bench, { type, file }, async ({ id, content: { kind } }, chatId) => {
          expect(kind, `What a client sends as "${type}" must be a message of that kind`).toBe(type)
          const { content } = await bench.until(async () => {
            const message = (await bench.storedIn(chatId)).find((one) => one.id === id)
            return message !== undefined && 'media' in message.content && message.content.media?.fileId !== undefined && message
          }, 'the file of the client to be fetched, by `media.url` or by `fetchMedia` of the driver')
          await hasBytes(bench, { file: { url: (content as { media: { url: string } }).media.url } }, bytes.length)
        })
      })

    test('the words under a picture', async () => {
      const bench = at()
      const file = bench.side.file('broken.png', 'image/png', png)
      await takesIn(bench, { type: 'image', file, caption: 'It came broken' }, ({ content }) => {
        expect(content, 'The words under a picture must be its `text`').toMatchObject({ kind: 'image', text: 'It came broken' })
      })
    })

    test('a message whose file is gone: the message stays, with the reason', async () => {
      const bench = at()
      const there = bench.side.file('old.png', 'image/png', png)
      const gone = { ...there, id: 'gone', url: there.url.replace(there.id, 'gone') }
      await takesIn(bench, { type: 'image', file: gone }, async ({ id }, chatId) => {
        const failure = await bench.until(() => fileFailure(chatId, id), 'the reason why there is no file', 5_000)
        expect(failure, 'A file that is gone must be a reason at the message').not.toBe('')
      })
    })

    test('a file that is too large: not fetched again and again, with the reason', async () => {
      const bench = at()
      const file = bench.side.file('film.bin', 'application/octet-stream', Buffer.alloc(bench.maxFileBytes + 1))
      const before = bench.side.api?.requests ?? 0
      await takesIn(bench, { type: 'file', file }, async ({ id }, chatId) => {
        if (bench.side.api === undefined) return expect(await bench.storedIn(chatId), 'The message must stay').toHaveLength(1)
        const failure = await bench.until(() => fileFailure(chatId, id), 'the reason why there is no file')
        expect(failure, 'The reason must say that the file is too large').toMatch(/large|big|size/i)
        // where it lies, and the file itself, once each
        expect(bench.side.api.requests - before, 'A file that is too large must not be fetched again').toBeLessThanOrEqual(2)
      })
    })

    test('a place', () =>
      takesIn(at(), { type: 'location', latitude: 50.45, longitude: 30.52 }, ({ content }) => {
        expect(content, 'A place must arrive with its latitude and longitude').toMatchObject({ kind: 'location', latitude: 50.45, longitude: 30.52 })
      }))

    test('a contact', () =>
      takesIn(at(), { type: 'contact', phone: '+12025550143', name: 'Olena' }, ({ content }) => {
        const phone = expect.stringContaining('12025550143') as string
        expect(content, 'A contact must arrive with its number').toMatchObject({ kind: 'contact', phone })
      }))

    test('the parameter of a deep link', () =>
      takesIn(at(), { type: 'start', parameter: 'src_qr-42' }, (_message, chatId) => {
        expect(at().receivedIn(chatId)[0]?.start, 'The parameter of the link must be the `start` of the event').toBe('src_qr-42')
      }))

    test('other words than a deep link without a start', async () => {
      const bench = at()
      const { chatId } = await bench.talk()
      expect(bench.receivedIn(chatId)[0]?.start, 'Ordinary words must have no `start`').toBeUndefined()
    })

    test('characters that no database takes', async () => {
      const bench = at()
      const chatId = bench.chat()
      await bench.deliver(chatId, { type: 'text', text: 'a\u0000b \ud83d c' })
      const { content } = await firstOf(bench, chatId)
      const text = expect.stringMatching(/^ab .+ c$/) as string
      expect(content, 'Zero bytes and halves of characters must be taken out, the rest must stay').toMatchObject({ kind: 'text', text })
    })

    test('a text as long as it may be', async () => {
      const bench = at()
      const chatId = bench.chat()
      const text = 'слово '.repeat(1000).trim()
      await bench.deliver(chatId, { type: 'text', text })
      expect((await firstOf(bench, chatId)).content, 'A long text must arrive whole').toMatchObject({ text })
    })

    test('a kind that does not exist yet: kept as it came, and nothing breaks', async () => {
      const bench = at()
      const event = bench.event(bench.chat(), { type: 'unknown' })
      const body = bench.side.api?.body(event)
      if (!(await bench.hand(event)) || body === undefined) return await survivesTheUnknown(bench)
      const kept = (await bench.desk.intake()).map(({ payload }) => payload)
      expect(kept, 'What is not understood must stand in the intake as it came: give `inbox.receive` the bytes as `raw`').toContain(body)
      await goesOn(bench)
    })
  })
}
