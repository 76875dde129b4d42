import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { FakeTelegram, createTestHost, until, type TestClient } from '@parley/test-kit'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { sign } from '../../plugins/channel-custom/src/server/standard-webhooks.ts'
import { builtIn, type AnyHost } from './api-host.ts'

const root = { login: 'root@example.com', password: 'correct horse battery' }
const secret = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`
const within = { within: 30_000 }

interface Heard {
  readonly text: string
  readonly buttons: readonly { readonly text: string; readonly value: string }[]
  readonly file?: string
}

/** Somebody at a channel's other end: what they can do, and what reached them. */
interface Person {
  readonly account: { readonly channel: string; readonly config: object }
  connected(account: { readonly id: string }): Promise<void>
  say(text: string): Promise<void>
  press(value: string): Promise<void>
  share(phone: string): Promise<void>
  heard(): readonly Heard[]
  end(): Promise<void>
}

let host: AnyHost
let api: TestClient
let operator: TestClient
let person: Person | undefined

const must = async (answer: ReturnType<TestClient['get']>): Promise<any> => {
  const { status, body, text } = await answer
  if (status >= 300) throw new Error(`${status}: ${text}`)
  return body
}

beforeAll(async () => {
  const plugins = await Promise.all(builtIn.map((id) => import(`../../plugins/${id}/src/server/plugin.ts`)))
  host = await createTestHost({ plugins, config: { identity: { admin: root } }, time: 'real' })
  const signIn = async (login: string, password: string): Promise<TestClient> =>
    host.http.token((await must(host.http.post('/api/v1/auth/login', { login, password }))).accessToken)
  api = await signIn(root.login, root.password)
  await must(api.post('/api/v1/operator-panel/topics', { alias: 'support', name: 'Support' }))
  const olena = { email: 'olena@example.com', firstName: 'Olena', lastName: 'Hnatiuk', roles: ['operator'], password: 'a perfectly fine password' }
  await must(api.post('/api/v1/identity/users', olena))
  operator = await signIn(olena.email, olena.password)
})
afterAll(() => host?.stop())
afterEach(async () => {
  await person?.end()
  person = undefined
})

const inTelegram = async (mode: 'webhook' | 'polling'): Promise<Person> => {
  const telegram = await FakeTelegram.start({ flood: false })
  const user = mode === 'webhook' ? 801 : 802
  return {
    account: { channel: 'telegram', config: { token: telegram.token, mode, apiRoot: telegram.url } },
    connected: async ({ id }) => {
      if (mode === 'polling') return
      const { secret: token } = await host.run('conversations', async ({ accounts }) => accounts.get(id))
      await fetch(`${telegram.url}/bot${telegram.token}/setWebhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url: `${host.url}/hooks/channel-telegram/${id}`, secret_token: token }),
      })
    },
    say: async (text) => void telegram.say(user, text),
    press: async (value) => void telegram.press(user, value),
    share: async (phone) => void telegram.say(user, undefined, { contact: { phone_number: phone, first_name: 'Olena', user_id: user } }),
    heard: () =>
      telegram.sent().map(({ parameters }) => {
        const markup = typeof parameters['reply_markup'] === 'string' ? JSON.parse(parameters['reply_markup']) : parameters['reply_markup']
        const rows: any[][] = markup?.inline_keyboard ?? markup?.keyboard ?? []
        const buttons = rows.flat().map((button) => ({ text: button.text, value: button.callback_data ?? button.text }))
        const file = parameters['document']?.name ?? parameters['document']
        return { text: parameters['text'] ?? parameters['caption'] ?? '', buttons, ...(file === undefined ? {} : { file: String(file) }) }
      }),
    end: () => telegram.stop(),
  }
}

