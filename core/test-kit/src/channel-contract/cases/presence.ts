import { describe, expect, test } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import { conversations } from '../references.ts'
import { survivesTheUnknown } from './expectations.ts'
import { isBlocked } from './failures.ts'

/** What both sides learn of one another beside messages. */
export const presenceCases = (at: () => ChannelBench): void => {
  const sent = async (bench: ChannelBench) => {
    const { chatId, conversation } = await bench.talk()
    const [id] = await bench.send(conversation, { kind: 'text', text: 'seen?' })
    expect(await bench.settled(conversation, id!)).toMatchObject({ state: 'sent' })
    const state = async (): Promise<string> => (await bench.message(conversation, id!)).state
    await bench.until(() => bench.shownIn(chatId).length > 0, 'the message')
    return { chatId, shown: bench.shownIn(chatId)[0]!, state }
  }

  describe('tells', () => {
    test('the client that somebody types, where clients can see it', async () => {
      const bench = at()
      const { chatId, conversation } = await bench.talk()
      const before = bench.side.api?.requests
      await bench.host.service(conversations).typing(conversation.id, { kind: 'operator', name: 'Oksana' })
      if (bench.driver.capabilities.typing) {
        await bench.until(() => bench.side.typed().includes(chatId), 'the client to see it')
      } else {
        await bench.pass(2)
        expect(bench.side.api?.requests).toBe(before)
      }
      expect(bench.side.typed().includes(chatId)).toBe(bench.driver.capabilities.typing)
    })

    test.each(['delivered', 'read'] as const)('us that a message was %s, where the channel says so', async (receipt) => {
      const bench = at()
      const { chatId, shown, state } = await sent(bench)
      const status = await bench.deliver(chatId, { type: 'receipt', id: shown.id ?? '', state: receipt })
      if (bench.driver.capabilities.receipts.includes(receipt)) {
        expect(status).toBe(200)
        await bench.until(async () => (await state()) === receipt, 'the receipt')
      } else {
        expect(status ?? 200).toBeLessThan(500)
        expect(await state()).toBe('sent')
      }
    })

    test('us receipts in the wrong order without a step back', async () => {
      const bench = at()
      const { chatId, shown, state } = await sent(bench)
      for (const receipt of ['read', 'delivered', 'read'] as const) {
        expect((await bench.deliver(chatId, { type: 'receipt', id: shown.id ?? '', state: receipt })) ?? 200).toBeLessThan(500)
      }
      const last = bench.driver.capabilities.receipts.includes('read') ? 'read' : bench.driver.capabilities.receipts[0]
      await bench.until(async () => (await state()) === (last ?? 'sent'), 'the last state')
      expect(await state()).toBe(last ?? 'sent')
    })

    test('us of a receipt for a message that we do not know, in vain', async () => {
      const bench = at()
      const status = await bench.deliver(bench.chat(), { type: 'receipt', id: 'of-somebody-else', state: 'read' })
      expect(status ?? 200).toBeLessThan(500)
      await bench.pass(15)
      const { state } = await sent(bench)
      expect(await state()).toBe('sent')
    })

    test('us that a client blocks us, and comes back', async () => {
      const bench = at()
      const { chatId, conversation } = await bench.talk()
      const status = await bench.deliver(chatId, { type: 'blocked' })
      if (status === undefined) return await survivesTheUnknown(bench)
      expect(status).toBe(200)
      await bench.until(() => isBlocked(bench, conversation.clientId), 'the client to be marked')
      expect(await bench.deliver(chatId, { type: 'unblocked' })).toBe(200)
      expect(await bench.until(async () => !(await isBlocked(bench, conversation.clientId)), 'the mark to go')).toBe(true)
    })
  })
}
