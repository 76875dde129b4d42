import { randomUUID } from 'node:crypto'
import { until } from '@parley/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Panel } from './panel-fixture.ts'

let panel: Panel
beforeAll(async () => {
  panel = await Panel.start()
})
afterAll(() => panel.stop())

describe('taking', () => {
  test('of two operators who take at once one gets the request, the other a sentence', async () => {
    const [first, second] = [await panel.operator('Ada'), await panel.operator('Bo')]
    const { requestId, conversationId } = await panel.open()
    const answers = await Promise.all([first, second].map((each) => panel.call(each.token, 'POST', `requests/${requestId}/take`)))
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409])
    const lost = answers.find((answer) => answer.status === 409)!
    expect(lost.body.detail).toMatch(/took this request a moment ago/)
    expect((await panel.request(requestId)).state).toBe('open')
    expect(panel.neighbours.holders.get(conversationId)).toBe('operator-panel')
    expect(panel.neighbours.runs).toContainEqual({ call: 'leave', conversationId, outcome: 'connected' })
  })

  test('a request of somebody else is not to be seen, nor changed', async () => {
    const [owner, other] = [await panel.operator('Cy'), await panel.operator('Di')]
    const { requestId } = await panel.open()
    await panel.call(owner.token, 'POST', `requests/${requestId}/take`)
    expect((await panel.call(other.token, 'GET', `requests/${requestId}`)).status).toBe(404)
    expect((await panel.call(other.token, 'POST', `requests/${requestId}/close`, {})).status).toBe(404)
  })
})

describe('writing', () => {
  test('only the one who has the request answers; a repeated key is one message for the outbox to drop', async () => {
    const me = await panel.operator('Ed')
    const { requestId, conversationId } = await panel.open()
    const message = { content: { kind: 'text', text: 'Hello' }, clientKey: randomUUID() }
    expect((await panel.call(me.token, 'POST', `requests/${requestId}/messages`, message)).status).toBe(409)
    await panel.call(me.token, 'POST', `requests/${requestId}/take`)
    expect((await panel.call(me.token, 'POST', `requests/${requestId}/messages`, message)).status).toBe(200)
    expect(panel.neighbours.sent).toContainEqual({
      conversationId,
      message: expect.objectContaining({ clientKey: message.clientKey, author: expect.objectContaining({ kind: 'operator', id: me.id }) }),
    })
    expect(await panel.request(requestId)).toMatchObject({ lastText: 'Hello', lastAuthor: 'operator', unread: 0 })
  })

  test('a light agent writes notes and nothing else', async () => {
    const agent = await panel.operator('Flo', { role: 'light_agent' })
    const { requestId, conversationId } = await panel.open()
    expect((await panel.call(agent.token, 'POST', `requests/${requestId}/take`)).status).toBe(403)
    expect(
      (await panel.call(agent.token, 'POST', `requests/${requestId}/notes`, { text: 'check the invoice', clientKey: randomUUID() })).status,
    ).toBe(200)
    expect(panel.neighbours.shown).toContainEqual({
      conversationId,
      message: expect.objectContaining({ content: { kind: 'note', text: 'check the invoice' } }),
    })
  })

  test('who may only look writes no notes, and is not told why colleagues were passed over', async () => {
    const analyst = await panel.operator('Fay', { role: 'analyst' })
    const agent = await panel.operator('Fox', { role: 'light_agent' })
    const { requestId } = await panel.open({ autoConnect: true, queue: true })
    await until(async () => (await panel.run(async ({ decisionStore }) => decisionStore.ofRequest(requestId, 5))).length > 0)
    const note = { text: 'hm', clientKey: randomUUID() }
    expect((await panel.call(analyst.token, 'POST', `requests/${requestId}/notes`, note)).status).toBe(403)
    expect((await panel.call(analyst.token, 'GET', `requests/${requestId}/log`)).body.decisions).not.toEqual([])
    expect((await panel.call(analyst.token, 'GET', `requests/${requestId}/decisions`)).status).toBe(200)
    expect((await panel.call(agent.token, 'GET', `requests/${requestId}/log`)).body.decisions).toEqual([])
    expect((await panel.call(agent.token, 'GET', `requests/${requestId}/decisions`)).status).toBe(403)
    const owner = await panel.operator('Fin')
    await panel.call(owner.token, 'POST', `requests/${requestId}/take`)
    expect((await panel.call(owner.token, 'POST', `requests/${requestId}/close`, {})).status).toBe(204)
  })

  test.each([
    ['an empty text', { content: { kind: 'text', text: '' }, clientKey: 'k'.repeat(8) }],
    ['a note as a message', { content: { kind: 'note', text: 'x' }, clientKey: 'k'.repeat(8) }],
    ['no key', { content: { kind: 'text', text: 'x' } }],
  ])('%s is refused', async (_name, body) => {
    const me = await panel.operator('Gil')
    const { requestId } = await panel.open()
    await panel.call(me.token, 'POST', `requests/${requestId}/take`)
    expect((await panel.call(me.token, 'POST', `requests/${requestId}/messages`, body)).status).toBe(400)
  })
})

