import { expect } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import { mutations } from '../mutations.ts'
import type { ProviderApi } from '../provider-side.ts'
import type { ContractTests } from './contract-tests.ts'
import { goesOn, survives } from './expectations.ts'

const huge = 33 * 1024 * 1024

/** What networks and strangers do to what clients send. */
export const intakeCases = (at: () => ChannelBench, { describe, test }: ContractTests): void => {
  /** For channels without a webhook: nothing can be handed in by an address. */
  const throughTheDoor = async (check: (bench: ChannelBench, api: ProviderApi) => Promise<void>): Promise<void> => {
    const bench = at()
    if (bench.side.api !== undefined) return await check(bench, bench.side.api)
    expect(bench.account.webhookUrl, 'A channel without an HTTP API must have no webhook').toBe('')
    expect(() => bench.driver.receive({ text: 'from a stranger' }, bench.account), '`receive` must refuse everything').toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    )
  }

  const isTurnedAway = async (bench: ChannelBench, proof: string, post: (body: string) => Promise<number>): Promise<void> => {
    const chatId = bench.chat()
    const body = bench.side.api?.body(bench.event(chatId, { type: 'text', text: 'from a stranger' }))
    expect([401, 403], `The webhook must answer ${proof} with 401 or 403: anybody could write in the name of a client`).toContain(await post(body!))
    expect(await bench.storedIn(chatId), 'Nothing of it may be stored').toEqual([])
    expect(
      (await bench.desk.intake()).map(({ payload }) => payload),
      'It may not stand in the intake either',
    ).not.toContain(body)
  }

  describe('takes in', () => {
    test('the same update once, however often it comes', async () => {
      const bench = at()
      const chatId = bench.chat()
      const event = bench.event(chatId, { type: 'text', text: 'once' })
      await Promise.all([1, 2, 3].map(() => bench.hand(event)))
      await bench.hand(event)
      await bench.deliver(chatId, { type: 'text', text: 'the last' })
      await bench.until(() => bench.receivedIn(chatId).length >= 2, 'both messages')
      expect(bench.textsIn(chatId), 'An update that comes again must have the same `key` and be taken once').toEqual(['once', 'the last'])
      expect(await bench.storedIn(chatId), 'It must be stored once').toHaveLength(2)
    })

    test('updates in any order, each once, in the order they came', async () => {
      const bench = at()
      const chatId = bench.chat()
      const events = ['1', '2', '3', '4', '5', '6'].map((text) => bench.event(chatId, { type: 'text', text }))
      for (const place of [3, 0, 5, 1, 4, 2]) await bench.hand(events[place]!)
      for (const event of events) await bench.hand(event)
      await bench.until(() => bench.receivedIn(chatId).length >= 6, 'all six messages; each update needs a `key` of its own')
      expect(bench.textsIn(chatId), 'Messages must be handed on in the order they came').toEqual(['4', '1', '6', '2', '5', '3'])
      expect(
        (await bench.storedIn(chatId)).map(({ number }) => number),
        'Each must be stored once',
      ).toEqual([1, 2, 3, 4, 5, 6])
    })

    test('many clients at once, each in a dialog of their own', async () => {
      const bench = at()
      const chats = Array.from({ length: 8 }, () => bench.chat())
      await Promise.all(chats.map((chatId) => bench.deliver(chatId, { type: 'text', text: `from ${chatId}` })))
      await bench.until(() => chats.every((chatId) => bench.receivedIn(chatId).length > 0), 'one message of each client')
      expect(
        chats.map((chatId) => bench.textsIn(chatId)),
        'Each client must have a dialog with their own words',
      ).toEqual(chats.map((chatId) => [`from ${chatId}`]))
    })

    test('what came while its plugin was suspended, as if it had run', () =>
      throughTheDoor(async (bench, api) => {
        const chatId = bench.chat()
        const event = bench.event(chatId, { type: 'text', text: 'is anybody there?' })
        await bench.desk.suspended(async () => {
          await bench.hand(event)
          expect(await bench.storedIn(chatId), 'While the plugin is suspended, nobody reads it').toEqual([])
        })
        const line = await bench.until(
          async () => (await bench.desk.intake()).find(({ payload }) => payload === api.body(event)),
          'what came meanwhile to be read: the route must hand in the bytes as they came, `inbox.receive(account.id, rawBody)`',
        )
        expect(line, 'The bytes must be enough to read it: what the route does before `receive` belongs into `parse`').toMatchObject({ events: 1 })
        // by a provider that saw no answer
        await bench.hand(event)
        await bench.deliver(chatId, { type: 'text', text: 'the last' })
        await bench.until(() => bench.textsIn(chatId).includes('the last'), 'the next message')
        expect(bench.textsIn(chatId), 'Read later it must have the same `key`').toEqual(['is anybody there?', 'the last'])
      }))
  })

  describe('refuses', () => {
    test('a wrong signature, and stores nothing', () =>
      throughTheDoor((bench, api) => isTurnedAway(bench, 'a wrong signature', (body) => api.post(body, 'bad'))))

    test('a missing signature, and stores nothing', () =>
      throughTheDoor((bench, api) => isTurnedAway(bench, 'a missing signature', (body) => api.post(body, 'none'))))

    test('what is not whole', () =>
      throughTheDoor(async (bench, api) => {
        const body = api.body(bench.event(bench.chat(), { type: 'text', text: 'cut off' }))!
        const before = bench.received.length
        for (const part of ['', body.slice(0, -1), body.slice(0, body.length / 2)]) {
          const status = await api.post(part, 'good')
          const isRefused = status >= 400 && status < 500
          expect(isRefused, `A body of ${part.length} characters in place of ${body.length} must be refused with 4xx. The answer was ${status}`).toBe(
            true,
          )
        }
        survives(await api.post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 'good'), 'bytes that are no UTF-8')
        await goesOn(bench)
        expect(bench.received.length, 'Nothing of what is not whole may reach anybody').toBe(before + 1)
      }))

    test('what has another shape, without falling over', () =>
      throughTheDoor(async (bench, api) => {
        const body = api.body(bench.event(bench.chat(), { type: 'text', text: 'odd' }))!
        const statuses = new Map<string, number>()
        for (const odd of ['null', '[]', '42', '"text"', '{}', ...mutations(body)]) statuses.set(odd, await api.post(odd, 'good'))
        expect(
          [...statuses].filter(([, status]) => status >= 500),
          '`receive` must take an odd body or throw `invalid_input`. At these the webhook fell over (5xx)',
        ).toEqual([])
        await goesOn(bench)
      }))

    test('a payload of any size', () =>
      throughTheDoor(async (bench, api) => {
        const body = api.body(bench.event(bench.chat(), { type: 'text', text: 'x'.repeat(huge) }))!
        expect(await api.post(body, 'good'), 'A body of 33 MB must be refused with 413').toBe(413)
        await goesOn(bench)
      }))

    test('updates of an account that is switched off, until it is on again', () =>
      throughTheDoor(async (bench, api) => {
        const chatId = bench.chat()
        const event = bench.event(chatId, { type: 'text', text: 'is anybody there?' })
        const body = api.body(event)!
        await bench.desk.switch(false)
        const status = await api.post(body, 'good')
        await bench.desk.switch(true)
        expect(status, 'While the account is switched off, its webhook must answer 404').toBe(404)
        expect(await bench.storedIn(chatId), 'Nothing of it may be stored').toEqual([])
        await bench.hand(event)
      }))
  })
}
