import { describe, expect, test } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import type { ProviderApi, ProviderFailure } from '../provider-side.ts'
import { clients } from '../references.ts'
import { plainOf } from './expectations.ts'

/** What a provider and the network do to what goes out. */
export const failureCases = (at: () => ChannelBench): void => {
  /** A channel that delivers by itself keeps what nobody hears, for when somebody does. */
  const against = async (check: (bench: ChannelBench, api: ProviderApi) => Promise<void>): Promise<void> => {
    const bench = at()
    if (bench.side.api !== undefined) return await check(bench, bench.side.api)
    const { chatId, conversation } = await bench.talk()
    await bench.side.leave?.(chatId)
    const [id] = await bench.send(conversation, { kind: 'text', text: 'for later' })
    expect(await bench.settled(conversation, id!)).toMatchObject({ state: 'sent' })
    await bench.side.comeBack?.(chatId)
    await bench.until(() => bench.shownIn(chatId).length > 0, 'the message')
    expect(bench.shownIn(chatId).map(plainOf)).toEqual(['for later'])
  }

  /** After an outcome nobody knows, only a channel that promises to deliver once may try again. */
  const neverTwice = async (bench: ChannelBench, api: ProviderApi, failure: ProviderFailure): Promise<void> => {
    const { chatId, conversation } = await bench.talk()
    const { idempotentSend } = bench.driver
    api.failNext(failure)
    const [id] = await bench.send(conversation, { kind: 'text', text: 'perhaps' })
    const { state, reason } = await bench.settled(conversation, id!)
    const mayRepeat = idempotentSend || (failure === 'server-error' && api.knows.serverErrorTakesNothing)
    expect(state).toBe(mayRepeat ? 'sent' : 'unknown')
    if (!mayRepeat) expect(reason).toBeTruthy()
    await bench.send(conversation, { kind: 'text', text: 'the next' })
    await bench.until(() => bench.shownIn(chatId).map(plainOf).includes('the next'), 'the next message')
    await bench.pass(120)
    const copies = bench.shownIn(chatId).filter((one) => plainOf(one) === 'perhaps')
    if (!mayRepeat) expect(copies.length).toBeLessThanOrEqual(1)
    else {
      expect(copies.length).toBeGreaterThanOrEqual(1)
      if (copies.length > 1) {
        expect(new Set(copies.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
        expect(copies[0]?.idempotencyKey).toBeTruthy()
      }
    }
  }

  describe('meets', () => {
    test('"too many requests": waits as long as it is told, then goes on in order', () =>
      against(async (bench, api) => {
        const { chatId, conversation } = await bench.talk()
        const start = bench.host.clock.now().getTime()
        api.failNext({ rateLimited: 30 })
        const ids = await bench.send(conversation, { kind: 'text', text: 'one' }, { kind: 'text', text: 'two' })
        for (const id of ids) expect(await bench.settled(conversation, id)).toMatchObject({ state: 'sent' })
        expect(bench.shownIn(chatId).map(plainOf)).toEqual(['one', 'two'])
        if (api.knows.howLong) expect(bench.host.clock.now().getTime() - start).toBeGreaterThanOrEqual(30_000)
      }))

    test('an error of the provider', () => against((bench, api) => neverTwice(bench, api, 'server-error')))
    test('an answer that never comes', () => against((bench, api) => neverTwice(bench, api, 'hang')))
    test('a connection that is lost after the request', () => against((bench, api) => neverTwice(bench, api, 'reset')))

    test('a provider that cannot be reached: tries again, delivers once', () =>
      against(async (bench, api) => {
        const { chatId, conversation } = await bench.talk()
        await api.failAll('down')
        const [id] = await bench.send(conversation, { kind: 'text', text: 'once you are back' })
        await bench.pass(5)
        expect((await bench.message(conversation, id!)).state).toMatch(/^(queued|sending)$/)
        await api.failAll(undefined)
        expect(await bench.settled(conversation, id!)).toMatchObject({ state: 'sent' })
        expect(bench.shownIn(chatId).map(plainOf)).toEqual(['once you are back'])
      }))

    test('a token that is no longer valid: the account is red with the reason, the message waits', () =>
      against(async (bench, api) => {
        const { chatId, conversation } = await bench.talk()
        await api.failAll('expired-token')
        const [id] = await bench.send(conversation, { kind: 'text', text: 'with a new token' })
        const health = await bench.until(async () => {
          const found = await bench.health()
          return found.state === 'broken' && found
        }, 'the account to be red')
        expect(health.text).not.toBe('')
        expect(bench.shownIn(chatId)).toEqual([])
        await api.failAll(undefined)
        expect(await bench.settled(conversation, id!)).toMatchObject({ state: 'sent' })
        expect((await bench.check()).state).toBe('ok')
      }))

    test('a client who blocked us: failed with the reason, and not tried again', () =>
      against(async (bench, api) => {
        const { conversation, chatId } = await bench.talk()
        const before = api.requests
        api.failNext('blocked')
        const [id] = await bench.send(conversation, { kind: 'text', text: 'hello?' })
        const message = await bench.settled(conversation, id!)
        expect(message).toMatchObject({ state: 'failed', reason: expect.stringMatching(/./) as string })
        await bench.pass(60)
        expect(bench.shownIn(chatId)).toEqual([])
        expect(api.requests - before).toBe(1)
        if (api.knows.blocked) await bench.until(() => isBlocked(bench, conversation.clientId), 'the client to be marked')
      }))
  })
}

export const isBlocked = async (bench: ChannelBench, clientId: string): Promise<boolean> =>
  (await bench.host.service(clients).identities(clientId))[0]?.blocked === true
