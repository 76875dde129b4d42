import { ParleyError } from '@parley/plugin-api'
import { until } from '@parley/test-kit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { channelAccounts, conversations, inbox, outbox, type OutboundMessage, type SendResult } from '../src/api/index.ts'
import { createToyHost } from './toy-host.ts'
import { ToyChannel } from './toys.ts'

const hosts: { stop(): Promise<void> }[] = []
const make = async (options: Parameters<typeof createToyHost>[0] = {}) => {
  const made = await createToyHost(options)
  hosts.push(made.host)
  return made
}
afterEach(async () => {
  for (const host of hosts.splice(0).reverse()) await host.stop()
})

const oneShot = (): ToyChannel => new ToyChannel({ idempotentSend: false })
const bot = { kind: 'bot' as const }
const text = (value: string) => ({ author: bot, content: { kind: 'text' as const, text: value } })

describe('a message that a channel refuses', () => {
  it('is tried again in place, and those behind it wait', async () => {
    const { channel, receive, settled, pass } = await make()
    channel.answer = ({ content }, tries) =>
      'text' in content && content.text === 'echo one' && tries < 3 ? { outcome: 'refused', reason: 'busy', retry: true } : { outcome: 'sent' }
    const id = await receive('1', 'one')
    await until(() => channel.sent.length === 1)
    await receive('2', 'two')
    await pass(() => channel.texts().includes('echo two'))
    expect(channel.texts()).toEqual(['echo one', 'echo one', 'echo one', 'echo two'])
    expect((await settled(id, 2)).map(({ direction, state }) => [direction, state])).toEqual([
      ['in', 'received'],
      ['out', 'sent'],
      ['in', 'received'],
      ['out', 'sent'],
    ])
  })

  it('is failed with its reason after the configured time, and the others go on', async () => {
    const { channel, receive, page, pass, host } = await make({ config: { delivery: { retryFor: 20 } } })
    channel.answer = ({ content }) =>
      'text' in content && content.text === 'echo one' ? { outcome: 'refused', reason: 'no such chat', retry: true } : { outcome: 'sent' }
    const id = await receive('1', 'one')
    await until(() => channel.sent.length === 1)
    await receive('2', 'two')
    await pass(() => channel.texts().includes('echo two'))
    await until(async () => (await page(id)).at(-1)?.state === 'sent')
    expect((await page(id)).find(({ content }) => 'text' in content && content.text === 'echo one')).toMatchObject({
      state: 'failed',
      reason: 'no such chat',
    })
    expect(host.logs.filter(({ level, msg }) => level === 'error' && msg)).toEqual([])
  })

  it('is failed at once when trying again cannot help', async () => {
    const { channel, receive, settled } = await make()
    channel.answer = () => ({ outcome: 'refused', reason: 'too rude', retry: false })
    const id = await receive('1', 'one')
    expect((await settled(id)).at(-1)).toMatchObject({ state: 'failed', reason: 'too rude' })
  })

  it('stops the whole account for as long as the provider asks', async () => {
    const { channel, receive, page, settled, pass } = await make()
    channel.answer = (_, tries) =>
      tries === 1 && channel.sent.length === 1 ? { outcome: 'refused', reason: 'slow down', retry: true, retryAfter: 30 } : { outcome: 'sent' }
    const waits = async (id: string): Promise<boolean> => (await page(id)).some(({ direction, state }) => direction === 'out' && state === 'queued')
    const first = await receive('1', 'one', 'a')
    await until(() => waits(first))
    expect((await page(first)).at(-1)).toMatchObject({ state: 'queued', reason: 'slow down' })
    const second = await receive('2', 'two', 'b')
    await until(() => waits(second))
    expect(channel.sent).toHaveLength(1)
    await pass(() => channel.sent.length === 3, 5_000)
    expect([(await settled(first)).at(-1)?.state, (await settled(second)).at(-1)?.state]).toEqual(['sent', 'sent'])
  })

  it('marks a client who blocked us, in the order of the lane', async () => {
    const { channel, receive, host, settled } = await make()
    channel.answer = () => ({ outcome: 'refused', reason: 'blocked by the user', retry: false, blocked: true })
    const id = await receive('1', 'one')
    const blocked = async (): Promise<boolean | undefined> => {
      const conversation = await host.service(conversations).get(id)
      const identities = await host.run('conversations', async ({ clients }) => clients.identities(conversation!.clientId))
      return identities[0]?.blocked
    }
    await until(blocked)
    expect((await settled(id)).at(-1)).toMatchObject({ state: 'failed' })
    await host.service(inbox).accept((await host.service(conversations).get(id))!.accountId, [{ type: 'unblocked', key: 'u1', chatId: 'chat-1' }])
    await until(async () => (await blocked()) === false)
  })
})

