import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { topicType } from '@parley/plugin-api'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { roomOf, topicOfRoom } from './room.ts'
import { SequenceStore } from './sequence-store.ts'
import { TopicSender, type TopicMessage } from './topic-sender.ts'

const dialog = topicType('chat.dialog@1', { key: z.object({ id: z.string() }), payload: z.object({ n: z.number() }) })

describe('sending to topics', () => {
  let database: TestDatabase
  let store: SequenceStore
  let delivered: TopicMessage[]
  let sender: TopicSender
  let count = 0

  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(async () => {
    await database.close()
  })
  beforeEach(() => {
    count++
    store = new SequenceStore(database.host)
    delivered = []
    sender = new TopicSender({ store, deliver: (_room, message) => void delivered.push(message) })
  })
  const key = (name: string): { id: string } => ({ id: `${name} ${count}` })
  const numbers = (name: string): number[] =>
    delivered.filter((message) => (message.key as { id: string }).id === key(name).id).map(({ sequence }) => sequence)

  test('numbers the messages of each key on their own', async () => {
    await sender.send(dialog, key('a'), { n: 1 })
    await sender.send(dialog, key('b'), { n: 2 })
    await sender.send(dialog, key('a'), { n: 3 })
    expect(delivered).toEqual([
      { topic: 'chat.dialog@1', key: key('a'), sequence: 1, payload: { n: 1 } },
      { topic: 'chat.dialog@1', key: key('b'), sequence: 1, payload: { n: 2 } },
      { topic: 'chat.dialog@1', key: key('a'), sequence: 2, payload: { n: 3 } },
    ])
  })

  test('asks a payload that is a function after the commit', async () => {
    let n = 0
    const batch = database.host.batch()
    await sender.send(dialog, key('a'), () => ({ n }), batch)
    n = 7
    await batch.commit()
    expect(delivered.map(({ payload }) => payload)).toEqual([{ n: 7 }])
  })

  test('takes the numbers of everything sent at once in few writes', async () => {
    const before = database.statistics().queries
    await Promise.all(Array.from({ length: 100 }, (_, n) => sender.send(dialog, key(n % 2 === 0 ? 'a' : 'b'), { n })))
    expect(database.statistics().queries - before).toBeLessThan(5)
    expect(numbers('a')).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
    expect(delivered.map(({ payload }) => (payload as { n: number }).n)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  test('goes on after a write that failed', async () => {
    const failing = new TopicSender({ store: { advance: () => Promise.reject(new Error('away')) } as never, deliver: () => undefined })
    await expect(failing.send(dialog, key('a'), { n: 1 })).rejects.toThrow('away')
    await expect(failing.send(dialog, key('a'), { n: 2 })).rejects.toThrow('away')
  })

  test('delivers after the commit of a transaction, nothing after a roll-back, and leaves no gap', async () => {
    await database.host.transaction(async (tx) => {
      await sender.send(dialog, key('a'), { n: 1 }, tx)
      await sender.send(dialog, key('b'), { n: 2 }, database.host.within(tx))
      await sender.send(dialog, key('a'), { n: 3 }, tx)
      expect(delivered).toEqual([])
    })
    const failing = database.host.transaction(async (tx) => {
      await sender.send(dialog, key('a'), { n: 4 }, tx)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await sender.send(dialog, key('a'), { n: 5 })
    expect(numbers('a')).toEqual([1, 2, 3])
    expect(numbers('b')).toEqual([1])
  })

  test('is part of the one statement of a batch', async () => {
    const batch = database.host.batch()
    const before = database.statistics().queries
    await sender.send(dialog, key('a'), { n: 1 }, batch)
    await sender.send(dialog, key('b'), { n: 2 }, batch)
    // another service that merges its writes and sends when the batch is about to be committed
    batch.beforeCommit(() => sender.send(dialog, key('a'), { n: 3 }, batch))
    await database.host.write({ text: 'DELETE FROM {ticks} WHERE name = $1', values: ['none'] }, batch)
    await batch.commit()
    expect(database.statistics().queries - before).toBe(1)
    expect(numbers('a')).toEqual([1, 2])
    expect(numbers('b')).toEqual([1])
  })

  test('a batch of nothing but messages is numbered too', async () => {
    const batch = database.host.batch()
    await sender.send(dialog, key('a'), { n: 1 }, batch)
    await batch.commit()
    expect(numbers('a')).toEqual([1])
    expect(await store.read([roomOf(dialog.id, key('a'))])).toEqual(new Map([[roomOf(dialog.id, key('a')), 1]]))
  })

  test('gives each message its own number when many commit at once', async () => {
    await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const batch = database.host.batch()
        await sender.send(dialog, key(n % 2 === 0 ? 'a' : 'b'), { n }, batch)
        await sender.send(dialog, key(n % 2 === 0 ? 'b' : 'a'), { n }, batch)
        await batch.commit()
      }),
    )
    for (const name of ['a', 'b']) expect(numbers(name).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
  })
})

describe('the room of a topic', () => {
  test('is the same for equal keys and can be read back', () => {
    expect(roomOf('a.b@1', { y: 1, x: { d: 1, c: 2 } })).toBe(roomOf('a.b@1', { x: { c: 2, d: 1 }, y: 1 }))
    expect(topicOfRoom(roomOf('a.b@1', { id: 'with space' }))).toEqual({ topic: 'a.b@1', key: { id: 'with space' } })
  })
})
