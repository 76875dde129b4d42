import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { io } from 'socket.io-client'
import { listsOfScreens } from './lists.mjs'
import { setUpEcho } from './message-road.mjs'
import { median, memoryOf, percentile, signIn, until } from './setting.mjs'

const widgets = 5000
const screens = 300
const people = 12
const talking = 100
const perSecond = 50
const seconds = 15

const connected = (socket) =>
  new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket))
    socket.once('connect_error', reject)
  })

/** Opens sockets, some at a time. */
const open = async (amount, make) => {
  const sockets = []
  for (let n = 0; n < amount; n += 50) {
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(50, amount - n) }, (_, index) => connected(make(n + index))))))
  }
  return sockets
}

/**
 * (b) From the time stamp of a commit to a screen of the team and to the visitor's widget, with 300 screens and 5,000 widgets open; three screens follow
 * each dialog that goes on. From a client's message to the lists of all 300. And what a widget that only waits costs the host.
 */
export const screensAndWidgets = async (setting, { rounds }) => {
  const postgres = await setting.postgres()
  const samples = []
  for (let round = 0; round < rounds; round += 1) samples.push(await oneRound(setting, await postgres.database('screens')))
  const of = (pick) => median(samples.map(pick))
  const waits = (name) => ({
    arrived: of((sample) => sample[name].length),
    p50: of((sample) => percentile(sample[name], 0.5)),
    p99: of((sample) => percentile(sample[name], 0.99)),
  })
  return { kibibytesPerWidget: of((sample) => sample.kibibytesPerWidget), screen: waits('screen'), widget: waits('widget'), list: waits('list') }
}

const oneRound = async (setting, databaseUrl) => {
  // The usual young generation: a larger one grows with whatever goes on first, and is not what a socket costs. All sockets come from this address.
  const host = await setting.host({ databaseUrl, flags: ['--max-semi-space-size=16'], env: { PARLEY__server__handshakesPerMinute: '100000' } })
  const { bot, call } = await setUpEcho(host.url, 'http://127.0.0.1:9/')
  await call('POST', '/api/v1/conversations/accounts', { botId: bot.id, channel: 'widget', title: 'Widget', config: {}, active: true })
  const tokens = []
  for (let n = 0; n < people; n += 1) {
    const person = { login: `person-${n}@parley.local`, password: 'bench-person-password-1' }
    await call('POST', '/api/v1/identity/users', { email: person.login, firstName: 'Person', roles: ['administrator'], password: person.password })
    tokens.push((await signIn(host.url, person)).token)
  }
  const options = { transports: ['websocket'], forceNew: true, reconnection: false }
  const shells = await open(screens, (n) => io(`${host.url}/shell`, { ...options, auth: { token: tokens[n % people] } }))

  const before = memoryOf(host.pid)
  const visitors = await open(widgets, () =>
    io(`${host.url}/channel-widget/visitor`, { ...options, auth: { bot_id: bot.number, language_code: 'en' } }),
  )
  // As the page does when it connects: it asks for what there is, and follows its chat from then on.
  for (let n = 0; n < widgets; n += 50)
    await Promise.all(visitors.slice(n, n + 50).map((visitor) => visitor.timeout(20_000).emitWithAck('session', {})))
  await new Promise((resolve) => setTimeout(resolve, 5_000))
  const kibibytesPerWidget = ((memoryOf(host.pid) - before) * 1024) / widgets

  const say = async (visitor, text) => {
    const answer = await visitor.timeout(20_000).emitWithAck('message', { key: randomUUID(), text })
    if (!answer.ok) throw new Error(answer.problem?.detail)
  }
  const active = visitors.slice(0, talking)
  await Promise.all(active.map((visitor, n) => say(visitor, `hello-${n}`)))
  const client = new pg.Client(databaseUrl)
  await client.connect()
  const { rows } = await client.query(
    `SELECT conversation_id FROM plugin_conversations.messages WHERE content->>'text' LIKE 'hello-%' AND direction = 'in'`,
  )
  await client.end()
  const times = { screen: [], widget: [] }
  for (const [n, { conversation_id: conversationId }] of rows.entries()) {
    for (let screen = 0; screen < 3; screen += 1) {
      const answer = await shells[(n * 3 + screen) % screens]
        .timeout(20_000)
        .emitWithAck('subscribe', { topic: 'conversations.dialog@1', key: { conversationId } })
      if (!answer.ok) throw new Error(answer.problem?.detail)
    }
  }
  // The host's clock and ours are the same clock.
  for (const shell of shells) {
    shell.on('topic', ({ payload }) => payload.type === 'message' && times.screen.push(Date.now() - Date.parse(payload.message.createdAt)))
  }
  for (const visitor of active) {
    visitor.on('topic', ({ payload }) => payload.type === 'message' && times.widget.push(Date.now() - Date.parse(payload.message.at)))
  }
  const pending = []
  const started = performance.now()
  const total = perSecond * seconds
  for (let n = 0; n < total; n += 1) {
    const due = started + (n * 1000) / perSecond
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
    pending.push(say(active[n % talking], `message ${n}`))
  }
  await Promise.all(pending)
  // each message and its answer, on three screens
  await until(() => times.screen.length >= total * 2 * 3, 30)
  const list = await listsOfScreens(host.url, call, shells)
  for (const socket of [...shells, ...visitors]) socket.disconnect()
  await host.stop()
  return { kibibytesPerWidget, ...times, list }
}