describe('closing', () => {
  test('goes to the alias, gives the conversation back, keeps the status, and is audited', async () => {
    const me = await panel.operator('Hal')
    const { requestId, conversationId } = await panel.open({ closedAlias: 'thanks' })
    await panel.call(me.token, 'POST', `requests/${requestId}/take`)
    expect((await panel.call(me.token, 'POST', `requests/${requestId}/close`, { comment: 'done' })).status).toBe(204)
    expect(await panel.request(requestId)).toMatchObject({ state: 'closed', closeStatus: { name: 'Resolved' } })
    expect(panel.neighbours.holders.get(conversationId)).toBe('scenario-runtime')
    expect(panel.neighbours.runs).toContainEqual({ call: 'goto', conversationId, outcome: 'thanks' })
    const entries = await panel.host.database.host.query<{ action: string }>('SELECT action FROM host.audit_log WHERE object_id = $1', [requestId])
    expect(entries.map((entry) => entry.action)).toEqual(expect.arrayContaining(['request.take', 'request.close']))
    expect((await panel.call(me.token, 'POST', `requests/${requestId}/close`, {})).status).toBe(409)
  })
})

describe('transfer', () => {
  test('to a colleague, with a note for them', async () => {
    const [from, to] = [await panel.operator('Ivy'), await panel.operator('Jon')]
    const { requestId, conversationId } = await panel.open()
    await panel.call(from.token, 'POST', `requests/${requestId}/take`)
    expect((await panel.call(from.token, 'POST', `requests/${requestId}/transfer`, { operatorId: to.id, comment: 'knows returns' })).status).toBe(204)
    expect((await panel.request(requestId)).assignee?.id).toBe(to.id)
    expect(panel.neighbours.shown).toContainEqual({
      conversationId,
      message: expect.objectContaining({ content: { kind: 'note', text: 'knows returns' } }),
    })
  })

  test('back to the queue, where the next free operator gets it', async () => {
    const [from, free] = [await panel.operator('Kim'), await panel.operator('Leo', { status: 'online', maxDialogs: 1 })]
    const { requestId } = await panel.open()
    await panel.call(from.token, 'POST', `requests/${requestId}/take`)
    await panel.call(from.token, 'POST', `requests/${requestId}/transfer`, { queue: true })
    const request = await until(async () => {
      const now = await panel.request(requestId)
      return now.assignee !== undefined && now
    })
    expect(request.assignee?.id).toBe(free.id)
    await panel.setStatus(free.id, 'offline')
  })
})

test('folders page by page: oldest first, each request once', async () => {
  const me = await panel.operator('Mia')
  const opened: string[] = []
  for (let n = 0; n < 5; n += 1) opened.push((await panel.open({ client: `Pager ${n}` })).requestId)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const { body } = await panel.call(
      me.token,
      'GET',
      `requests?folder=unassigned&search=Pager&limit=2${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    seen.push(...body.requests.map((request: { id: string }) => request.id))
    cursor = body.cursor
  } while (cursor !== undefined)
  expect(seen).toEqual(opened)
  expect((await panel.call(me.token, 'GET', 'requests?cursor=x')).status).toBe(400)
  expect((await panel.call(me.token, 'GET', 'folders')).body.unassigned).toBeGreaterThanOrEqual(5)
})

test('search finds any part of a name or text in any case, among the closed too', async () => {
  const me = await panel.operator('Nadia', { role: 'administrator' })
  const close = async (client: string): Promise<string> => {
    const { requestId } = await panel.open({ client })
    await panel.call(me.token, 'POST', `requests/${requestId}/take`)
    await panel.call(me.token, 'POST', `requests/${requestId}/close`, {})
    return requestId
  }
  const taras = await close("Тарас О'Коваль")
  const backslash = await close(String.raw`50% a\b`)
  const many: string[] = []
  for (let n = 0; n < 4; n += 1) many.unshift(await close(`Ґжицький ${n}`))
  const page = async (folder: string, search: string, cursor = ''): Promise<{ requests: { id: string; number: number }[]; cursor?: string }> =>
    (await panel.call(me.token, 'GET', `requests?${new URLSearchParams({ folder, search, limit: '3', ...(cursor ? { cursor } : {}) })}`)).body
  const search = async (folder: string, words: string): Promise<string[]> => (await page(folder, words)).requests.map(({ id }) => id)

  for (const words of ["о'ков", 'КОВАЛЬ', 'рас О', " Тарас О'Коваль ", "'К"])
    expect({ words, found: await search('closed', words) }).toEqual({ words, found: [taras] })
  for (const words of ['50%', '%', 'a\\', '\\B']) expect({ words, found: await search('closed', words) }).toEqual({ words, found: [backslash] })
  for (const words of ['Ковальчук', 'о_ков', 'зз', '&', ':*', '!'])
    expect({ words, found: await search('closed', words) }).toEqual({ words, found: [] })

  const first = await page('closed', 'ґж')
  const second = await page('closed', 'ґж', first.cursor)
  expect([...first.requests, ...second.requests].map(({ id }) => id)).toEqual(many)
  expect(second.cursor).toBeUndefined()
  const number = first.requests[0]!.number
  expect(await search('closed', `#${number}`)).toContain(many[0])
  expect(await search('unassigned', 'ТАРАС')).toEqual([])

  // what was closed a moment ago is looked for in the folder, which is never behind
  const reports = () => panel.host.database.statistics().reports.primary
  const before = reports()
  await search('closed', 'ТАРАС')
  expect(reports()).toBeGreaterThan(before)
  const after = reports()
  await search('closed', '')
  await search('unassigned', 'ТАРАС')
  expect(reports()).toBe(after)
})
