import { createTestDatabase, type TestDatabase } from '@parley/test-kit'
import { currentContext } from '@parley/kernel'
import { ParleyError, topicType, type Actor, type Handshake, type Socket, type SocketConnection } from '@parley/plugin-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Instance, listen, person, refusalOf } from '../../test/realtime-fixture.ts'
import { testPlugin, uniqueName, type TestPlugin } from '../../test/test-plugin.ts'
import { until } from '../../test/until.ts'
import { createTestClock, type TestClock } from '../clock/index.ts'

const dialog = topicType('widget.dialog@1', { key: z.object({ visitor: z.string() }), payload: z.object({ text: z.string() }) })

interface Cradle {
  readonly stored: string[]
}

describe('the sockets that a plugin declares', () => {
  let database: TestDatabase
  let clock: TestClock
  let instance: Instance
  let plugin: TestPlugin
  let cradle: Cradle
  let authenticate: (handshake: Handshake<{ visitor: string }>) => Promise<Actor>
  let connected: (connection: SocketConnection) => Promise<void>
  let visitor: string
  const left: string[] = []

  const socket = (): Socket => ({
    kind: 'socket',
    name: 'visitor',
    options: {
      handshake: z.object({ visitor: z.string() }),
      authenticate: (handshake) => authenticate(handshake),
      connected: (connection) => connected(connection),
      disconnected: async (connection) => void left.push(connection.actor.id),
      rateLimit: 5,
      events: {
        message: {
          payload: z.object({ text: z.string().min(1) }),
          handle: async ({ text }: { text: string }, connection, { stored }: Cradle) => {
            stored.push(`${connection.actor.id}: ${text} (${currentContext()?.plugin}, ${currentContext()?.actor?.id})`)
            return { number: stored.length }
          },
        },
        refuse: {
          payload: z.unknown(),
          handle: async () => {
            throw new ParleyError('conflict', 'The dialog is closed. Start a new one.')
          },
        },
        crash: { payload: z.unknown(), handle: () => Promise.reject(new Error('SELECT secret FROM somewhere')) },
        typing: { payload: z.object({}), handle: async (_, connection) => connection.send('echo', 'typing') },
      },
    },
  })

  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(async () => {
    await database.close()
  })
  beforeEach(async () => {
    clock = createTestClock()
    cradle = { stored: [] }
    visitor = uniqueName()
    left.length = 0
    authenticate = async ({ data }) => person(data.visitor, 'client')
    connected = (connection) => connection.subscribe(dialog, { visitor: connection.actor.id })
    plugin = testPlugin('widget', { sockets: [socket()] }, cradle)
    instance = await Instance.start({ database, clock, plugins: [plugin] })
  })
  afterEach(async () => {
    await instance.close()
  })
  const connect = (options = {}) => instance.connected('/widget/visitor', { visitor }, options)
  const push = (text: string): Promise<void> => instance.realtime.forPlugin('widget').send(dialog, { visitor }, { text })

  test('give the plugin the handshake and make the actor', async () => {
    let seen: Handshake<{ visitor: string }> | undefined
    authenticate = async (handshake) => {
      seen = handshake
      return person(handshake.data.visitor, 'client')
    }
    await connect({ extraHeaders: { origin: 'https://shop.example', 'user-agent': 'Browser 1' } })
    expect(seen).toEqual({
      data: { visitor },
      origin: 'https://shop.example',
      site: `http://127.0.0.1:${instance.port}`,
      userAgent: 'Browser 1',
      address: '127.0.0.1',
    })
  })

  test('refuse a handshake that does not fit, is not wanted, or whose plugin does not run', async () => {
    expect(await refusalOf(instance.client('/widget/visitor', {}))).toMatchObject({ code: 'invalid_input', plugin: 'widget' })
    authenticate = async () => {
      throw new ParleyError('forbidden', 'This site may not show the widget. Add it to the allowed origins.')
    }
    expect(await refusalOf(instance.client('/widget/visitor', { visitor }))).toMatchObject({
      code: 'forbidden',
      detail: 'This site may not show the widget. Add it to the allowed origins.',
    })
    plugin.state = 'failed'
    expect(await refusalOf(instance.client('/widget/visitor', { visitor }))).toMatchObject({ code: 'plugin_unavailable' })
  })

  test('let an address open a number of connections each minute', async () => {
    await instance.close()
    instance = await Instance.start({ database, clock, plugins: [plugin], handshakesPerMinute: 3 })
    for (let n = 0; n < 3; n += 1) await connect()
    const problem = { code: 'rate_limited', detail: 'More than 3 connections a minute from one address. Wait a moment and connect again.' }
    expect(await refusalOf(instance.client('/widget/visitor', { visitor }))).toMatchObject(problem)
    // people of the shell are counted apart
    for (let n = 0; n < 3; n += 1) await instance.connected('/shell', { token: 'ann' })
    expect(await refusalOf(instance.client('/shell', { token: 'ann' }))).toMatchObject(problem)
    await clock.advance(20_000)
    await connect()
    expect(await refusalOf(instance.client('/widget/visitor', { visitor }))).toMatchObject(problem)
    await clock.advance(150_000)
    for (let n = 0; n < 3; n += 1) await connect()
    expect(await refusalOf(instance.client('/widget/visitor', { visitor }))).toMatchObject(problem)
  })

  test('hand over events and acknowledge with the answer after the handler', async () => {
    const client = await connect()
    expect(await client.emitWithAck('message', { text: 'hello' })).toEqual({ ok: true, data: { number: 1 } })
    expect(cradle.stored).toEqual([`${visitor}: hello (widget, ${visitor})`])
  })

  test('acknowledge what goes wrong as a problem, and hide what is a bug', async () => {
    const client = await connect()
    const problemOf = async (event: string, payload: unknown) => (await client.emitWithAck(event, payload)).problem
    expect(await problemOf('message', { text: '' })).toMatchObject({ code: 'invalid_input', issues: [{ path: 'text' }] })
    expect(await problemOf('refuse', {})).toMatchObject({ code: 'conflict', status: 409, plugin: 'widget', requestId: expect.any(String) })
    const bug = await problemOf('crash', {})
    expect(bug).toMatchObject({ code: 'internal', status: 500 })
    expect(JSON.stringify(bug)).not.toContain('secret')
    expect(await problemOf('toString', {})).toMatchObject({ code: 'not_found' })
    expect(cradle.stored).toEqual([])
  })

  test('answer an event that wants no acknowledgement by what the plugin sends', async () => {
    const client = await connect()
    const heard = listen<string>(client, 'echo')
    client.emit('typing', {})
    await until('the echo came', () => heard.length === 1)
    expect(heard).toEqual(['typing'])
  })

  test('let through a number of events each second', async () => {
    const client = await connect()
    const send = () => client.emitWithAck('message', { text: 'x' })
    const answers = await Promise.all(Array.from({ length: 7 }, send))
    expect(answers.filter((answer) => answer.ok)).toHaveLength(5)
    expect(answers.at(-1)).toMatchObject({ problem: { code: 'rate_limited', status: 429 } })
    await clock.advance(400)
    expect((await send()).ok).toBe(true)
    expect((await send()).ok).toBe(true)
    expect((await send()).ok).toBe(false)
  })

  test('tell the number when the plugin subscribes a connection, then push what is sent', async () => {
    await push('before')
    const client = instance.client('/widget/visitor', { visitor })
    const numbers = listen(client, 'sequences')
    const heard = listen(client, 'topic')
    await until('the number came', () => numbers.length === 1)
    expect(numbers[0]).toEqual([{ topic: 'widget.dialog@1', key: { visitor }, sequence: 1 }])
    await push('one')
    await until('it arrived', () => heard.length === 1)
    expect(heard[0]).toEqual({ topic: 'widget.dialog@1', key: { visitor }, sequence: 2, payload: { text: 'one' } })
  })

  test('handle events only when the connection has been taken up', async () => {
    const order: string[] = []
    let take = (): void => undefined
    connected = () =>
      new Promise((resolve) => {
        take = () => {
          order.push('taken up')
          resolve()
        }
      })
    const client = await connect()
    const sent = client.emitWithAck('message', { text: 'early' }).then((answer) => order.push(answer.ok ? 'stored' : 'refused'))
    const refused = await client.emitWithAck('no such event', {})
    expect(refused.ok).toBe(false)
    take()
    await sent
    expect(order).toEqual(['taken up', 'stored'])
  })

  test('close a connection that could not be taken up, and the client tries again', async () => {
    let tries = 0
    connected = async () => {
      if (++tries === 1) throw new Error('the database is away')
    }
    const client = instance.client('/widget/visitor', { visitor })
    await until('it was taken up at the second try', () => tries === 2 && client.connected)
    expect((await client.emitWithAck('message', { text: 'hello' })).ok).toBe(true)
  })

  test('tell the plugin that a connection has ended', async () => {
    const client = await connect()
    client.disconnect()
    await until('the plugin was told', () => left.length === 1)
    expect(left).toEqual([visitor])
  })

  test('let a handler finish and acknowledge before the process stops', async () => {
    let finish = (): void => undefined
    const finished = new Promise<void>((resolve) => (finish = resolve))
    let began = false
    authenticate = async ({ data }) => person(data.visitor, 'client')
    await instance.close()
    const slow = socket()
    const declared = {
      ...slow,
      options: {
        ...slow.options,
        events: {
          slow: {
            payload: z.unknown(),
            handle: async () => {
              began = true
              await finished
              return 'stored'
            },
          },
        },
      },
    }
    instance = await Instance.start({ database, clock, plugins: [testPlugin('widget', { sockets: [declared] }, cradle)] })
    const client = await connect({ reconnection: false })
    const acknowledged = client.emitWithAck('slow', {})
    await until('the handler runs', () => began)
    const stopped = instance.stop()
    expect(await client.emitWithAck('slow', {})).toMatchObject({ ok: false, problem: { code: 'not_ready' } })
    finish()
    expect(await acknowledged).toEqual({ ok: true, data: 'stored' })
    await stopped
  })

  test('forget a connection entirely when it ends', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect()))
    expect(instance.realtime.statistics()).toMatchObject({ connections: 5, followed: 1 })
    for (const client of clients) client.disconnect()
    await until('nothing is left', () => instance.realtime.statistics().connections === 0)
    expect(instance.realtime.statistics().followed).toBe(0)
  })
})
