import type { Message } from '@parley/plugin-conversations/api'
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
    await bench.until(() => bench.shownIn(chatId).length > 0, 'the message at the client')
    const message = (): Promise<Message> => bench.message(conversation, id!)
    const state = async (): Promise<string> => (await message()).state
    return { chatId, shown: bench.shownIn(chatId)[0]!, state, message }
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

    test('us of everything up to a message, or of that one only', async () => {
      const bench = at()
      const { receipts } = bench.driver.capabilities
      const receipt = receipts.includes('read') ? 'read' : (receipts[0] ?? 'read')
      const { chatId, conversation } = await bench.talk()
      const ids = await bench.send(conversation, ...['one', 'two', 'three'].map((text) => ({ kind: 'text' as const, text })))
      for (const id of ids) await isSent(bench, conversation, id)
      await bench.until(() => bench.shownIn(chatId).length >= 3, 'the three messages at the client')
      survives(await bench.tell(chatId, { type: 'receipt', id: bench.shownIn(chatId)[1]?.id ?? '', state: receipt }), 'a receipt')
      const states = async () => await Promise.all(ids.map(async (id) => (await bench.message(conversation, id)).state))
      if (receipts.length > 0) await bench.until(async () => (await states())[1] === receipt, `the second message to be "${receipt}"`)
      await bench.pass(15)
      if (receipts.length === 0) return expect(await states(), '`capabilities.receipts` is empty').toEqual(['sent', 'sent', 'sent'])
      const why = bench.receiptsUpTo
        ? '`receiptsUpTo`: what came before is meant, too; the status needs `upTo`'
        : 'Each receipt must be about one message; say `receiptsUpTo` in the description where the provider means all before it, too'
      expect(await states(), why).toEqual([bench.receiptsUpTo ? receipt : 'sent', receipt, 'sent'])
    })

    test('us that a message did not arrive after all, with the reason, where the provider says so', async () => {
      const bench = at()
      const { chatId, shown, state, message } = await sent(bench)
      const isTold = await bench.deliver(chatId, { type: 'receipt', id: shown.id ?? '', state: 'failed', reason: 'The telephone was given up' })
      if (!isTold) return await survivesTheUnknown(bench)
      await bench.until(
        async () => (await state()) === 'failed',
        'the message to be "failed": `receive` must make a status of it, and `capabilities.receipts` may not be empty, because ids are then not kept',
      )
      expect((await message()).reason, 'A message that failed must say why').toMatch(/./)
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
      expect(isBack, 'A client who came back must no longer be marked').toBe(true)
    })
  })
}
