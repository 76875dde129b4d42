import { expect } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import { conversations } from '../references.ts'
import type { ContractTests } from './contract-tests.ts'
import { isSent, survives, survivesTheUnknown } from './expectations.ts'
import { isBlocked } from './failures.ts'

/** What both sides learn of one another beside messages. */
export const presenceCases = (at: () => ChannelBench, { describe, test }: ContractTests): void => {
  const sent = async (bench: ChannelBench) => {
    const { chatId, conversation } = await bench.talk()
    const [id] = await bench.send(conversation, { kind: 'text', text: 'seen?' })
    await isSent(bench, conversation, id)
    const state = async (): Promise<string> => (await bench.message(conversation, id!)).state
    await bench.until(() => bench.shownIn(chatId).length > 0, 'the message at the client')
    return { chatId, shown: bench.shownIn(chatId)[0]!, state }
  }

  describe('tells', () => {
    test('the client that somebody types, where clients can see it', async () => {
      const bench = at()
      const { chatId, conversation } = await bench.talk()
      const before = bench.side.api?.requests
      await bench.host.service(conversations).typing(conversation.id, { kind: 'operator', name: 'Oksana' })
      if (bench.driver.capabilities.typing) {
        await bench.until(
          () => bench.side.typed().includes(chatId),
          'the client to see that somebody types; `typing` of the provider finds it in no request',
        )
      } else {
        await bench.pass(2)
        expect(bench.side.api?.requests, '`capabilities.typing` is false, so nothing may be asked of the provider').toBe(before)
      }
      expect(bench.side.typed().includes(chatId), '`capabilities.typing` says whether the client sees that somebody types').toBe(
        bench.driver.capabilities.typing,
      )
    })

    for (const receipt of ['delivered', 'read'] as const)
      test(`us that a message was ${receipt}, where the channel says so`, async () => {
        const bench = at()
        const { chatId, shown, state } = await sent(bench)
        const { receipts } = bench.driver.capabilities
        if (receipts.includes(receipt)) {
          expect(shown.id, '`shows` must give the `id` by which receipts name the message').toBeDefined()
          const isTold = await bench.deliver(chatId, { type: 'receipt', id: shown.id!, state: receipt })
          expect(isTold, `\`capabilities.receipts\` has "${receipt}", so \`update\` must have words for it`).toBe(true)
          await bench.until(
            async () => (await state()) === receipt,
            `the message to be "${receipt}": \`send\` must answer the id that the receipt names`,
          )
        } else {
          survives(await bench.tell(chatId, { type: 'receipt', id: shown.id ?? '', state: receipt }), 'a receipt')
          expect(await state(), `\`capabilities.receipts\` has no "${receipt}", so the message must stay at "sent"`).toBe('sent')
        }
      })

    test('us receipts in the wrong order without a step back', async () => {
      const bench = at()
      const { chatId, shown, state } = await sent(bench)
      for (const receipt of ['read', 'delivered', 'read'] as const) {
        survives(await bench.tell(chatId, { type: 'receipt', id: shown.id ?? '', state: receipt }), 'a receipt')
      }
      const last = bench.driver.capabilities.receipts.includes('read') ? 'read' : bench.driver.capabilities.receipts[0]
      await bench.until(async () => (await state()) === (last ?? 'sent'), `the message to be "${last ?? 'sent'}"`)
      expect(await state(), 'What was read cannot become "delivered" again').toBe(last ?? 'sent')
    })

    test('us of a receipt for a message that we do not know, in vain', async () => {
      const bench = at()
      survives(
        await bench.tell(bench.chat(), { type: 'receipt', id: 'of-somebody-else', state: 'read' }),
        'a receipt for a message that we do not know',
      )
      await bench.pass(15)
      const { state } = await sent(bench)
      expect(await state(), 'A receipt for another message must change nothing').toBe('sent')
    })

    test('us that a client blocks us, and comes back', async () => {
      const bench = at()
      const { chatId, conversation } = await bench.talk()
      if (!(await bench.deliver(chatId, { type: 'blocked' }))) return await survivesTheUnknown(bench)
      await bench.until(() => isBlocked(bench, conversation.clientId), 'the client to be marked: `receive` must make an event `blocked` of it')
      await bench.deliver(chatId, { type: 'unblocked' })
      const isBack = await bench.until(
        async () => !(await isBlocked(bench, conversation.clientId)),
        'the mark to go: `receive` must make an event `unblocked` of it',
      )
      expect(isBack).toBe(true)
    })
  })
}
