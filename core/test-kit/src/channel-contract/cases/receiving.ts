import type { MessageContent } from '@parley/plugin-conversations/api'
import { describe, expect, test } from 'vitest'
import type { ChannelBench, Happening } from '../channel-bench.ts'

/** What clients send. */
export const receivingCases = (at: () => ChannelBench): void => {
  const takesIn = async (happening: Happening, content: object): Promise<void> => {
    const bench = at()
    const chatId = bench.chat()
    const status = await bench.deliver(chatId, happening)
    if (status === undefined) return await passesOver(bench)
    expect(status).toBe(200)
    const [received] = await bench.until(() => bench.receivedIn(chatId).length > 0 && bench.receivedIn(chatId), 'the message')
    expect(received?.message.content).toMatchObject(content)
  }

  describe('receives', () => {
    test('a text, with who wrote it', async () => {
      const bench = at()
      const chatId = bench.chat()
      expect(await bench.deliver(chatId, { type: 'text', text: 'Привіт 👋 & <b>' })).toBe(200)
      const [received] = await bench.until(() => bench.receivedIn(chatId).length > 0 && bench.receivedIn(chatId), 'the message')
      expect(received?.message).toMatchObject({ direction: 'in', state: 'received', content: { kind: 'text', text: 'Привіт 👋 & <b>' } })
      expect(received).not.toHaveProperty('start', expect.any(String))
    })

    test('a place', () => takesIn({ type: 'location', latitude: 50.45, longitude: 30.52 }, { kind: 'location', latitude: 50.45, longitude: 30.52 }))
    test('a contact', () =>
      takesIn(
        { type: 'contact', phone: '+12025550143', name: 'Olena' },
        { kind: 'contact', phone: expect.stringContaining('12025550143') as string },
      ))
  })
}

/** What a provider does not tell is, should it come one day, kept and harmless. */
const passesOver = async (bench: ChannelBench): Promise<void> => {
  expect(await bench.deliver(bench.chat(), { type: 'unknown' })).toSatisfy((status) => status === undefined || (status >= 200 && status < 500))
  const { chatId } = await bench.talk()
  expect(bench.receivedIn(chatId)[0]?.message.content satisfies MessageContent | undefined).toMatchObject({ kind: 'text' })
}
