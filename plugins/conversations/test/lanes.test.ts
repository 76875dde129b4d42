import { until } from '@parley/test-kit'
import { afterEach, describe, expect, it } from 'vitest'
import { conversations, inbox, outbox, type Turn } from '../src/api/index.ts'
import { createToyHost } from './toy-host.ts'

const hosts: { stop(): Promise<void> }[] = []
const make = async (options: Parameters<typeof createToyHost>[0] = {}) => {
  const made = await createToyHost(options)
  hosts.push(made.host)
  return made
}
afterEach(async () => {
  for (const host of hosts.splice(0).reverse()) await host.stop()
})

describe('a holder that fails', () => {
  it('gets the item again after a pause, and what came behind waits', async () => {
    const { holder, channel, receive, pass } = await make()
    holder.handle = async (turn, reply) => {
      if (turn.item.type === 'message' && turn.item.number === 1 && turn.attempt < 2) throw new Error('not now')
      await reply({ kind: 'text', text: `done ${turn.item.number}` })
    }
    await receive('1', 'one')
    await until(() => holder.turns.length === 1)
    await receive('2', 'two')
    await pass(() => channel.sent.length === 2)
    expect(holder.turns.map(({ text, attempt }) => `${text} ${attempt}`)).toEqual(['one 0', 'one 1', 'one 2', 'two 0'])
  })

  it('loses the item after the last try: it is failed with its reason, a person can repeat it, and the lane goes on', async () => {
    const { holder, channel, receive, pass, page, host } = await make({ config: { turns: { attempts: 3 } } })
    let broken = true
    holder.handle = async (turn, reply) => {
      if (broken && turn.item.type === 'message' && turn.item.number === 1) throw new Error('division by zero')
      await reply({ kind: 'text', text: `done ${turn.item.number}` })
    }
    const id = await receive('1', 'one')
    await until(() => holder.turns.length === 1)
    await receive('2', 'two')
    await pass(() => channel.sent.length === 1)
    const [failed] = await page(id)
    expect(failed).toMatchObject({ state: 'failed', reason: 'It could not be worked off after 3 tries: division by zero' })
    broken = false
    await host.service(outbox).retry(failed!.id)
    await until(() => channel.sent.length === 2)
    await until(async () => (await page(id))[0]?.state === 'received')
    expect(channel.texts()).toEqual(['done 2', 'done 1'])
  })

  it('by returning without the end of its turn is treated the same', async () => {
    const { holder, channel, receive, pass } = await make()
    holder.forgets = 1
    await receive('1', 'one')
    await pass(() => channel.sent.length === 1)
    expect(holder.turns.map(({ attempt }) => attempt)).toEqual([0, 1])
  })
})

describe('a process that died', () => {
  it('leaves its lane to another long before the lease is over', async () => {
    const first = await make()
    const { database } = first.host
    const second = await make({ channel: first.channel, holder: first.holder, database, account: first.account, dataDir: first.host.dataDir })
    let goOn = (): void => undefined
    const never = new Promise<void>((resolve) => (goOn = resolve))
    first.holder.handle = async (turn, reply) => {
      if (first.holder.turns.length === 1) await never
      await reply({ kind: 'text', text: `done ${turn.item.number}` })
    }
    await first.receive('1', 'one')
    await until(() => first.holder.turns.length === 1)
    const begun = second.host.clock.now().getTime()
    await database.host.query('UPDATE {instances} SET gone_at = now() WHERE mark = (SELECT mark FROM {instances} ORDER BY started_at LIMIT 1)')
    await until(() => second.host.run('conversations', async ({ claims }) => claims.gone().length > 0), { within: 30_000 })
    await second.pass(() => first.channel.sent.length === 1, 500)
    expect(second.host.clock.now().getTime() - begun).toBeLessThan(14_000)
    goOn()
    await first.host.stop()
    expect(first.channel.texts()).toEqual(['done 1'])
  })
})

describe('two processes whose clocks differ', () => {
  it('work off a conversation in the order of its numbers', async () => {
    const first = await make()
    const shared = {
      channel: first.channel,
      holder: first.holder,
      database: first.host.database,
      account: first.account,
      dataDir: first.host.dataDir,
    }
    const second = await make(shared)
    await second.host.clock.advance(1_500)
    let goOn = (): void => undefined
    const waiting = new Promise<void>((resolve) => (goOn = resolve))
    first.holder.handle = async (turn) => {
      if (turn.item.number === 1) await waiting
    }
    const id = await first.receive('1', 'one')
    await until(() => first.holder.turns.length === 1)
    await second.receive('2', 'two')
    await second.host.service(inbox).post(id, { holder: 'toy-holder', type: 'later', data: {} })
    goOn()
    await until(() => first.holder.turns.length === 3)
    await first.receive('3', 'three')
    await until(() => first.holder.turns.length === 4)
    expect(first.holder.turns.map(({ text }) => text)).toEqual(['one', 'two', 'later', 'three'])
  })
})