describe('a message whose outcome nobody knows', () => {
  const unknown: SendResult = { outcome: 'unknown', reason: 'the line went dead' }

  it('is sent again with the same id where that cannot double it', async () => {
    const { channel, receive, settled, pass } = await make()
    channel.answer = (_, tries) => (tries === 1 ? unknown : { outcome: 'sent' })
    const id = await receive('1', 'one')
    await pass(() => channel.sent.length === 2)
    expect(channel.sent[0]?.id).toBe(channel.sent[1]?.id)
    expect((await settled(id)).at(-1)?.state).toBe('sent')
  })

  it('stays unknown elsewhere until a person decides, and the others go on', async () => {
    const { channel, receive, settled, host } = await make({ channel: oneShot() })
    channel.answer = (_, tries) => (tries === 1 && channel.sent.length === 1 ? unknown : { outcome: 'sent' })
    const id = await receive('1', 'one')
    await until(() => channel.sent.length === 1)
    await receive('2', 'two')
    const messages = await settled(id, 2)
    const lost = messages.find(({ state }) => state === 'unknown')!
    expect(lost).toMatchObject({ reason: 'the line went dead', content: { text: 'echo one' } })
    expect(channel.texts()).toEqual(['echo one', 'echo two'])
    const http = host.http.as({ permissions: ['dialogs.view', 'dialogs.edit'] })
    expect(await http.post(`/api/v1/conversations/messages/${lost.id}/retry`)).toMatchObject({ status: 200 })
    await until(async () => (await settled(id)).every(({ state }) => state !== 'unknown'))
    expect(channel.texts()).toEqual(['echo one', 'echo two', 'echo one'])
    expect(await http.post(`/api/v1/conversations/messages/${lost.id}/discard`)).toMatchObject({ status: 409 })
  })

  it('is given up when a person discards it', async () => {
    const { channel, receive, settled, host } = await make({ channel: oneShot() })
    channel.answer = () => unknown
    const id = await receive('1', 'one')
    const lost = (await settled(id)).at(-1)!
    await host.service(outbox).discard(lost.id)
    expect((await settled(id)).at(-1)).toMatchObject({ state: 'failed', reason: 'Discarded.' })
  })

  it('is unknown when the driver throws or does not answer, and refused when nothing left', async () => {
    const { channel, receive, settled, pass, page } = await make({ channel: oneShot(), config: { delivery: { timeout: 5 } } })
    channel.answer = ({ content }: OutboundMessage): SendResult | Promise<SendResult> => {
      const said = 'text' in content ? content.text : ''
      if (said === 'echo bug') throw new Error('undefined is not a function')
      if (said === 'echo refused' && channel.texts().filter((one) => one === said).length === 1)
        throw new ParleyError('outbound_refused', 'nobody listens')
      if (said === 'echo slow') return new Promise<SendResult>(() => undefined)
      return { outcome: 'sent' }
    }
    const bug = await receive('1', 'bug', 'a')
    expect((await settled(bug)).at(-1)).toMatchObject({ state: 'unknown', reason: 'undefined is not a function' })
    const refused = await receive('2', 'refused', 'b')
    await pass(async () => (await page(refused)).at(-1)?.state === 'sent')
    const slow = await receive('3', 'slow', 'c')
    await until(() => channel.texts('c').length === 1)
    await pass(async () => (await page(slow)).at(-1)?.state === 'unknown')
    expect((await page(slow)).at(-1)?.reason).toContain('did not answer within 5 seconds')
  })
})

