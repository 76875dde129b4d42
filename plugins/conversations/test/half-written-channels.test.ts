import { randomUUID } from 'node:crypto'
import { definePlugin, ParleyError, type HttpClient, type Plugin } from '@parley/plugin-api'
import clients from '@parley/plugin-clients'
import { contractOutcomes, type HttpProvider } from '@parley/test-kit/channel-contract'
import { asFunction } from 'awilix'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { channelAccounts, channels, inbox, type ChannelDriver } from '../src/api/index.ts'
import conversations from '../src/server/plugin.ts'
import { bareAccount, bareChannel, bareDriver, bareProvider } from './bare-channel.ts'

const plugin = (change: Partial<ChannelDriver>): Plugin => {
  const driver = asFunction(({ http }: { http: HttpClient }) => ({ ...bareDriver(http), ...change })).singleton()
  return { ...bareChannel, spec: { ...bareChannel.spec, services: { driver } } }
}

/** It works, but: anybody may write in the name of a client, what is refused is sent for ever, and the provider keeps an address that nobody serves. */
const faulty = definePlugin({
  id: 'channel-bare',
  consumes: { inbox },
  contributes: (add) => [
    add(channels, 'bare', ({ http }) => ({
      ...bareDriver(http),
      idempotentSend: true,
      send: async (message, account, signal) => {
        const result = await bareDriver(http).send(message, account, signal)
        return result.outcome === 'refused' ? { ...result, retry: true } : result
      },
      connect: async ({ config, webhookUrl }) => {
        await http(`${config.gateway}/webhook`, { method: 'POST', body: webhookUrl })
        return { state: 'ok', text: 'The gateway knows the address.' }
      },
    })),
  ],
  routes: (http) => [
    http.post('/:account', { auth: 'webhook', params: z.object({ account: z.uuid() }) }, async ({ params, rawBody }, { inbox: box }) => {
      JSON.parse(rawBody.toString())
      await box.receive(params.account, rawBody)
      return {}
    }),
  ],
})

/** It works, but: a repeated message is another one, odd bodies are read unseen, what may have arrived is sent again, "wait" is taken for "never", and health tells the secret. */
const careless = definePlugin({
  ...bareChannel.spec,
  id: 'channel-bare',
  contributes: (add) => [
    add(channels, 'bare', ({ http }) => {
      const { send, check, ...driver } = bareDriver(http)
      return {
        ...driver,
        receive: (payload) => {
          const { phone, text } = payload as { phone: string; text: string }
          const event = { type: 'message', key: randomUUID(), chatId: phone.trim(), sender: { id: phone } } as const
          return [{ ...event, content: { kind: 'text', text } }]
        },
        send: async (message, account, signal) => {
          const result = await send(message, account, signal)
          if (result.outcome === 'unknown') return { outcome: 'refused', reason: result.reason, retry: true }
          return result.outcome === 'refused' && result.retryAfter !== undefined
            ? { outcome: 'refused', reason: result.reason, retry: false }
            : result
        },
        check: async (account, signal) => {
          const health = await check!(account, signal)
          return { ...health, text: `${health.text as string} (${account.config.secret as string})` }
        },
      }
    }),
  ],
})