describe('a holder that is not there', () => {
  it('makes messages wait, and they are worked off when it comes', async () => {
    const { holder, channel, receive, pass, page, host } = await make({ config: { firstHolder: 'nobody' } })
    const id = await receive('1', 'one')
    await receive('2', 'two')
    await host.clock.advance(60_000)
    expect(holder.turns).toEqual([])
    expect((await page(id)).map(({ state }) => state)).toEqual(['received', 'received'])
    await host.service(conversations).hold(id, 'toy-holder')
    await pass(() => channel.sent.length === 2)
    expect(channel.texts()).toEqual(['echo one', 'echo two'])
  })

  it('does not block the lane with a command', async () => {
    const { channel, receive, settled, pass, host } = await make()
    const id = await receive('1', 'one')
    await settled(id)
    await host.service(inbox).post(id, { holder: 'absent', type: 'wake', data: {} })
    await receive('2', 'two')
    await pass(() => channel.sent.length === 2)
    expect(channel.texts()).toEqual(['echo one', 'echo two'])
  })
})

describe('a conversation that changes hands', () => {
  it('during a turn takes the item to its new holder, and the old one commits nothing', async () => {
    const { holder, channel, receive, host } = await make({ holders: ['toy-holder', 'desk'] })
    holder.handle = async (turn: Turn, reply) => {
      if (turn.conversation.holder === 'toy-holder') await host.service(conversations).hold(turn.conversation.id, 'desk')
      await reply({ kind: 'text', text: `from ${turn.conversation.holder}` })
    }
    await receive('1', 'one')
    await until(() => channel.sent.length === 1)
    expect(holder.turns.map((turn) => turn.holder)).toEqual(['toy-holder', 'desk'])
    expect(channel.texts()).toEqual(['from desk'])
  })

  it('by its own turn stays with the new holder for the items behind', async () => {
    const { holder, channel, receive, host, pass } = await make({ holders: ['toy-holder', 'desk'] })
    let first: Promise<void> = Promise.resolve()
    let go = (): void => undefined
    first = new Promise((resolve) => (go = resolve))
    holder.handle = async (turn, reply) => {
      if (turn.item.number === 1) {
        await first
        const batch = turn.batch()
        await host.service(conversations).hold(turn.conversation.id, 'desk', { within: batch })
        await turn.commit(batch)
      }
      await reply({ kind: 'text', text: `${turn.item.number} ${holder.turns.at(-1)?.holder}` })
    }
    await receive('1', 'one')
    await until(() => holder.turns.length === 1)
    await receive('2', 'two')
    go()
    await pass(() => channel.sent.length === 2)
    expect(holder.turns.map((turn) => turn.holder)).toEqual(['toy-holder', 'desk'])
  })
})