describe('a process that died', () => {
  const dead = async (channel: ToyChannel) => {
    const made = await make({ channel })
    let release = (_: SendResult): void => undefined
    channel.answer = () => new Promise<SendResult>((resolve) => (release = resolve))
    const id = await made.receive('1', 'one')
    await until(() => channel.sent.length === 1)
    // as after a kill: the row says "sending", the lease has run out, and nobody is there
    await made.db.query(`UPDATE {conversations} SET outbox_token = gen_random_uuid(), outbox_until = $1`, [made.host.clock.now()])
    channel.answer = () => ({ outcome: 'sent' })
    return { ...made, id, late: (result: SendResult) => release(result) }
  }

  it('leaves a message unknown where a second send would double it', async () => {
    const { channel, pass, page, id, late } = await dead(oneShot())
    await pass(async () => (await page(id)).at(-1)?.state === 'unknown')
    expect(channel.sent).toHaveLength(1)
    late({ outcome: 'sent' })
    await until(async () => (await page(id)).at(-1)?.state === 'unknown')
    expect((await page(id)).at(-1)?.reason).toContain('process stopped')
  })

  it('has its message sent again by another where that cannot double it', async () => {
    const { channel, pass, settled, id, late } = await dead(new ToyChannel())
    await pass(() => channel.sent.length === 2)
    late({ outcome: 'sent' })
    expect(channel.sent[0]?.id).toBe(channel.sent[1]?.id)
    expect((await settled(id)).at(-1)?.state).toBe('sent')
  })

  it('may have committed and never told the queue: the reconciler finds the rows', async () => {
    const web = await make({ roles: ['web'] })
    const id = await web.receive('1', 'one')
    const worker = await make({ database: web.host.database, account: web.account, dataDir: web.host.dataDir, roles: ['worker', 'scheduler'] })
    await worker.pass(() => worker.channel.sent.length === 1)
    await web.host.service(outbox).send(id, [text('from the web')])
    await worker.pass(() => worker.channel.sent.length === 2)
    expect(worker.channel.texts()).toEqual(['echo one', 'from the web'])
    expect(web.channel.sent).toEqual([])
  })
})

describe('an outbox that is held while a dialog goes on', () => {
  it('takes what further commits add, in order, and their commits carry what was sent', async () => {
    const { channel, receive, settled, db, host } = await make()
    const id = await receive('0', 'm0')
    for (let n = 1; n < 10; n++) {
      await until(() => channel.sent.length === n)
      await receive(`${n}`, `m${n}`)
    }
    await until(() => channel.sent.length === 10)
    expect(channel.texts()).toEqual(Array.from({ length: 10 }, (_, n) => `echo m${n}`))
    expect((await settled(id, 10)).filter(({ direction }) => direction === 'out').every(({ state }) => state === 'sent')).toBe(true)
    await until(async () => await host.run('conversations', async ({ deliverer }) => !deliverer.busy))
    expect(await db.query('SELECT 1 FROM {deliveries}')).toEqual([])
    expect(await db.query('SELECT 1 FROM {conversations} WHERE outbox_until IS NOT NULL OR lane_until IS NOT NULL')).toEqual([])
  })

  it.each([
    ['it is put off meanwhile', ''],
    ['nobody can write that it is put off', 'attempts = 0'],
  ])('leaves nothing waiting to be written when %s', async (_, refused) => {
    const { channel, receive, settled, pass, host, db } = await make()
    if (refused !== '') await db.raw(`ALTER TABLE {deliveries} ADD CONSTRAINT refused CHECK (${refused}) NOT VALID`)
    const soon = await host.run('conversations', async ({ outboxSteps }) => vi.spyOn(outboxSteps, 'commitSoon'))
    channel.answer = ({ content }, tries) =>
      'text' in content && content.text === 'echo two' && tries === 1 ? { outcome: 'refused', reason: 'busy', retry: true } : { outcome: 'sent' }
    const id = await receive('1', 'one')
    await until(() => channel.sent.length === 1)
    await receive('2', 'two')
    await pass(() => channel.sent.length === 3)
    await settled(id, 2)
    let ended = 0
    const count = (): number => ended++
    for (const { value } of soon.mock.results) (value as Promise<unknown>).then(count, count)
    await until(() => ended === soon.mock.results.length)
    expect(ended).toBeGreaterThan(1)
  })

  it('also takes what another process adds, behind what it knew and before what comes then', async () => {
    const worker = await make({ roles: ['worker', 'scheduler', 'web'] })
    const web = await make({ database: worker.host.database, account: worker.account, dataDir: worker.host.dataDir, roles: ['web'] })
    const id = await worker.receive('0', 'm0')
    await until(() => worker.channel.sent.length === 1)
    await web.host.service(outbox).send(id, [text('from the web')])
    await worker.host.service(outbox).send(id, [text('from here')])
    await until(() => worker.channel.sent.length === 3)
    expect(worker.channel.texts()).toEqual(['echo m0', 'from the web', 'from here'])
    await worker.settled(id, 3)
  })
})