/** What fails of a channel that is the bare one but for this. */
const failuresOf = async (channel: Plugin, provider: Partial<HttpProvider> = {}): Promise<Map<string, string>> => {
  const outcomes = await contractOutcomes({
    name: 'half written',
    plugins: [clients, conversations, channel],
    channel: 'bare',
    account: bareAccount,
    provider: { ...bareProvider, ...provider },
  })
  expect(outcomes.length).toBeGreaterThan(75)
  const failures = new Map(outcomes.flatMap(({ title, failure }) => (failure === undefined ? [] : [[title, failure] as const])))
  for (const [title, failure] of failures) {
    expect(failure, title).toMatch(/^["`]?[A-Z`]/)
    expect(failure, title).not.toMatch(/still at work|timed out/)
  }
  return failures
}
const told = (failures: Map<string, string>): string[] => [...failures.values()].filter((failure) => !failure.startsWith('Not tried'))
const waits = (failures: Map<string, string>): number => told(failures).filter((failure) => failure.startsWith('Waited in vain')).length

const refusing = plugin({
  receive: () => {
    throw new ParleyError('invalid_input', 'This is no message of the gateway.', { details: { issues: ['message_token'] } })
  },
})

test.each([
  [
    'refuses what it should take',
    refusing,
    {},
    /must take in a text with 2xx\. It answered 400[^]*This is no message of the gateway[^]*message_token/,
    0,
  ],
  ['compares another signature', bareChannel, { sign: () => ({ 'x-signature': 'ab' }) }, /It answered 401[^]*The signature does not fit/, 0],
  ['makes nothing of what it takes', plugin({ receive: () => [] }), {}, /Waited in vain for a message out of the text/, 1],
] as const)(
  'a channel that %s: one story, and nobody waits',
  async (_, channel, provider, story, waited) => {
    const failures = await failuresOf(channel, provider)
    const first = failures.get('receives a text, with who wrote it and when')
    expect(first).toMatch(story)
    expect(failures.get('sends a text')).toBe(`Not tried, because the plainest text of a client does not get in: ${first!.split('\n', 1)[0]}`)
    expect(waits(failures)).toBe(waited)
    expect(failures.size).toBeGreaterThan(50)
  },
  60_000,
)

test.each([
  ['throws', { send: () => Promise.reject(new Error('not written yet')) }, /^A plain text must be sent\. It is unknown: .*not written yet/, 0],
  [
    'puts it off for ever',
    { send: async () => ({ outcome: 'refused', reason: 'later', retry: true }) },
    /^Waited in vain for the message to be sent/,
    1,
  ],
  ['says that it sent', { send: async () => ({ outcome: 'sent' }) }, /^Waited in vain for the text at the client/, 1],
] as const satisfies [string, Partial<ChannelDriver>, RegExp, number][])(
  'a channel whose send %s: what comes in is tried, what goes out is not',
  async (_, change, story, waited) => {
    const failures = await failuresOf(plugin(change))
    expect(told(failures).some((failure) => story.test(failure))).toBe(true)
    expect(waits(failures)).toBe(waited)
    expect(failures.has('receives a text, with who wrote it and when')).toBe(false)
    expect(failures.get('splits a long text between words, in order')).toMatch(/^Not tried, because the plainest text does not get out: /)
  },
  60_000,
)

/** As `bareDriver` reads it, but in the route. */
const parsesInTheRoute = definePlugin({
  id: 'channel-bare',
  consumes: { inbox, accounts: channelAccounts },
  contributes: (add) => [
    add(channels, 'bare', ({ http }) => {
      const { parse: _parse, ...driver } = bareDriver(http)
      return driver
    }),
  ],
  routes: (http) => [
    http.post('/:account', { auth: 'webhook', params: z.object({ account: z.uuid() }) }, async ({ params, rawBody }, { inbox: box, accounts }) => {
      const { parse } = bareDriver(async () => await Promise.reject(new Error('nobody is called')))
      if ((await accounts.get(params.account))?.active !== true) throw new ParleyError('not_found', 'Nobody receives here.')
      await box.receive(params.account, parse!(rawBody), { raw: rawBody })
      return {}
    }),
  ],
})

test('a channel that reads long ids in its route only: what waits, and what is taken in again, is lost', async () => {
  const failures = await failuresOf(parsesInTheRoute)
  const again = 'what the route does before `receive` belongs into `parse`'
  expect(failures.get('takes in what came while its plugin was suspended, as if it had run')).toContain(again)
  expect(failures.get('as an account takes everything in again as the first time: by its bytes, and nothing twice')).toContain(again)
}, 60_000)

test('single faults are told in a sentence, with what there was to go by', async () => {
  const failures = await failuresOf(faulty, {
    answer: (request, file) => (request.path === '/webhook' ? { body: {} } : bareProvider.answer(request, file)),
    webhook: ({ path, text }) => (path === '/webhook' ? { url: text } : undefined),
  })
  const stories: readonly (readonly [string, RegExp])[] = [
    ['refuses a wrong signature, and stores nothing', /^The webhook must answer a wrong signature with 401 or 403/],
    ['refuses a missing signature, and stores nothing', /^The webhook must answer a missing signature with 401 or 403/],
    ['refuses what is not whole', /^A body of 0 characters[^]*To go by:[^]*logged \(error\): [^]*Unexpected end of JSON input/],
    [
      'meets an answer that never comes',
      /^`idempotentSend` is true, but `shows` gives no `idempotencyKey`[^]*the last request to the provider: POST \/messages/,
    ],
    [
      'meets a message that is refused for good: failed with the reason, tried once, and the next one goes on',
      /^What the provider refuses for good would be sent for ever if it were repeated: `refused` with `retry: false`/,
    ],
    [
      'as an account takes its address back when it is switched off, and gives it again',
      /^After the account was switched off the provider still has the webhook/,
    ],
    ['as an account takes its address back when it is removed', /^After the account was removed the provider still has the webhook/],
  ]
  for (const [title, story] of stories) expect(failures.get(title), title).toMatch(story)
  expect(waits(failures)).toBe(0)
}, 60_000)

test('careless faults that look as if all were well are found, too', async () => {
  const failures = await failuresOf(careless)
  for (const title of [
    'takes in the same update once, however often it comes',
    'refuses what has another shape, without falling over',
    'meets a connection that is lost after the request',
    'meets "too many requests": waits as long as it is told, then goes on in order',
    'as an account left no secret in logs, reasons and health',
  ])
    expect(failures.get(title), title).toMatch(/^(?!Not tried)./)
}, 60_000)
