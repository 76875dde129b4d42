import { expect } from 'vitest'
import type { ChannelBench } from '../channel-bench.ts'
import type { ProviderApi, ProviderFailure } from '../provider-side.ts'
import { clients } from '../references.ts'
import type { ContractTests } from './contract-tests.ts'
import { isSent, plainOf } from './expectations.ts'

/** What a provider and the network do to what goes out. */
export const failureCases = (at: () => ChannelBench, { describe, test }: ContractTests): void => {
  /** A channel that delivers by itself keeps what nobody hears, for when somebody does. */
  const against = async (check: (bench: ChannelBench, api: ProviderApi) => Promise<void>): Promise<void> => {
    const bench = at()
    if (bench.side.api !== undefined) return await check(bench, bench.side.api)
    const { chatId, conversation } = await bench.talk()
    await bench.side.leave?.(chatId)
    const [id] = await bench.send(conversation, { kind: 'text', text: 'for later' })
    await isSent(bench, conversation, id)
    await bench.side.comeBack?.(chatId)
    await bench.until(() => bench.shownIn(chatId).length > 0, 'the message at the client who came back')
    expect(bench.shownIn(chatId).map(plainOf), 'A client who comes back must find what was sent meanwhile').toEqual(['for later'])
  }

  /** After an outcome nobody knows, only a channel that promises to deliver once may try again. */
  const neverTwice = async (bench: ChannelBench, api: ProviderApi, failure: ProviderFailure): Promise<void> => {
    const { chatId, conversation } = await bench.talk()
    const { idempotentSend } = bench.driver
    api.failNext(failure)
    const [id] = await bench.send(conversation, { kind: 'text', text: 'perhaps' })
    const { state, reason } = await bench.settled(conversation, id!)
    const mayRepeat = idempotentSend || (failure === 'server-error' && api.knows.serverErrorTakesNothing)
    const why = mayRepeat ? 'may be repeated, so it must be sent in the end' : 'might have arrived, and may not be repeated, so it must be "unknown"'
    expect(
      state,
      `\`idempotentSend\` is ${idempotentSend}. A message without a proper answer ${why}${reason === undefined ? '' : `; the reason is "${reason}"`}`,
    ).toBe(mayRepeat ? 'sent' : 'unknown')
    if (!mayRepeat) expect(reason, 'What is unknown must have a reason').toBeTruthy()
    await bench.send(conversation, { kind: 'text', text: 'the next' })
    await bench.until(() => bench.shownIn(chatId).map(plainOf).includes('the next'), 'the next message at the client')
    await bench.pass(120)
    const copies = bench.shownIn(chatId).filter((one) => plainOf(one) === 'perhaps')
    if (!mayRepeat) return expect(copies.length, 'A message whose outcome is unknown must not be sent again').toBeLessThanOrEqual(1)
    expect(copies.length, 'The message must be sent again').toBeGreaterThanOrEqual(1)
    if (copies.length === 1) return
    const keys = new Set(copies.map(({ idempotencyKey }) => idempotencyKey))
    expect(
      [...keys],
      '`idempotentSend` is true, but `shows` gives no `idempotencyKey`: by what does the provider know the second for the first?',
    ).not.toContain(undefined)
    expect([...keys], '`idempotentSend` is true, so a message that is sent again must carry the same `idempotencyKey`').toHaveLength(1)
  }

  describe('meets', () => {
    test('"too many requests": waits as long as it is told, then goes on in order', () =>
      against(async (bench, api) => {
        const { chatId, conversation } = await bench.talk()
        const start = bench.host.clock.now().getTime()
        api.failNext({ rateLimited: 30 })
        const ids = await bench.send(conversation, { kind: 'text', text: 'one' }, { kind: 'text', text: 'two' })
        for (const id of ids) await isSent(bench, conversation, id)
        expect(bench.shownIn(chatId).map(plainOf), 'After "too many requests" messages must go on in their order').toEqual(['one', 'two'])
        const seconds = (bench.host.clock.now().getTime() - start) / 1000
        if (api.knows.howLong) expect(seconds, 'The provider said to wait 30 s: `send` must answer that as `retryAfter`').toBeGreaterThanOrEqual(30)
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
        expect((await bench.message(conversation, id!)).state, 'What could not be sent at all must wait: `refused` with `retry: true`').toMatch(
          /^(queued|sending)$/,
        )
        await api.failAll(undefined)
        await isSent(bench, conversation, id)
        expect(bench.shownIn(chatId).map(plainOf), 'It must be sent once').toEqual(['once you are back'])
      }))

    test('a token that is no longer valid: the account is red with the reason, the message waits', () =>
      against(async (bench, api) => {
        const { chatId, conversation } = await bench.talk()
        await api.failAll('expired-token')
        const [id] = await bench.send(conversation, { kind: 'text', text: 'with a new token' })
        const health = await bench.until(async () => {
          const found = await bench.desk.health()
          return found.state === 'broken' && found
        }, 'the account to be red: `send` must answer `accountProblem: true`')
        expect(health.text, 'A red account must say why').not.toBe('')
        expect(bench.shownIn(chatId), 'Nothing can have been shown').toEqual([])
        await api.failAll(undefined)
        await isSent(bench, conversation, id)
        expect((await bench.desk.check()).state, 'With a valid token the account must be well again').toBe('ok')
      }))

    test('a message that is refused for good: failed with the reason, tried once, and the next one goes on', () =>
      against(async (bench, api) => {
        const { conversation, chatId } = await bench.talk()
        const before = api.requests
        api.failNext('refused')
        const [poison, next] = await bench.send(conversation, { kind: 'text', text: 'not like this' }, { kind: 'text', text: 'the next' })
        const { state, reason } = await bench.settled(conversation, poison!)
        expect(state, 'What the provider refuses for good would be sent for ever if it were repeated: `refused` with `retry: false`').toBe('failed')
        expect(reason, 'A message that failed must have a reason').toMatch(/./)
        await isSent(bench, conversation, next)
        await bench.pass(60)
        expect(bench.shownIn(chatId).map(plainOf), 'What was refused must not be shown, and what comes after it must').toEqual(['the next'])
        expect(api.requests - before, 'It must not be tried again').toBe(2)
        expect((await bench.desk.health()).state, 'One message that is refused says nothing of the account: no `accountProblem`').not.toBe('broken')
      }))

    test('a client who blocked us: failed with the reason, and not tried again', () =>
      against(async (bench, api) => {
        const { conversation, chatId } = await bench.talk()
        const before = api.requests
        api.failNext('blocked')
        const [id] = await bench.send(conversation, { kind: 'text', text: 'hello?' })
        const { state, reason } = await bench.settled(conversation, id!)
        expect(state, 'A message to a client who blocked us must fail: `refused` with `retry: false`').toBe('failed')
        expect(reason, 'A message that failed must have a reason').toMatch(/./)
        await bench.pass(60)
        expect(bench.shownIn(chatId), 'Nothing can have been shown').toEqual([])
        expect(api.requests - before, 'It must not be tried again').toBe(1)
        if (api.knows.blocked)
          await bench.until(() => isBlocked(bench, conversation.clientId), 'the client to be marked: `send` must answer `blocked: true`')
      }))
  })
}

export const isBlocked = async (bench: ChannelBench, clientId: string): Promise<boolean> =>
  (await bench.host.service(clients).identities(clientId))[0]?.blocked === true