describe('a message in parts', () => {
  it('goes on where it stopped, so that no part is sent twice', async () => {
    const channel = new ToyChannel({ idempotentSend: false, capabilities: { textLimit: 10 } })
    const { host, receive, settled, pass } = await make({ channel })
    const id = await receive('1', 'x')
    await settled(id)
    channel.sent.length = 0
    channel.answer = ({ part }, tries) => (part === 1 && tries === 1 ? { outcome: 'refused', reason: 'busy', retry: true } : { outcome: 'sent' })
    await host.service(outbox).send(id, [text('aaaa bbbb cccc dddd eeee')])
    await pass(() => channel.sent.length === 4)
    expect(channel.sent.map(({ part, content }) => [part, 'text' in content && content.text])).toEqual([
      [0, 'aaaa bbbb'],
      [1, 'cccc dddd'],
      [1, 'cccc dddd'],
      [2, 'eeee'],
    ])
    expect((await settled(id)).at(-1)?.state).toBe('sent')
  })

  it('keeps long values of buttons here and gets them back with the press', async () => {
    const keyboard = { placements: ['inline' as const], maxRows: 5, maxColumns: 5, textLimit: 20, valueLimit: 30, actions: ['reply' as const] }
    const channel = new ToyChannel({ capabilities: { keyboard } })
    const { host, holder, receive, settled, account } = await make({ channel })
    const id = await receive('1', 'x')
    await settled(id)
    const value = 'department:sales:and:a:long:tail'
    await host.service(outbox).send(id, [{ author: bot, content: { kind: 'keyboard', text: 'Choose', buttons: [[{ text: 'Sales', value }]] } }])
    await settled(id, 2)
    const { content } = channel.sent.at(-1)!
    const sent = content.kind === 'keyboard' ? content.buttons[0]![0]!.value! : ''
    expect(sent).toMatch(/^~p1:/)
    await host
      .service(inbox)
      .accept(account.id, [{ type: 'message', key: 'press', chatId: 'chat-1', sender: { id: 'chat-1' }, content: { kind: 'press', value: sent } }])
    await until(() => holder.turns.length === 2)
    expect((await settled(id)).find(({ content: c }) => c.kind === 'press')).toMatchObject({ content: { kind: 'press', value } })
  })
})

describe('receipts', () => {
  it('only move a message forward, and may come before the answer', async () => {
    const channel = new ToyChannel({ capabilities: { receipts: ['delivered', 'read'] } })
    const { host, receive, page, pass, account } = await make({ channel })
    let answer = (_: SendResult): void => undefined
    channel.answer = () => new Promise<SendResult>((resolve) => (answer = resolve))
    const id = await receive('1', 'x')
    await until(() => channel.sent.length === 1)
    const status = (state: 'delivered' | 'read' | 'sent' | 'failed') =>
      host.service(inbox).accept(account.id, [{ type: 'status', key: state, externalId: 'ext-1', state }])
    await status('delivered')
    answer({ outcome: 'sent', externalId: 'ext-1' })
    await until(async () => (await page(id)).at(-1)?.state === 'sent')
    await pass(async () => (await page(id)).at(-1)?.state === 'delivered')
    await status('read')
    await status('sent')
    await status('failed')
    expect((await page(id)).at(-1)?.state).toBe('read')
  })
})

describe('rates', () => {
  it('are kept for an account and for a chat', async () => {
    const channel = new ToyChannel({ capabilities: { rate: { account: 2, chat: 1 } } })
    const { host, receive, pass } = await make({ channel })
    const times: { chat: string; at: number }[] = []
    channel.answer = ({ chatId }) => {
      times.push({ chat: chatId, at: host.clock.now().getTime() })
      return { outcome: 'sent' }
    }
    for (const chat of ['a', 'b', 'c']) for (let n = 0; n < 3; n++) await receive(`${chat}${n}`, `m${n}`, chat)
    await pass(() => times.length === 9, 50, 400)
    for (const chat of ['a', 'b', 'c']) {
      const own = times.filter((one) => one.chat === chat).map(({ at }) => at)
      for (let n = 1; n < own.length; n++) expect(own[n]! - own[n - 1]!).toBeGreaterThanOrEqual(1000)
    }
    const all = times.map(({ at }) => at).sort((a, b) => a - b)
    for (let n = 0; n + 2 < all.length; n++) expect(all[n + 2]! - all[n]!).toBeGreaterThanOrEqual(1000)
  })
})

describe('an account', () => {
  it('is red when its provider refuses it, and switched off holds messages back', async () => {
    const { host, channel, receive, page, pass, account } = await make()
    channel.answer = () => ({ outcome: 'refused', reason: 'token revoked', retry: false, accountProblem: true })
    const id = await receive('1', 'x')
    const http = host.http.as({ permissions: ['bots.view', 'bots.edit'] })
    await until(async () => (await http.get(`/api/v1/conversations/accounts/${account.id}`)).body.health.state === 'broken')
    channel.answer = () => ({ outcome: 'sent' })
    await pass(async () => (await page(id)).at(-1)?.state === 'sent')
    await expect(host.service(channelAccounts).get('nothing')).resolves.toBeUndefined()
    await expect(host.service(inbox).receive('nothing', {})).rejects.toMatchObject({ code: 'not_found' })
  })
})
