import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from '@parley/test-kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bots, inbox } from '../src/api/index.ts'
import { createToyHost } from './toy-host.ts'
import { toyMessage, ToyChannel } from './toys.ts'

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const base = '/api/v1/conversations'

let made: Awaited<ReturnType<typeof createToyHost>>
let connected: string[] = []
let files: Server
let fileUrl: string

beforeAll(async () => {
  const channel = new ToyChannel({
    check: async ({ config }) =>
      config.token === 'good' ? { state: 'ok', text: 'Works.', identity: { name: '@toy' } } : { state: 'broken', text: 'The token is wrong.' },
    connect: async ({ id, active }) => {
      connected.push(`connect ${id} ${active}`)
      return { state: 'ok', text: 'Connected.' }
    },
    disconnect: async ({ id }) => void connected.push(`disconnect ${id}`),
  })
  made = await createToyHost({ channel, config: { keep: { intake: 0.05 } } })
  files = createServer((request, response) => {
    if (request.url === '/photo') return void response.writeHead(200, { 'content-type': 'text/plain' }).end(png)
    if (request.url === '/large') return void response.writeHead(200).end(Buffer.alloc(30 * 1024 * 1024))
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
  fileUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}`
})
afterAll(async () => {
  await made.host.stop()
  files.close()
})

const admin = () => made.host.http.as({ permissions: ['bots.view', 'bots.edit', 'bots.delete', 'dialogs.view'] })

describe('bots', () => {
  it('are made, changed, listed and deleted, each with its number and an audit entry', async () => {
    const http = admin()
    const { body: bot } = await http.post(`${base}/bots`, { name: 'Shop', language: 'en' })
    expect(bot).toMatchObject({ name: 'Shop', language: 'en', active: true, version: 1, constants: {} })
    const changed = await http.patch(`${base}/bots/${bot.number}`, { version: 1, name: 'Store', constants: { hours: '9-18' } })
    expect(changed.body).toMatchObject({ id: bot.id, name: 'Store', version: 2, constants: { hours: '9-18' } })
    expect(await http.patch(`${base}/bots/${bot.id}`, { version: 1, name: 'Lost' })).toMatchObject({ status: 409, body: { code: 'stale_write' } })
    expect((await http.get(`${base}/bots`)).body.bots.map(({ name }: { name: string }) => name)).toContain('Store')
    expect(await made.host.service(bots).get(bot.number)).toMatchObject({ id: bot.id })
    expect((await http.delete(`${base}/bots/${bot.id}`)).status).toBe(200)
    expect((await http.get(`${base}/bots/${bot.id}`)).status).toBe(404)
  })

  it('are not for everybody', async () => {
    const { botId } = made.account
    const someone = made.host.http.as({ permissions: ['bots.view'] })
    expect((await someone.post(`${base}/bots`, { name: 'x' })).status).toBe(403)
    const other = made.host.http.as({ permissions: ['bots.view', 'bots.edit'], bots: ['11111111-1111-4111-8111-111111111111'] })
    expect((await other.get(`${base}/bots/${botId}`)).status).toBe(404)
    expect((await other.get(`${base}/accounts/${made.account.id}`)).status).toBe(404)
    expect((await other.get(`${base}/accounts`)).body.accounts).toEqual([])
    expect((await admin().delete(`${base}/bots/${botId}`)).status).toBe(409)
    expect((await made.host.http.get(`${base}/bots`)).status).toBe(401)
  })
})

describe('accounts', () => {
  it('describe their channels with forms', async () => {
    const { body } = await admin().get(`${base}/channels`)
    expect(body.channels).toMatchObject([
      { kind: 'toy', title: 'Toy', icon: 'bot', secrets: ['token'], idempotentSend: true, form: { properties: { label: { default: 'none' } } } },
    ])
  })

  it('are checked before they are saved, connected, and never show a secret', async () => {
    const http = admin()
    connected = []
    const draft = { botId: made.account.botId, channel: 'toy', title: 'Second', config: { token: 'bad' } }
    expect((await http.post(`${base}/accounts/check`, draft)).body).toMatchObject({ state: 'broken', text: 'The token is wrong.' })
    const { body: account } = await http.post(`${base}/accounts`, { ...draft, config: { token: 'good', label: 'x' } })
    expect(account).toMatchObject({ config: { label: 'x' }, secretsSet: ['token'], active: true, health: { state: 'ok', text: 'Connected.' } })
    expect(account.webhookUrl).toBe(`${made.host.url}/hooks/toy/${account.id}`)
    const [row] = await made.db.query('SELECT config::text, secret FROM {accounts} WHERE id = $1', [account.id])
    expect(JSON.stringify(row)).not.toContain('good')

    const changed = await http.patch(`${base}/accounts/${account.id}`, { version: account.version, config: { label: 'y', token: '' } })
    expect(changed.body).toMatchObject({ config: { label: 'y' }, secretsSet: ['token'] })
    expect((await http.post(`${base}/accounts/${account.id}/check`)).body).toMatchObject({ state: 'ok', identity: { name: '@toy' } })
    const again = { ...draft, id: account.id, config: { label: 'z' } }
    expect((await http.post(`${base}/accounts/check`, again)).body.state).toBe('ok')
    await made.db.query("UPDATE {accounts} SET channel = 'other' WHERE id = $1", [account.id])
    expect(await http.post(`${base}/accounts/check`, again)).toMatchObject({ status: 400, body: { detail: expect.stringContaining('"other"') } })
    await made.db.query("UPDATE {accounts} SET channel = 'toy' WHERE id = $1", [account.id])

    await http.patch(`${base}/accounts/${account.id}`, { version: changed.body.version, active: false })
    expect((await http.delete(`${base}/accounts/${account.id}`)).status).toBe(200)
    expect(connected).toEqual([`connect ${account.id} true`, `connect ${account.id} true`, `disconnect ${account.id}`, `disconnect ${account.id}`])
    const { body: audit } = await made.host.http.as({}).get('/api/v1/host/audit')
    expect(JSON.stringify(audit ?? {})).not.toContain('good')
  })

  it('go on and off at their provider with their bot', async () => {
    const http = admin()
    const { body: bot } = await http.post(`${base}/bots`, { name: 'Night' })
    const { body: account } = await http.post(`${base}/accounts`, { botId: bot.id, channel: 'toy', title: 'Night', config: { token: 'good' } })
    connected = []
    const { body: off } = await http.patch(`${base}/bots/${bot.id}`, { version: bot.version, active: false })
    expect((await http.get(`${base}/accounts/${account.id}`)).body.health.state).toBe('unchecked')
    const { body: on } = await http.patch(`${base}/bots/${bot.id}`, { version: off.version, active: true })
    await http.patch(`${base}/bots/${bot.id}`, { version: on.version, name: 'Day' })
    expect(connected).toEqual([`disconnect ${account.id}`, `connect ${account.id} true`])
    expect((await http.get(`${base}/accounts/${account.id}`)).body.health).toMatchObject({ state: 'ok', text: 'Connected.' })
  })

  it('refuse settings that the channel does not take', async () => {
    const answer = await admin().post(`${base}/accounts`, { botId: made.account.botId, channel: 'toy', title: 'x', config: {} })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
    expect(answer.body.detail).toContain('token')
    expect(await admin().post(`${base}/accounts`, { botId: made.account.botId, channel: 'pigeon', title: 'x', config: {} })).toMatchObject({
      status: 400,
    })
  })
})

describe('the raw intake', () => {
  it('keeps what came, and takes it in again without doubling it', async () => {
    await made.receive('raw-1', 'hello', 'raw')
    const http = admin()
    const { body } = await http.get(`${base}/accounts/${made.account.id}/intake`)
    expect(JSON.parse(body.lines[0].payload)).toEqual(toyMessage('raw-1', 'hello', 'raw'))
    expect(body.lines[0]).toMatchObject({ events: 1 })
    const replayed = await http.post(`${base}/accounts/${made.account.id}/intake/${body.lines[0].id}/replay`)
    expect(replayed.body).toMatchObject({ stored: 0, duplicates: 1 })
    const again = await http.get(`${base}/accounts/${made.account.id}/intake`)
    expect(again.body.lines).toHaveLength(body.lines.length)
  })

  it('stores nothing of what is no message', async () => {
    const box = made.host.service(inbox)
    // What comes in only: the bot may still be answering what an earlier test sent.
    const received = "SELECT (SELECT count(*) FROM {intake}) + (SELECT count(*) FROM {messages} WHERE direction = 'in') AS n"
    const count = async (): Promise<number> => Number((await made.db.query<{ n: string }>(received))[0]!.n)
    const before = await count()
    const event = { type: 'message', key: 'k', chatId: 'c', sender: { id: 'c' }, content: { kind: 'text', text: 'x' } }
    let deep: unknown = 'x'
    for (let n = 0; n < 1000; n++) deep = [deep]
    const bad = [
      null,
      'text',
      [],
      { events: 'no' },
      { events: [{ ...event, chatId: '' }] },
      { events: [{ ...event, chatId: 'x'.repeat(1000) }] },
      { events: [{ ...event, params: { deep } }] },
    ]
    for (const payload of bad) await expect(box.receive(made.account.id, payload)).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(box.receive(made.account.id, { events: Array.from({ length: 1001 }, () => event) })).rejects.toMatchObject({ code: 'too_large' })
    expect(await count()).toBe(before)
  })

  it('keeps what nobody can be refused, with the reason', async () => {
    const box = made.host.service(inbox)
    await made.host.clock.advance(10)
    expect(await box.receive(made.account.id, { events: 'no' }, { keep: true })).toEqual({ stored: 0, duplicates: 0, messages: [] })
    const { lines } = (await admin().get(`${base}/accounts/${made.account.id}/intake`)).body
    expect(lines[0]).toMatchObject({ payload: '{"events":"no"}', events: 0, problem: 'The payload is not one of the toy channel.' })
    const message = toyMessage('kept-1', 'taken in', 'kept')
    expect(await box.receive(made.account.id, message, { keep: true })).toMatchObject({ stored: 1 })
    await expect(box.receive('00000000-0000-7000-8000-000000000000', message, { keep: true })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('keeps odd texts and unknown kinds as far as they can be kept', async () => {
    const odd = (key: string, content: object) => ({
      events: [{ type: 'message', key, chatId: 'odd', sender: { id: 'odd', firstName: 'a\0b\ud800' }, content }],
    })
    const box = made.host.service(inbox)
    await box.receive(made.account.id, odd('odd-1', { kind: 'text', text: 'nul \0 and half \udc00' }))
    await box.receive(made.account.id, odd('odd-2', { kind: 'hologram', text: 'wow', depth: 3 }))
    const { messages } = await box.receive(made.account.id, odd('odd-3', { kind: 'text', text: 'x'.repeat(50_000) }))
    const page = await made.page(messages[0]!.conversationId)
    const inbound = page.filter(({ direction }) => direction === 'in').map(({ content }) => content)
    expect(inbound[0]).toEqual({ kind: 'text', text: 'nul  and half \ufffd' })
    expect(inbound[1]).toEqual({ kind: 'unsupported', text: 'wow', original: 'hologram' })
    expect(inbound[2]).toMatchObject({ kind: 'text', text: 'x'.repeat(32_768) })
  })

  it('keeps what a driver failed at, and takes it in when the driver has learned', async () => {
    const payload = { events: [], broken: true }
    // ids of one moment have no order
    await made.host.clock.advance(10)
    const learned = made.channel.driver.receive
    made.channel.driver.receive = () => {
      throw new TypeError('cannot read properties of undefined')
    }
    await expect(made.host.service(inbox).receive(made.account.id, payload)).rejects.toThrow('cannot read')
    made.channel.driver.receive = () => toyMessage('learned', 'now I see', 'raw').events as never
    const http = admin()
    const { body } = await http.get(`${base}/accounts/${made.account.id}/intake`)
    expect(body.lines[0]).toMatchObject({ events: 0, problem: 'cannot read properties of undefined' })
    expect((await http.post(`${base}/accounts/${made.account.id}/intake/${body.lines[0].id}/replay`)).body).toMatchObject({ stored: 1 })
    const { lines } = (await http.get(`${base}/accounts/${made.account.id}/intake`)).body
    expect(lines).toHaveLength(body.lines.length)
    expect(lines[0]).toEqual({ id: body.lines[0].id, at: body.lines[0].at, payload: JSON.stringify(payload), events: 1 })
    made.channel.driver.receive = learned
  })

  it('forgets after a time', async () => {
    const [before] = await made.db.query<{ n: string }>('SELECT count(*) AS n FROM {intake}')
    expect(Number(before!.n)).toBeGreaterThan(0)
    await made.host.clock.advance(3 * 3_600_000)
    await until(async () => Number((await made.db.query<{ n: string }>('SELECT count(*) AS n FROM {intake}'))[0]!.n) === 0)
  })
})

describe('files of clients', () => {
  const send = async (key: string, media: object) => {
    const event = { type: 'message', key, chatId: 'files', sender: { id: 'files' }, content: { kind: 'image', media, text: 'look' } }
    return (await made.host.service(inbox).receive(made.account.id, { events: [event] })).messages[0]!
  }
  const mediaOf = async ({ id, conversationId }: { id: string; conversationId: string }) => {
    const content = (await made.page(conversationId)).find((message) => message.id === id)!.content
    return 'media' in content ? content.media! : {}
  }

  it('are brought into the own store, with their true type', async () => {
    const message = await send('f1', { url: `${fileUrl}/photo`, name: 'cat.txt' })
    const media = await until(async () => ((await mediaOf(message)).fileId === undefined ? undefined : await mediaOf(message)))
    expect(media).toMatchObject({ name: 'cat.txt', type: 'image/png', size: png.length })
    const file = await made.host.http.get(media.url!)
    expect(file.status).toBe(200)
  })

  it('that are too large or cannot be had are named in the message, which stays', async () => {
    const large = await send('f2', { url: `${fileUrl}/large` })
    await made.pass(async () => (await mediaOf(large)).failure !== undefined, 10_000)
    expect((await mediaOf(large)).failure).toContain('larger')
    expect(made.host.outbound.calls.filter(({ url }) => url.endsWith('/large'))).toHaveLength(1)
    const gone = await send('f3', { url: `${fileUrl}/gone` })
    await made.pass(async () => (await mediaOf(gone)).failure !== undefined, 10_000)
    expect((await mediaOf(gone)).failure).toContain('404')
    const inside = await send('f4', { url: 'http://169.254.169.254/latest/meta-data' })
    await made.pass(async () => (await mediaOf(inside)).failure !== undefined, 10_000)
    expect((await mediaOf(inside)).fileId).toBeUndefined()
  })
})

describe('dialogs', () => {
  it('are read page by page by those who may', async () => {
    const id = await made.receive('page-0', 'm0', 'pages')
    for (let n = 1; n < 6; n++) await made.receive(`page-${n}`, `m${n}`, 'pages')
    await made.settled(id, 6)
    const http = admin()
    const url = `${base}/conversations/${id}/messages`
    const newest = (await http.get(url, { query: { limit: 5 } })).body
    expect(newest).toMatchObject({ more: true })
    const older = (await http.get(url, { query: { limit: 100, before: newest.messages[0].number } })).body
    expect(older.more).toBe(false)
    expect([...older.messages, ...newest.messages]).toHaveLength(12)
    const later = (await http.get(url, { query: { after: older.messages.at(-1).number } })).body
    expect(later.messages).toEqual(newest.messages)
    expect((await made.host.http.as({ permissions: ['dialogs.view'], bots: [] }).get(url)).status).toBe(404)
    expect((await made.host.http.as({ permissions: [] }).get(url)).status).toBe(403)
  })
})
