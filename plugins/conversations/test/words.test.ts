import { ParleyError } from '@parley/plugin-api'
import { until } from '@parley/test-kit'
import { afterEach, expect, test, vi } from 'vitest'
import { deliveryFailed, dialogTopic, requestProblem, type AccountHealth, type Words } from '../src/api/index.ts'
import { createToyHost } from './toy-host.ts'
import { ToyChannel } from './toys.ts'

vi.setConfig({ testTimeout: 60_000 })

const base = '/api/v1/conversations'
const busy = { en: 'The provider is busy.', uk: 'Провайдер зайнятий.' }
const revoked = { en: 'The token was revoked.', uk: 'Токен відкликано.' }

let made: Awaited<ReturnType<typeof createToyHost>>
afterEach(() => made.host.stop())
const http = () => made.host.http.as({ permissions: ['bots.view', 'bots.edit', 'dialogs.view'] })
const messages = async (id: string) => (await http().get(`${base}/conversations/${id}/messages`)).body.messages as Record<string, unknown>[]
const health = async () => (await http().get(`${base}/accounts/${made.account.id}`)).body.health as Record<string, unknown>

test('a reason in several languages is one text for other systems, and all languages for screens', async () => {
  made = await createToyHost()
  made.channel.answer = () => ({ outcome: 'refused', reason: busy, retry: false })
  const id = await made.receive('1', 'x')
  await made.settled(id)
  expect((await messages(id)).at(-1)).toMatchObject({ state: 'failed', reason: busy.en, reasonWords: busy })
  const views = await made.db.query('SELECT reason, reason_words FROM {messages} WHERE direction = $1', ['out'])
  expect(views).toEqual([{ reason: busy.en, reason_words: busy }])
  // what a release before writes is a text only
  await made.db.query('UPDATE {messages} SET reason = $1 WHERE direction = $2', ['Gone.', 'out'])
  expect((await messages(id)).at(-1)).toMatchObject({ reason: 'Gone.' })
  expect((await messages(id)).at(-1)).not.toHaveProperty('reasonWords')
})

test('a channel that knows one language goes on as before', async () => {
  made = await createToyHost({ channel: new ToyChannel({ check: async () => ({ state: 'warning', text: 'Slow today.' }) }) })
  made.channel.answer = () => ({ outcome: 'unknown', reason: 'the line went dead' })
  made.channel.driver.idempotentSend = false
  const id = await made.receive('1', 'x')
  const last = (await made.settled(id)).at(-1)
  expect(last).toMatchObject({ state: 'unknown', reason: 'the line went dead' })
  expect(last).not.toHaveProperty('reasonWords')
  const answer = await http().post(`${base}/accounts/${made.account.id}/check`)
  expect(answer.body).toMatchObject({ state: 'warning', text: 'Slow today.' })
  expect(await health()).not.toHaveProperty('words')
})

test('what is seen of an account, while it is checked and while it works, comes in the languages of the channel', async () => {
  let text: Words = busy
  const check = async (): Promise<AccountHealth> => ({ state: 'warning', text })
  made = await createToyHost({ channel: new ToyChannel({ check }) })
  const answer = await http().post(`${base}/accounts/${made.account.id}/check`)
  expect(answer.body).toMatchObject({ state: 'warning', text: busy.en, words: busy })
  const draft = { botId: made.account.botId, channel: 'toy', title: 'Toy', config: { token: 'x' } }
  expect((await http().post(`${base}/accounts/check`, draft)).body).toMatchObject({ text: busy.en, words: busy })
  expect(await health()).toMatchObject({ text: busy.en, words: busy })
  text = { ...busy, uk: 'Провайдер дуже зайнятий.' }
  await http().post(`${base}/accounts/${made.account.id}/check`)
  expect(await health()).toMatchObject({ words: text })
  made.channel.answer = () => ({ outcome: 'refused', reason: revoked, retry: true, accountProblem: true })
  await made.receive('1', 'x')
  await until(async () => (await health())['state'] === 'broken')
  expect(await health()).toMatchObject({ text: revoked.en, words: revoked })
})

test('a look that throws is told in both languages', async () => {
  const check = async (): Promise<AccountHealth> => {
    throw new Error('ECONNRESET')
  }
  made = await createToyHost({ channel: new ToyChannel({ check }) })
  const answer = await http().post(`${base}/accounts/${made.account.id}/check`)
  expect(answer.body).toMatchObject({
    state: 'broken',
    text: 'The check did not work: ECONNRESET',
    words: { uk: 'Перевірити не вдалося: ECONNRESET' },
  })
})

test('what the network says of a request is told in both languages, and other errors as they are', () => {
  const details = { request: 'POST https://api.example.com', reason: 'connect ECONNREFUSED' }
  expect(requestProblem(new ParleyError('outbound_refused', 'It was not sent.', { details }))).toEqual({
    en: 'It was not sent.',
    uk: 'Запит POST https://api.example.com не надіслано: connect ECONNREFUSED.',
  })
  expect(requestProblem(new ParleyError('outbound_refused', 'It was not sent.'))).toBe('It was not sent.')
  expect(requestProblem(new Error('boom'))).toBe('boom')
})

test('a failure that a channel reports later has its languages, at once and in the topic', async () => {
  made = await createToyHost({ channel: new ToyChannel({ capabilities: { receipts: ['delivered'] } }) })
  made.channel.answer = () => ({ outcome: 'sent', externalId: 'e1' })
  const id = await made.receive('1', 'x')
  await made.settled(id)
  const payload = { events: [{ type: 'status', key: 's1', externalId: 'e1', state: 'failed', reason: busy }] }
  await made.host.run('conversations', ({ inbox }) => inbox.receive(made.account.id, payload))
  await until(async () => (await messages(id)).at(-1)?.['state'] === 'failed')
  expect((await messages(id)).at(-1)).toMatchObject({ reason: busy.en, reasonWords: busy })
})

test('the topic and the event of before are still valid, and those with languages too', () => {
  const state = { type: 'state', messageId: 'm', state: 'failed', reason: 'Gone.' }
  expect(dialogTopic.payload['~standard'].validate(state)).toEqual({ value: state })
  expect(dialogTopic.payload['~standard'].validate({ ...state, reasonWords: busy })).toEqual({ value: { ...state, reasonWords: busy } })
  const failed = { conversationId: 'c', messageId: 'm', channel: 'toy', reason: busy.en, reasonWords: busy, state: 'failed' }
  expect(deliveryFailed.payload['~standard'].validate(failed)).toEqual({ value: failed })
})
