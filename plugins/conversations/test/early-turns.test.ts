import { until } from '@parley/test-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inbox, outbox } from '../src/api/index.ts'
import { createToyHost } from './toy-host.ts'
import { toyMessage, ToyHolder } from './toys.ts'

const hosts: { stop(): Promise<void> }[] = []
const make = async (options: Parameters<typeof createToyHost>[0] = {}) => {
  const made = await createToyHost(options)
  hosts.push(made.host)
  return made
}
afterEach(async () => {
  for (const host of hosts.splice(0).reverse()) await host.stop()
})

const earlyHolder = (): ToyHolder => {
  const holder = new ToyHolder()
  holder.early = true
  return holder
}

describe('a message that goes on with a dialog', () => {
  let toys: Awaited<ReturnType<typeof make>>
  let id: string
  const stored = () => toys.holder.turns.map((turn) => `${turn.text} ${turn.stored ? 'stored' : 'early'}`)
  const numbers = async () => (await toys.page(id)).map(({ number, content }) => `${number} ${'text' in content ? content.text : content.kind}`)

  beforeEach(async () => {
    toys = await make({ holder: earlyHolder() })
    id = await toys.receive('1', 'one')
    await toys.settled(id, 1)
  })

  it('is stored with its answer, in one round trip', async () => {
    // what was sent is written with the next commit
    const before = toys.host.database.statistics().queries
    const receipt = await toys.host.service(inbox).receive(toys.account.id, toyMessage('2', 'two'))
    expect(toys.host.database.statistics().queries - before).toBe(1)
    expect(receipt).toMatchObject({ stored: 1, duplicates: 0, messages: [{ conversationId: id, duplicate: false }] })
    const messages = await toys.settled(id, 2)
    expect(messages.map(({ number, direction, state }) => `${number} ${direction} ${state}`)).toEqual([
      '1 in received',
      '2 out sent',
      '3 in received',
      '4 out sent',
    ])
    expect(stored()).toEqual(['one stored', 'two early'])
    expect(await toys.db.query('SELECT id FROM {items}')).toEqual([])
    const payloads = await toys.db.query('SELECT payload, events FROM {intake}')
    expect(payloads).toHaveLength(2)
    expect(payloads.map(({ payload, events }) => [JSON.parse(String(payload)), events])).toContainEqual([toyMessage('2', 'two'), 1])
  })

  it('keeps the order of those that come at once', async () => {
    const texts = Array.from({ length: 12 }, (_, index) => `m${index}`)
    await Promise.all(texts.map((text) => toys.receive(text, text)))
    await toys.settled(id, 13)
    expect((await numbers()).filter((line) => /^\d+ m\d+$/.test(line)).map((line) => line.split(' ')[1])).toEqual(texts)
    expect(toys.channel.texts()).toEqual(['echo one', ...texts.map((text) => `echo ${text}`)])
    expect(toys.holder.turns.filter((turn) => !turn.stored)).toHaveLength(12)
  })

  it('is stored once, whatever comes again and whenever', async () => {
    const receipts = await Promise.all(
      ['2', '2', '3', '2'].map((key) => toys.host.service(inbox).receive(toys.account.id, toyMessage(key, `m${key}`))),
    )
    await toys.receive('2', 'm2')
    await toys.settled(id, 3)
    expect(receipts.map(({ stored: count, duplicates }) => `${count} ${duplicates}`)).toEqual(['1 0', '0 1', '1 0', '0 1'])
    expect(toys.channel.texts()).toEqual(['echo one', 'echo m2', 'echo m3'])
  })

  it('is stored first where somebody else changed the conversation', async () => {
    await toys.host.service(outbox).send(id, [{ author: { kind: 'bot' }, content: { kind: 'text', text: 'between' } }])
    await toys.receive('2', 'two')
    await toys.settled(id, 3)
    expect(await numbers()).toEqual(['1 one', '2 echo one', '3 between', '4 two', '5 echo two'])
    expect(stored()).toEqual(['one stored', 'two early', 'two stored'])
    // and the one after that goes on again
    await toys.receive('3', 'three')
    expect(stored().at(-1)).toBe('three early')
  })

  it('waits behind what is in the lane', async () => {
    let goOn = (): void => undefined
    const waiting = new Promise<void>((resolve) => (goOn = resolve))
    toys.holder.handle = async (turn) => {
      if (turn.item.type === 'command') await waiting
    }
    await toys.host.service(inbox).post(id, { holder: 'toy-holder', type: 'slow', data: {} })
    await until(() => toys.holder.turns.length === 2)
    await toys.receive('2', 'two')
    goOn()
    await until(() => toys.holder.turns.some((turn) => turn.text === 'two' && turn.stored))
    expect(toys.holder.turns.filter((turn) => turn.stored).map(({ text }) => text)).toEqual(['one', 'slow', 'two'])
  })

  it('is stored and tried again when its holder fails, and the sender hears nothing of it', async () => {
    toys.holder.handle = async (turn, reply) => {
      if (!turn.stored) throw new Error('not now')
      await reply({ kind: 'text', text: 'later' })
    }
    expect(await toys.host.service(inbox).receive(toys.account.id, toyMessage('2', 'two'))).toMatchObject({ stored: 1, duplicates: 0 })
    await toys.settled(id, 2)
    expect(toys.channel.texts()).toEqual(['echo one', 'later'])
  })

  it('comes again, stored, when its holder commits on the way or forgets to finish', async () => {
    toys.holder.handle = async (turn) => {
      if (turn.item.type === 'message' && turn.item.message.content.kind === 'text') await turn.commit(turn.batch())
    }
    await toys.receive('2', 'two')
    await until(() => toys.holder.turns.length === 3)
    toys.holder.handle = undefined
    await toys.pass(async () => (await toys.db.query('SELECT id FROM {items}')).length === 0)
    // which the process knows a moment later
    await until(() => toys.host.run('conversations', async ({ laneMemory }) => laneMemory.get(id) !== undefined))
    await toys.receive('3', 'three')
    await toys.settled(id, 2)
    toys.holder.forgets = 1
    await toys.receive('4', 'four')
    await toys.settled(id, 3)
    expect(stored().slice(1)).toEqual(['two early', 'two stored', 'three early', 'four early', 'four stored'])
  })

  it('of another client, or with a file, takes the ordinary way', async () => {
    await toys.receive('2', 'two', 'chat-2')
    const image = { kind: 'image', media: { url: 'http://127.0.0.1:9/x.png' } }
    await toys.host
      .service(inbox)
      .accept(toys.account.id, [{ type: 'message', key: '3', chatId: 'chat-1', sender: { id: 'chat-1' }, content: image } as never])
    await until(() => toys.holder.turns.length === 3)
    expect(stored().slice(1).sort()).toEqual(['image stored', 'two stored'])
  })
})

