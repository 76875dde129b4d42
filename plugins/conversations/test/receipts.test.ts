import { until } from '@parley/test-kit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Realtime } from '@parley/plugin-api'
import { inbox, outbox, type InboundEvent, type SendResult } from '../src/api/index.ts'
import { createToyHost } from './toy-host.ts'
import { ToyChannel } from './toys.ts'

type Status = Extract<InboundEvent, { type: 'status' }>
type Told = Status extends infer S ? (S extends Status ? Omit<S, 'type'> : never) : never

let toys: Awaited<ReturnType<typeof createToyHost>>
let conversation: string
let answer: (text: string) => SendResult
beforeEach(async () => {
  const channel = new ToyChannel({ idempotentSend: false, capabilities: { receipts: ['delivered', 'read'] } })
  answer = (text) => ({ outcome: 'sent', externalId: `ext-${text}` })
  channel.answer = ({ content }) => answer('text' in content ? (content.text ?? '') : '')
  toys = await createToyHost({ channel })
  conversation = await toys.receive('first', 'hello')
  await toys.settled(conversation)
})
afterEach(() => toys.host.stop())

const send = async (...texts: string[]): Promise<void> => {
  const messages = texts.map((text) => ({ author: { kind: 'bot' as const }, content: { kind: 'text' as const, text } }))
  await toys.host.service(outbox).send(conversation, messages)
}
/** By text, of what went out. */
const states = async (): Promise<Record<string, string>> => {
  const out = (await toys.page(conversation)).filter(({ direction }) => direction === 'out')
  return Object.fromEntries(out.map(({ content, state }) => ['text' in content ? content.text! : '', state]))
}
const status = (event: Told) => toys.host.service(inbox).accept(toys.account.id, [{ type: 'status', ...event } as InboundEvent])
const told = async (): Promise<() => unknown[]> =>
  await toys.host.run('conversations', async ({ realtime }: { realtime: Realtime }) => {
    const sends = vi.spyOn(realtime, 'send')
    return () => sends.mock.calls.map(([, , payload]) => payload)
  })

test('"read" of everything up to a message leaves out what comes later and what may not have arrived, and people see each change', async () => {
  answer = (text) => {
    if (text === 'lost') return { outcome: 'unknown', reason: 'no answer' }
    return text === 'refused' ? { outcome: 'refused', reason: 'no', retry: false } : { outcome: 'sent', externalId: `ext-${text}` }
  }
  await send('one', 'lost', 'refused', 'two', 'three')
  await toys.settled(conversation, 6)
  const changes = await told()
  await status({ externalId: 'ext-two', state: 'delivered', upTo: true })
  const all = { 'echo hello': 'delivered', one: 'delivered', lost: 'unknown', refused: 'failed', two: 'delivered', three: 'sent' }
  expect(await states()).toEqual(all)
  expect(changes()).toMatchObject([1, 2, 3].map(() => ({ type: 'state', state: 'delivered' })))
  await status({ externalId: 'ext-two', state: 'read', upTo: true })
  await status({ externalId: 'ext-three', state: 'delivered', upTo: true })
  expect(await states()).toEqual({ ...all, 'echo hello': 'read', one: 'read', two: 'read', three: 'delivered' })
})

test('a status of one message is about that one', async () => {
  await send('one', 'two')
  await toys.settled(conversation, 3)
  await status({ externalId: 'ext-two', state: 'read' })
  expect(await states()).toEqual({ 'echo hello': 'sent', one: 'sent', two: 'read' })
})

test('a watermark is about everything that was sent until then', async () => {
  const { clock } = toys.host
  await clock.advance(1000)
  await send('one')
  await toys.settled(conversation, 2)
  const then = clock.now()
  await clock.advance(1000)
  await send('two')
  await toys.settled(conversation, 3)
  await status({ chatId: 'chat-1', state: 'delivered', upTo: then })
  expect(await states()).toEqual({ 'echo hello': 'delivered', one: 'delivered', two: 'sent' })
  await status({ chatId: 'chat-1', state: 'read', upTo: new Date(then.getTime() - 500) })
  expect(await states()).toEqual({ 'echo hello': 'read', one: 'delivered', two: 'sent' })
  await status({ chatId: 'nobody', state: 'read', upTo: clock.now() })
  await status({ chatId: 'chat-1', state: 'read', upTo: new Date(Number.NaN) })
  expect(await states()).toEqual({ 'echo hello': 'read', one: 'delivered', two: 'sent' })
})

test('a watermark that is faster than the answer of the provider counts for what was under way, and not for what waited', async () => {
  let arrive = (): void => undefined
  toys.channel.answer = async ({ content }) => {
    if ('text' in content && content.text === 'one') await new Promise<void>((resolve) => (arrive = resolve))
    return { outcome: 'sent', externalId: 'ext' }
  }
  await send('one', 'two')
  await until(async () => (await states())['one'] === 'sending')
  await status({ chatId: 'chat-1', state: 'delivered', upTo: toys.host.clock.now() })
  expect(await states()).toEqual({ 'echo hello': 'delivered', one: 'sending', two: 'queued' })
  arrive()
  await toys.pass(async () => (await states())['one'] === 'delivered')
  expect((await states())['two']).toBe('sent')
})