/** A system of one's own, which keeps what reaches it. */
const inApp = async (format: 'telegram_like' | 'standard_webhooks'): Promise<Person> => {
  const bodies: any[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'POST') bodies.push(JSON.parse(Buffer.concat(chunks).toString()))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const signed = format === 'standard_webhooks'
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  let hook = ''
  let events = 0
  const send = async (body: object): Promise<void> => {
    const text = JSON.stringify(body)
    const [id, timestamp] = [`event-${events}`, String(Math.floor(Date.now() / 1000))]
    const proof = signed ? { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': sign(secret, id, timestamp, text) } : {}
    const { status } = await fetch(hook, { method: 'POST', headers: { 'content-type': 'application/json', ...proof }, body: text })
    expect(status).toBe(200)
  }
  const message = (fields: object): Promise<void> => {
    events += 1
    if (signed) {
      const contact = { external_id: 'p1', name: 'Olena Test', language: 'uk' }
      return send({
        type: 'message.created',
        event_id: `e${events}`,
        conversation: { external_id: 'c1' },
        contact,
        message: { type: 'text', ...fields },
      })
    }
    const from = { id: 77, first_name: 'Olena', last_name: 'Test', language_code: 'uk' }
    return send({ update_id: events, message: { from, chat: { id: 'c2' }, date: Date.now(), type: 'text', ...fields } })
  }
  return {
    account: { channel: 'custom_channel', config: { custom_channel_url: url, format, ...(signed ? { secret } : {}) } },
    connected: async ({ id }) => void (hook = `${host.url}/hooks/channel-custom/${id}`),
    say: (text) => message({ text }),
    press: (value) => {
      if (signed) return message({ type: 'postback', payload: value, text: value })
      events += 1
      const from = { id: 77, first_name: 'Olena' }
      return send({ update_id: events, callback_query: { from, data: value, message: { from, chat: { id: 'c2' }, date: Date.now(), type: 'text' } } })
    },
    share: (phone) => message({ text: phone }),
    heard: () =>
      bodies.map((body) => {
        const content = body.message ?? body
        const rows: any[][] = content.buttons ?? body.reply_markup?.inline_keyboard ?? body.reply_markup?.keyboard ?? []
        const buttons = rows.flat().map((button) => ({ text: button.text, value: button.payload ?? button.callback_data ?? button.text }))
        const file = content.attachments?.[0]?.file_name ?? content.media?.file_name
        return { text: content.text ?? '', buttons, ...(file === undefined ? {} : { file }) }
      }),
    end: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test.each([
  ['in Telegram, by webhook', () => inTelegram('webhook')],
  ['in Telegram, by long polling', () => inTelegram('polling')],
  ['over HTTP, in the documented bodies', () => inApp('telegram_like')],
  ['over HTTP, in the signed envelope', () => inApp('standard_webhooks')],
])('the main job %s', { timeout: 60_000 }, async (name, arrive) => {
  person = await arrive()
  const { heard } = person
  const bot = await must(api.post('/api/v1/conversations/bots', { name, language: 'uk' }))
  const document = JSON.parse(readFileSync(new URL('../../plugins/scenario-runtime/examples/shop.json', import.meta.url), 'utf8')) as object
  await must(api.request('PUT', `/api/v1/scenario-runtime/bots/${bot.id}/draft`, { document }))
  await must(api.post(`/api/v1/scenario-runtime/bots/${bot.id}/publish`, {}))
  const account = await must(api.post('/api/v1/conversations/accounts', { botId: bot.id, title: name, active: true, ...person.account }))
  await person.connected(account)
  const hears = async (words: string): Promise<Heard> => await until(() => heard().findLast(({ text }) => text.includes(words)), within)

  await person.say('/start')
  const menu = await until(() => heard().findLast(({ buttons }) => buttons.length > 0), within)
  const ask = menu.buttons.find(({ text }) => text.includes('Operator'))!
  await person.press(ask.value)
  await hears('Please leave your phone number')
  await person.share('+380501112233')
  await hears('Connecting you')

  const request = await until(
    async () => (await must(operator.get('/api/v1/operator-panel/requests?folder=queue'))).requests.find(({ botId }: any) => botId === bot.id),
    within,
  )
  expect(request.lastText.replaceAll(' ', '')).toContain('380501112233')
  const path = `/api/v1/operator-panel/requests/${request.id}`
  await must(operator.post(`${path}/take`))
  await hears('Olena Hnatiuk')
  await must(operator.post(`${path}/messages`, { content: { kind: 'text', text: 'Good afternoon!' }, clientKey: 'answer-1' }))
  await hears('Good afternoon!')
  await person.say('Do you have jasmine tea?')
  const texts = async (): Promise<string[]> =>
    (await must(operator.get(`${path}/messages`))).messages.map(({ content }: any) => content.text ?? content.phone ?? '')
  await until(async () => (await texts()).includes('Do you have jasmine tea?'), within)
  await must(operator.post(`${path}/notes`, { text: 'Likes jasmine', clientKey: 'a-note-1' }))
  await must(operator.post(`${path}/close`, {}))
  await hears('Thank you!')
  await until(() => heard().at(-1)!.buttons.length > 0, within)

  // Every word once, in its order, and nothing that is for the team only.
  const lines = heard().map(({ text }) => text)
  const once = ['Please leave your phone number', 'Connecting you', 'Good afternoon!', 'Thank you!']
  for (const words of once) expect({ words, times: lines.filter((line) => line.includes(words)).length }).toEqual({ words, times: 1 })
  const order = once.map((words) => lines.findIndex((line) => line.includes(words)))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(lines.join('\n')).not.toContain('Likes jasmine')
  const dialog = await texts()
  expect(dialog.filter((text) => text === 'Do you have jasmine tea?')).toHaveLength(1)
})