describe('a lane', () => {
  it('that was taken over lets the late holder commit nothing', async () => {
    const { holder, channel, receive, db, host, pass, page } = await make()
    let go = (): void => undefined
    const gate = new Promise<void>((resolve) => (go = resolve))
    holder.handle = async (turn, reply) => {
      if (holder.turns.length === 1) await gate
      await reply({ kind: 'text', text: `turn ${holder.turns.length}` })
    }
    const id = await receive('1', 'one')
    await until(() => holder.turns.length === 1)
    await db.query('UPDATE {conversations} SET lane_token = gen_random_uuid(), lane_until = $1', [host.clock.now()])
    go()
    await pass(() => channel.sent.length >= 1)
    await until(async () => (await page(id)).at(-1)?.state === 'sent')
    expect(channel.sent).toHaveLength(1)
    expect((await page(id)).filter(({ direction }) => direction === 'out')).toHaveLength(1)
    expect(await db.query('SELECT 1 FROM {items}')).toEqual([])
  })

  it('takes commands behind what came before, and each key once', async () => {
    const { holder, receive, host, pass, settled } = await make()
    const id = await receive('1', 'one')
    await settled(id)
    const post = (type: string, options = {}) => host.service(inbox).post(id, { holder: 'toy-holder', type, data: { n: 1 } }, options)
    await post('goto', { key: 'k' })
    await post('goto', { key: 'k' })
    await receive('2', 'two')
    await pass(() => holder.turns.length === 3)
    await post('goto', { key: 'k' })
    await post('resume')
    await pass(() => holder.turns.length === 4)
    expect(holder.turns.map(({ text }) => text)).toEqual(['one', 'goto', 'two', 'resume'])
  })

  it('takes a timer when it is due, whatever came meanwhile', async () => {
    const { holder, receive, host, pass, settled } = await make()
    const id = await receive('1', 'one')
    await settled(id)
    const dueAt = new Date(host.clock.now().getTime() + 600_000)
    await host.service(inbox).post(id, { holder: 'toy-holder', type: 'timeout', data: {} }, { dueAt })
    await receive('2', 'two')
    await until(() => holder.turns.length === 2)
    await host.clock.advance(500_000)
    expect(holder.turns).toHaveLength(2)
    await pass(() => holder.turns.length === 3, 10_000)
    expect(holder.turns.map(({ text }) => text)).toEqual(['one', 'two', 'timeout'])
    expect(host.clock.now() >= dueAt).toBe(true)
  })

  it('goes on with what its own turn posts', async () => {
    const { holder, channel, receive, host } = await make()
    holder.handle = async (turn, reply) => {
      if (turn.item.type === 'command') return await reply({ kind: 'text', text: 'and then' })
      const batch = turn.batch()
      await host.service(inbox).post(turn.conversation.id, { holder: 'toy-holder', type: 'next', data: {} }, { within: batch })
      await turn.commit(batch)
      await reply({ kind: 'text', text: 'first' })
    }
    await receive('1', 'one')
    await until(() => channel.sent.length === 2)
    expect(channel.texts()).toEqual(['first', 'and then'])
  })

  it('is open to several senders in one unit: numbers stay in the order of the calls', async () => {
    const { receive, settled, host, page, db } = await make()
    const id = await receive('1', 'one')
    await settled(id)
    const author = { kind: 'operator' as const, id: 'u1', name: 'Oksana' }
    await db.transaction(async (tx) => {
      await host.service(outbox).send(id, [{ author, content: { kind: 'text', text: 'a' } }], { within: tx })
      await host.service(outbox).show(id, [{ author, content: { kind: 'note', text: 'b' } }], { within: tx })
      await host.service(outbox).send(id, [{ author, content: { kind: 'text', text: 'c' } }], { within: tx })
      await host.service(conversations).hold(id, 'desk', { within: tx })
    })
    await settled(id, 3)
    expect((await page(id)).slice(2).map(({ number, state, content }) => [number, state, 'text' in content && content.text])).toEqual([
      [3, 'sent', 'a'],
      [4, 'shown', 'b'],
      [5, 'sent', 'c'],
    ])
    expect((await host.service(conversations).get(id))?.holder).toBe('desk')
    await expect(host.service(outbox).send(id, [{ author, content: { kind: 'note', text: 'x' } }])).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('tells the dialog about everything in it, with numbers and states', async () => {
    const { receive, settled, host } = await make()
    const id = await receive('1', 'one')
    await settled(id)
    const rooms = await host.database.host.query<{ sequence: string }>('SELECT sequence FROM {topic_sequences}')
    // the message, the answer, and that it was sent
    expect(rooms.map(({ sequence }) => Number(sequence))).toEqual([3])
  })
})

describe('a first message', () => {
  it('makes the client known, once', async () => {
    const { receive, settled, host } = await make()
    const ids = await Promise.all([receive('1', 'one'), receive('2', 'two')])
    expect(new Set(ids).size).toBe(1)
    await settled(ids[0]!, 2)
    const conversation = await host.service(conversations).get(ids[0]!)
    const client = await host.run('conversations', async ({ clients }) => clients.get(conversation!.clientId))
    expect(client).toMatchObject({ firstName: 'Olena' })
    expect(await host.service(conversations).byClient(conversation!.clientId)).toHaveLength(1)
    expect(await host.service(conversations).find(conversation!.accountId, 'chat-1')).toEqual(conversation)
  })

  it('need not be: a conversation can be opened and written to', async () => {
    const { host, account, channel, settled } = await make()
    const opened = await host.service(conversations).open(account.id, 'new chat', { firstName: 'Ivan' })
    expect(await host.service(conversations).open(account.id, 'new chat')).toEqual(opened)
    await host.service(outbox).send(opened.id, [{ author: { kind: 'bot' }, content: { kind: 'text', text: 'Hello Ivan' } }])
    await settled(opened.id)
    expect(channel.sent[0]).toMatchObject({ chatId: 'new chat', number: 1 })
  })
})
