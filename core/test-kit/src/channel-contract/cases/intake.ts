import { describe, expect, test } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import { mutations } from '../mutations.ts'
import type { ProviderApi } from '../provider-side.ts'
import { goesOn } from './expectations.ts'

const huge = 33 * 1024 * 1024

/** What networks and strangers do to what clients send. */
export const intakeCases = (at: () => ChannelBench): void => {
  /** For channels without a webhook: nothing can be handed in by an address. */
  const throughTheDoor = async (check: (bench: ChannelBench, api: ProviderApi) => Promise<void>): Promise<void> => {
    const bench = at()
    if (bench.side.api !== undefined) return await check(bench, bench.side.api)
    expect(bench.account.webhookUrl).toBe('')
    expect(() => bench.driver.receive({ text: 'from a stranger' }, bench.account)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  }

  const isTurnedAway = async (bench: ChannelBench, post: (body: string) => Promise<number>): Promise<void> => {
    const chatId = bench.chat()
    const body = bench.side.api?.body(bench.event(chatId, { type: 'text', text: 'from a stranger' }))
    expect([401, 403]).toContain(await post(body!))
    expect(await bench.storedIn(chatId)).toEqual([])
    expect((await bench.intake()).map(({ payload }) => payload)).not.toContain(body)
  }

  describe('takes in', () => {
    test('the same update once, however often it comes', async () => {
      const bench = at()
      const chatId = bench.chat()
      const event = bench.event(chatId, { type: 'text', text: 'once' })
      expect(await Promise.all([1, 2, 3].map(() => bench.side.deliver(event)))).toEqual([200, 200, 200])
      expect(await bench.side.deliver(event)).toBe(200)
      await bench.deliver(chatId, { type: 'text', text: 'the last' })
      await bench.until(() => bench.receivedIn(chatId).length === 2, 'both messages')
      expect(bench.textsIn(chatId)).toEqual(['once', 'the last'])
      expect(await bench.storedIn(chatId)).toHaveLength(2)
    })

    test('updates in any order, each once, in the order they came', async () => {
      const bench = at()
      const chatId = bench.chat()
      const events = ['1', '2', '3', '4', '5', '6'].map((text) => bench.event(chatId, { type: 'text', text }))
      for (const place of [3, 0, 5, 1, 4, 2]) expect(await bench.side.deliver(events[place]!)).toBe(200)
      for (const event of events) expect(await bench.side.deliver(event)).toBe(200)
      await bench.until(() => bench.receivedIn(chatId).length === 6, 'all six')
      expect(bench.textsIn(chatId)).toEqual(['4', '1', '6', '2', '5', '3'])
      expect((await bench.storedIn(chatId)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6])
    })

    test('many clients at once, each in a dialog of their own', async () => {
      const bench = at()
      const chats = Array.from({ length: 8 }, () => bench.chat())
      const statuses = await Promise.all(chats.map((chatId) => bench.deliver(chatId, { type: 'text', text: `from ${chatId}` })))
      expect(new Set(statuses)).toEqual(new Set([200]))
      await bench.until(() => chats.every((chatId) => bench.receivedIn(chatId).length === 1), 'one message each')
      expect(chats.map((chatId) => bench.textsIn(chatId))).toEqual(chats.map((chatId) => [`from ${chatId}`]))
    })
  })

  describe('refuses', () => {
    test('a wrong signature, and stores nothing', () => throughTheDoor((bench, api) => isTurnedAway(bench, (body) => api.post(body, 'bad'))))

    test('a missing signature, and stores nothing', () => throughTheDoor((bench, api) => isTurnedAway(bench, (body) => api.post(body, 'none'))))

    test('what is not whole', () =>
      throughTheDoor(async (bench, api) => {
        const body = api.body(bench.event(bench.chat(), { type: 'text', text: 'cut off' }))!
        const before = bench.received.length
        for (const part of ['', body.slice(0, -1), body.slice(0, body.length / 2)]) {
          expect(await api.post(part, 'good')).toSatisfy((status: number) => status >= 400 && status < 500)
        }
        expect(await api.post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 'good')).toBeLessThan(500)
        await goesOn(bench)
        expect(bench.received).toHaveLength(before + 1)
      }))

    test('what has another shape, without falling over', () =>
      throughTheDoor(async (bench, api) => {
        const body = api.body(bench.event(bench.chat(), { type: 'text', text: 'odd' }))!
        const statuses = new Map<string, number>()
        for (const odd of ['null', '[]', '42', '"text"', '{}', ...mutations(body)]) statuses.set(odd, await api.post(odd, 'good'))
        expect([...statuses].filter(([, status]) => status >= 500)).toEqual([])
        await goesOn(bench)
      }))

    test('a payload of any size', () =>
      throughTheDoor(async (bench, api) => {
        const body = api.body(bench.event(bench.chat(), { type: 'text', text: 'x'.repeat(huge) }))!
        expect(await api.post(body, 'good')).toBe(413)
        await goesOn(bench)
      }))

    test('updates of an account that is switched off, until it is on again', () =>
      throughTheDoor(async (bench, api) => {
        const chatId = bench.chat()
        const body = api.body(bench.event(chatId, { type: 'text', text: 'is anybody there?' }))!
        await bench.switch(false)
        expect(await api.post(body, 'good')).toBe(404)
        await bench.switch(true)
        expect(await bench.storedIn(chatId)).toEqual([])
        expect(await api.post(body, 'good')).toBe(200)
      }))
  })
}