describe('two processes', () => {
  it('never overtake each other', async () => {
    const first = await make({ holder: earlyHolder() })
    const { channel, holder, host, account } = first
    const second = await make({ channel, holder, database: host.database, account, dataDir: host.dataDir })
    const id = await first.receive('0', 'm0')
    await first.settled(id, 1)
    for (let round = 0; round < 2; round++) {
      const keys = Array.from({ length: 8 }, (_, index) => `${round}-${index}`)
      await Promise.all(keys.map((key, index) => (index % 2 === 0 ? first : second).receive(key, key)))
      await first.settled(id, 1 + (round + 1) * 8)
    }
    const all = await first.page(id)
    expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => all[0]!.number + index))
    const texts = all.filter(({ direction }) => direction === 'in').map(({ content }) => ('text' in content ? content.text : ''))
    // each message was answered once, in the order in which it was stored
    expect(channel.texts()).toEqual(texts.map((text) => `echo ${text}`))
    expect(new Set(texts).size).toBe(texts.length)
  })
})

describe('a holder that does not ask for it', () => {
  it('has every message in store', async () => {
    const { receive, holder, settled } = await make()
    const id = await receive('1', 'one')
    await settled(id, 1)
    await receive('2', 'two')
    await settled(id, 2)
    expect(holder.turns.map(({ stored }) => stored)).toEqual([true, true])
  })
})
