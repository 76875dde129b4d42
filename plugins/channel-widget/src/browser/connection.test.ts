import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from '@parley/test-kit'
import { Server } from 'socket.io'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Connection } from './connection.ts'

let http: HttpServer
let io: Server
let connection: Connection | undefined
const heard: string[] = []

beforeEach(async () => {
  // the two of the browser that the connection listens with
  vi.stubGlobal('addEventListener', () => undefined)
  vi.stubGlobal('removeEventListener', () => undefined)
  heard.length = 0
  http = createServer()
  io = new Server(http, { transports: ['websocket'] })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  connection?.close()
  await io.close()
  vi.unstubAllGlobals()
})

const open = (): Connection => {
  const { port } = http.address() as AddressInfo
  connection = new Connection({
    url: `http://127.0.0.1:${port}/`,
    auth: () => ({}),
    connected: () => void heard.push('connected'),
    lost: () => void heard.push('lost'),
    topic: () => undefined,
    sequences: () => undefined,
  })
  connection.open()
  return connection
}

test('asked to leave, it waits for answers under way, connects again and was never lost', async () => {
  const sockets: string[] = []
  const answers: (() => void)[] = []
  io.on('connection', (socket) => {
    sockets.push(socket.id)
    socket.on('message', (_payload: unknown, ack: (answer: object) => void) => void answers.push(() => ack({ ok: true })))
  })
  const widget = open()
  await until(() => sockets.length === 1)
  await until(() => widget.connected)
  const sent = widget.request('message', { text: 'hello' })
  await until(() => answers.length === 1)
  io.emit('reconnect', { after: 1 })
  // a message after it on the same connection proves that the request to leave has arrived
  const second = widget.request('message', { text: 'again' })
  await until(() => answers.length === 2)
  expect(sockets).toHaveLength(1)
  for (const answer of answers) answer()
  expect([await sent, await second]).toEqual([{ ok: true }, { ok: true }])
  await until(() => sockets.length === 2)
  await until(() => heard.length === 2)
  expect(heard).toEqual(['connected', 'connected'])
})
