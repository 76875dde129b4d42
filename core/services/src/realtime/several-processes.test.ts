import { createTestDatabase, silentLogger, type TestDatabase } from '@parley/test-kit'
import { topicType, type Socket, type Topic } from '@parley/plugin-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Instance, listen, person, refusalOf } from '../../test/realtime-fixture.ts'
import { RestartableRedis } from '../../test/redis-server.ts'
import { testPlugin, uniqueName } from '../../test/test-plugin.ts'
import { until } from '../../test/until.ts'
import { systemClock } from '../clock/index.ts'
import { createRealtime } from './create-realtime.ts'

const dialog = topicType('chat.dialog@1', { key: z.object({ id: z.string() }), payload: z.object({ n: z.number() }) })
const topic: Topic = { kind: 'topic-declaration', type: dialog, allow: async () => true }
const socket: Socket = {
  kind: 'socket',
  name: 'visitor',
  options: {
    handshake: z.object({ id: z.string() }),
    authenticate: async ({ data }) => person(data.id, 'client'),
    connected: (connection) => connection.subscribe(dialog, { id: connection.actor.id }),
    events: {},
  },
}

describe('sockets of several processes over Redis streams', () => {
  let database: TestDatabase
  let redis: RestartableRedis
  let prefix: string
  let instances: Instance[]
  let id: string

  const plugins = [testPlugin('chat', { topics: [topic], sockets: [socket] })]
  const start = (port = 0): Promise<Instance> => Instance.start({ database, clock: systemClock(), plugins, redisUrl: redis.url, prefix, port })
  const subscribe = async (instance: Instance, key = id) => {
    const client = await instance.connected('/shell', { token: 'olena' })
    const heard = listen<{ sequence: number; payload: { n: number } }>(client, 'topic')
    const answer = await client.emitWithAck('subscribe', { topic: dialog.id, key: { id: key } })
    return { client, heard, answer, numbers: () => heard.map(({ sequence }) => sequence) }
  }
  const send = (instance: Instance, n: number, key = id): Promise<void> => instance.realtime.forPlugin('chat').send(dialog, { id: key }, { n })
  const oneTo = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1)

  beforeAll(async () => {
    database = await createTestDatabase()
    redis = await RestartableRedis.start()
  })
  afterAll(async () => {
    await redis.kill()
    await database.close()
  })
  beforeEach(async () => {
    prefix = uniqueName()
    id = uniqueName()
    instances = [await start(), await start()]
  })
  afterEach(async () => {
    await Promise.all(instances.map((instance) => instance.close()))
  })
  const both = (): readonly [Instance, Instance] => instances as [Instance, Instance]

  test('a message reaches subscribers of every process, of the shell and of plugin sockets, in order', async () => {
    const [one, two] = both()
    const here = await subscribe(one)
    const there = await subscribe(two)
    const visitor = await two.connected('/chat/visitor', { id })
    const seen = listen<{ sequence: number }>(visitor, 'topic')
    const told = listen(visitor, 'sequences')
    await until('the visitor is subscribed', () => told.length === 1)
    for (let n = 1; n <= 50; n++) await send(n % 2 === 0 ? one : two, n)
    await until('all arrived', () => here.heard.length === 50 && there.heard.length === 50 && seen.length === 50)
    for (const numbers of [here.numbers(), there.numbers(), seen.map(({ sequence }) => sequence)]) {
      expect(numbers.sort((a, b) => a - b)).toEqual(oneTo(50))
    }
  })

  test('a process without connections of its own can send', async () => {
    const { heard } = await subscribe(both()[0])
    const worker = createRealtime({ database, clock: systemClock(), log: silentLogger, redisUrl: redis.url, prefix })
    worker.start(plugins)
    await worker.forPlugin('chat').send(dialog, { id }, { n: 1 })
    await until('it arrived', () => heard.length === 1)
    await worker.stop()
    expect(heard[0]).toEqual({ topic: dialog.id, key: { id }, sequence: 1, payload: { n: 1 } })
  })

  test('a message that nobody follows does not go through Redis, and its number still counts', async () => {
    const [one, two] = both()
    const followed = await subscribe(two, 'somebody')
    const quiet = async (): Promise<boolean> => {
      const before = one.realtime.statistics().redisCommands
      await send(one, 0, 'nobody')
      return one.realtime.statistics().redisCommands === before
    }
    await until('the processes know of each other', quiet)
    const before = one.realtime.statistics().redisCommands
    for (let n = 1; n <= 100; n++) await send(one, n)
    expect(one.realtime.statistics().redisCommands - before).toBeLessThan(10)
    await send(one, 1, 'somebody')
    await until('the followed one arrived', () => followed.heard.length === 1)
    expect((await subscribe(two)).answer).toEqual({ ok: true, sequence: 100 })
  })

  test('a subscriber hears what another process sends right after it subscribed', async () => {
    const [one, two] = both()
    await subscribe(two, 'somebody')
    await until('the processes know of each other', async () => {
      const before = one.realtime.statistics().redisCommands
      await send(one, 0, 'nobody')
      return one.realtime.statistics().redisCommands === before
    })
    for (let round = 1; round <= 5; round++) {
      const key = `${id} ${round}`
      const { heard } = await subscribe(two, key)
      await send(one, round, key)
      await until('it arrived', () => heard.length === 1)
      expect(heard[0]?.sequence).toBe(1)
    }
  })

  test('own subscribers hear everything while Redis is away, others when it is back', async () => {
    const [one, two] = both()
    const here = await subscribe(one)
    const there = await subscribe(two)
    await send(one, 1)
    await until('the first arrived', () => here.heard.length === 1 && there.heard.length === 1)
    await redis.kill()
    await send(one, 2)
    await until('the own one has it', () => here.heard.length === 2)
    await redis.start()
    await until('the other has it too', () => there.heard.length === 2)
    expect(here.numbers()).toEqual([1, 2])
    expect(there.numbers()).toEqual([1, 2])
  })

  test('a message sent while a process reconnects to Redis is not lost', async () => {
    const [one, two] = both()
    const { heard, numbers } = await subscribe(two)
    await send(one, 1)
    await until('the first arrived', () => heard.length === 1)
    await redis.ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal'))
    for (let n = 2; n <= 10; n++) await send(one, n)
    await until('all arrived', () => heard.length === 10)
    expect(numbers()).toEqual(oneTo(10))
  })

  test('clients of a process that stops are asked to leave, each at its time, and are served until they do', async () => {
    const leaving = await Instance.start({ database, clock: systemClock(), plugins, redisUrl: redis.url, prefix, reconnectWindow: 500 })
    instances.push(leaving)
    const [one] = both()
    const [first, second] = [await subscribe(leaving), await subscribe(leaving)]
    const asked = [first, second].map(({ client }) => listen<{ after: number }>(client, 'reconnect'))
    const stopped = leaving.realtime.stop()
    await until('both were asked', () => asked.every((list) => list.length === 1))
    for (const [{ after }] of asked as [{ after: number }][]) expect(after).toBeLessThan(500)
    await send(one, 1)
    await until('both still hear', () => first.heard.length === 1 && second.heard.length === 1)
    const late = leaving.client('/shell', { token: 'taras' }, { reconnection: false })
    expect(await refusalOf(late)).toMatchObject({ code: 'not_ready' })
    first.client.disconnect()
    second.client.disconnect()
    await stopped
    expect(leaving.realtime.statistics().connections).toBe(0)
  })

  test('an emptied Redis changes nothing', async () => {
    const [one, two] = both()
    const { heard, numbers } = await subscribe(two)
    await send(one, 1)
    await until('the first arrived', () => heard.length === 1)
    await redis.ask((client) => client.flushall())
    await send(one, 2)
    await until('the second arrived', () => heard.length === 2)
    expect(numbers()).toEqual([1, 2])
  })

  test('a process that takes over has the numbers of the one that died', async () => {
    const [one, two] = both()
    const { client, heard } = await subscribe(one)
    await send(two, 1)
    await until('the first arrived', () => heard.length === 1)
    const { port } = one
    await one.stop()
    await until('the connection is lost', () => !client.connected)
    await send(two, 2)
    instances[0] = await start(port)
    await until('the client is back', () => client.connected)
    expect(await client.emitWithAck('subscribe', { topic: dialog.id, key: { id } })).toEqual({ ok: true, sequence: 2 })
    await send(two, 3)
    await until('it goes on', () => heard.length === 2)
    expect(heard.map(({ sequence }) => sequence)).toEqual([1, 3])
    client.disconnect()
  })
})
