import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { topicType, type Actor, type Topic } from '@parley/plugin-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Instance, listen, person, refusalOf } from '../../test/realtime-fixture.ts'
import { testPlugin, uniqueName, type TestPlugin } from '../../test/test-plugin.ts'
import { until } from '../../test/until.ts'
import { createTestClock, type TestClock } from '../clock/index.ts'

const dialog = topicType('chat.dialog@1', { key: z.object({ id: z.string() }), payload: z.object({ text: z.string() }) })

describe('the sockets of the shell', () => {
  let database: TestDatabase
  let clock: TestClock
  let instance: Instance
  let plugin: TestPlugin
  let allowed: (key: { id: string }, actor: Actor) => boolean
  let actors: Map<string, Actor | undefined>
  let dialogId: string

  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(async () => {
    await database.close()
  })
  beforeEach(async () => {
    clock = createTestClock()
    allowed = () => true
    actors = new Map()
    dialogId = uniqueName()
    const topic: Topic = { kind: 'topic-declaration', type: dialog, allow: async (key, actor) => allowed(key, actor) }
    plugin = testPlugin('chat', { topics: [topic] })
    const authenticate = async ({ token }: { token: string }): Promise<Actor | undefined> => (actors.has(token) ? actors.get(token) : person(token))
    instance = await Instance.start({ database, clock, plugins: [plugin], authenticate })
  })
  afterEach(async () => {
    await instance.close()
  })

  const connect = () => instance.connected('/shell', { token: 'olena' })
  const subscribe = (client: Awaited<ReturnType<typeof connect>>, id = dialogId) => client.emitWithAck('subscribe', { topic: dialog.id, key: { id } })
  const say = (text: string, id = dialogId): Promise<void> => instance.realtime.forPlugin('chat').send(dialog, { id }, { text })

  test('get the current number, and from then on every message of the key', async () => {
    await say('before')
    const client = await connect()
    const heard = listen(client, 'topic')
    expect(await subscribe(client)).toEqual({ ok: true, sequence: 1 })
    await say('one')
    await say('for others', 'another')
    await say('two')
    await until('both arrived', () => heard.length === 2)
    expect(heard).toEqual([
      { topic: 'chat.dialog@1', key: { id: dialogId }, sequence: 2, payload: { text: 'one' } },
      { topic: 'chat.dialog@1', key: { id: dialogId }, sequence: 3, payload: { text: 'two' } },
    ])
  })

  test('start at 0 with a key that never had a message', async () => {
    expect(await subscribe(await connect())).toEqual({ ok: true, sequence: 0 })
  })

  test('hear nothing after unsubscribing', async () => {
    const client = await connect()
    const heard = listen(client, 'topic')
    await subscribe(client)
    await subscribe(client, 'other')
    expect(await client.emitWithAck('unsubscribe', { topic: dialog.id, key: { id: dialogId } })).toEqual({ ok: true })
    await say('unheard')
    await say('heard', 'other')
    await until('the other arrived', () => heard.length > 0)
    expect(heard.map(({ payload }) => payload.text)).toEqual(['heard'])
  })

  test('are refused without a valid token, with a problem', async () => {
    expect(await refusalOf(instance.client('/shell', {}))).toMatchObject({ code: 'invalid_input', status: 400 })
    actors.set('old', undefined)
    expect(await refusalOf(instance.client('/shell', { token: 'old' }))).toMatchObject({
      code: 'unauthenticated',
      detail: 'The token is not valid or no longer valid. Sign in again.',
    })
  })

  test('are told why a subscription is refused', async () => {
    const client = await connect()
    allowed = (key) => key.id !== 'secret'
    expect(await subscribe(client, 'secret')).toMatchObject({ ok: false, problem: { code: 'forbidden', status: 403 } })
    expect(await client.emitWithAck('subscribe', { topic: 'no.such@1', key: {} })).toMatchObject({ problem: { code: 'not_found' } })
    expect(await client.emitWithAck('subscribe', { topic: dialog.id, key: { id: 7 } })).toMatchObject({ problem: { code: 'invalid_input' } })
    expect(await client.emitWithAck('subscribe', 'nonsense')).toMatchObject({ problem: { code: 'invalid_input' } })
    expect(await client.emitWithAck('shout', {})).toMatchObject({ problem: { code: 'not_found' } })
    plugin.state = 'suspended'
    expect(await subscribe(client)).toMatchObject({ problem: { code: 'plugin_unavailable' } })
    const heard = listen(client, 'topic')
    await say('hidden', 'secret')
    await instance.realtime.forPlugin('chat').send(dialog, { id: dialogId }, { text: 'hidden' })
    client.emit('subscribe', { topic: 'no.such@1', key: {} })
    expect(await client.emitWithAck('unsubscribe', { topic: dialog.id, key: { id: dialogId } })).toEqual({ ok: true })
    expect(heard).toEqual([])
  })

  test('ask the plugin with the person, in its own context', async () => {
    const asked: unknown[] = []
    allowed = (key, actor) => asked.push([key, actor.id]) > 0
    await subscribe(await connect())
    expect(asked).toEqual([[{ id: dialogId }, 'olena']])
  })

  test('may not subscribe without end', async () => {
    const client = await connect()
    const answers = await Promise.all(Array.from({ length: 320 }, (_, n) => subscribe(client, String(n))))
    expect(answers.filter((answer) => answer.ok)).toHaveLength(300)
    expect(answers.at(-1)).toMatchObject({ problem: { code: 'rate_limited' } })
  })

  test('tell the current numbers every 30 seconds, so that a lost message shows', async () => {
    const client = await connect()
    const heard = listen(client, 'sequences')
    await subscribe(client)
    await database.host.query(`UPDATE {topic_sequences} SET sequence = sequence + 1`)
    await say('one')
    await clock.advance(30_000)
    await until('the heartbeat came', () => heard.length === 1)
    expect(heard[0]).toEqual([{ topic: 'chat.dialog@1', key: { id: dialogId }, sequence: 1 }])
  })

  test('are closed when their token is no longer valid, so that the page signs in again', async () => {
    const client = await connect()
    actors.set('olena', undefined)
    let reason: string | undefined
    client.on('disconnect', (text) => (reason = text))
    await clock.advance(50_000)
    expect(client.connected).toBe(true)
    await until(
      'the connection was closed',
      () => reason !== undefined,
      () => clock.advance(1_000),
    )
    expect(reason).toBe('io server disconnect')
  })

  test('lose what their person may no longer follow', async () => {
    const client = await connect()
    const heard = listen(client, 'topic')
    const lost = listen(client, 'unsubscribed')
    await subscribe(client)
    await subscribe(client, 'kept')
    allowed = (key) => key.id === 'kept'
    await until(
      'the right was taken',
      () => lost.length === 1,
      () => clock.advance(5_000),
    )
    expect(lost[0]).toMatchObject({ topic: 'chat.dialog@1', key: { id: dialogId }, problem: { code: 'forbidden' } })
    await say('unheard')
    await say('heard', 'kept')
    await until('the kept one arrived', () => heard.length > 0)
    expect(heard.map(({ payload }) => payload.text)).toEqual(['heard'])
  })

  test('keep what they follow while it cannot be asked who they are', async () => {
    const client = await connect()
    await subscribe(client)
    allowed = () => {
      throw new Error('the database is away')
    }
    await clock.advance(80_000)
    const heard = listen(client, 'topic')
    await say('still heard')
    await until('it arrived', () => heard.length === 1)
    expect(client.connected).toBe(true)
  })

  test('come back by themselves after a restart, and see by the number what they missed', async () => {
    const client = await connect()
    const heard = listen(client, 'topic')
    await subscribe(client)
    await say('one')
    await until('it arrived', () => heard.length === 1)
    const { port } = instance
    await instance.stop()
    await until('the connection is lost', () => !client.connected)
    const next = await Instance.start({ database, clock, plugins: [plugin], port })
    try {
      await next.realtime.forPlugin('chat').send(dialog, { id: dialogId }, { text: 'missed' })
      await until('the client is back', () => client.connected)
      expect(await subscribe(client)).toEqual({ ok: true, sequence: 2 })
      await next.realtime.forPlugin('chat').send(dialog, { id: dialogId }, { text: 'three' })
      await until('the third arrived', () => heard.length === 2)
      expect(heard.map(({ sequence }) => sequence)).toEqual([1, 3])
    } finally {
      client.disconnect()
      await next.close()
    }
  })

  test('are cut when they do not read what is sent to them, and others go on', async () => {
    const slow = await connect()
    const good = await connect()
    const heard = listen(good, 'topic')
    await subscribe(slow)
    await subscribe(good)
    let cut = false
    slow.on('disconnect', () => (cut = true))
    const { _socket: wire } = (slow.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } }).ws
    wire.pause()
    const large = 'x'.repeat(2_000_000)
    let sent = 0
    await until(
      'the slow one was cut',
      () => instance.realtime.statistics().connections === 1,
      async () => {
        await say(large)
        sent++
        await clock.advance(5_000)
      },
    )
    wire.resume()
    await until('it noticed', () => cut)
    await until('the good one heard everything', () => heard.length === sent)
    expect(heard.map(({ sequence }) => sequence)).toEqual(Array.from({ length: sent }, (_, n) => n + 1))
  })
})
