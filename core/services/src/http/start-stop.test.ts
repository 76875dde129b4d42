import { connect } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createTestClock } from '../clock/index.ts'
import { createTestApp, type TestApp, testPlugin } from './test-app.ts'

const auth = 'public'
const hello = () =>
  testPlugin('hello', (http) => [
    http.get('/', { auth, aliases: ['/greet/me'] }, async () => 'hello'),
    http.post('/greet', { auth, aliases: ['/greet/you'] }, async () => 'you'),
  ])

let app: TestApp | undefined
afterEach(() => app?.[Symbol.asyncDispose]())

describe('before the plugins are there', () => {
  test('requests to them wait, the host answers', async () => {
    app = await createTestApp([], { started: false })
    app.http.use('/health', (ctx) => void (ctx.body = { live: true }))
    const waiting = app.fetch('/api/v1/hello')
    expect(await (await app.fetch('/health/live')).json()).toEqual({ live: true })
    app.http.start([hello()])
    expect(await (await waiting).json()).toBe('hello')
  })

  test('requests are refused after five seconds', async () => {
    const clock = createTestClock()
    app = await createTestApp([], { started: false, clock })
    const waiting = app.fetch('/greet/me')
    await vi.waitFor(() => expect(clock.waiting).toBe(1))
    await clock.advance(5000)
    const response = await waiting
    expect([response.status, response.headers.get('retry-after'), (await response.json()).code]).toEqual([503, '5', 'not_ready'])
  })

  test('requests wait for a plugin that still starts', async () => {
    const clock = createTestClock()
    const plugin = hello()
    plugin.state = 'registered'
    app = await createTestApp([plugin], { clock })
    const early = app.fetch('/api/v1/hello')
    await vi.waitFor(() => expect(clock.waiting).toBe(2))
    plugin.state = 'running'
    await clock.advance(50)
    expect((await early).status).toBe(200)
    plugin.state = 'registered'
    const late = app.fetch('/api/v1/hello')
    await vi.waitFor(() => expect(clock.waiting).toBe(2))
    await clock.advance(5000)
    expect((await late).status).toBe(503)
  })
})

describe('pages of the host', () => {
  test('take the longest prefix, and what nobody else has; never data addresses', async () => {
    app = await createTestApp([hello()])
    app.http.use('/', (ctx) => void (ctx.body = 'page'))
    app.http.use('/ui', async (ctx, next) => (ctx.path === '/ui/known' ? void (ctx.body = 'asset') : await next()))
    const read = async (path: string, headers: Record<string, string> = {}) => {
      const response = await app!.fetch(path, { headers })
      return [response.status, response.status < 400 ? await response.text() : (await response.json()).code]
    }
    expect(await read('/ui/known')).toEqual([200, 'asset'])
    expect(await read('/ui/other')).toEqual([200, 'page'])
    expect(await read('/inbox')).toEqual([200, 'page'])
    expect(await read('/uix')).toEqual([200, 'page'])
    expect(await read('/greet/me')).toEqual([200, '"hello"'])
    expect(await read('/greet/you', { accept: 'text/html' })).toEqual([200, 'page'])
    expect(await read('/greet/you', { accept: 'application/json' })).toEqual([405, 'method_not_allowed'])
    expect(await read('/api/v1/other')).toEqual([404, 'not_found'])
    expect(await read('/api/other')).toEqual([404, 'not_found'])
    expect(await read('/hooks/other')).toEqual([404, 'not_found'])
  })

  test('have a strict policy of their own, and errors of theirs are problem documents', async () => {
    app = await createTestApp([])
    app.http.use('/page', (ctx) => void (ctx.body = 'page'))
    app.http.use('/gone', (ctx) => ctx.throw(404, 'No such asset.'))
    const { headers } = await app.fetch('/page')
    expect(headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(await (await app.fetch('/gone')).json()).toMatchObject({ code: 'not_found', detail: 'No such asset.' })
  })
})

test('odd request lines are answered, none with a 500', async () => {
  const odd = testPlugin('odd', (http) => [http.get('/:id', { auth, query: z.unknown() }, async ({ query }) => query)])
  app = await createTestApp([hello(), odd])
  const { port } = app
  app.http.use('/', (ctx) => void (ctx.body = 'page'))
  const answerTo = (target: string): Promise<string> =>
    new Promise((resolve) => {
      let text = ''
      const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`, 'latin1'))
      socket.on('data', (chunk) => (text += chunk)).on('close', () => resolve(text.split(' ', 2)[1]!))
    })
  const expected = {
    '*': '200',
    '//': '200',
    'http://elsewhere/api/v1/hello': '200',
    '/api/v1/hello/../x': '404',
    '/api/v1/%ff': '404',
    '/api/v1/odd/%ff': '400',
    '/api/v1/odd/%00': '400',
    '/api/v1/odd/..%2f..%2f?%ff=%00&a=%': '200',
    '/\x80': '400',
    x: '400',
    '/files/..%2f/x': '403',
    [`/${'a'.repeat(20_000)}`]: '431',
  }
  for (const [target, status] of Object.entries(expected)) expect([target, await answerTo(target)]).toEqual([target, status])
})

describe('stopping', () => {
  test('lets a request in flight finish, and takes no more', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    let entered = false
    const slow = testPlugin('slow', (http) => [
      http.get('/', { auth }, async () => {
        entered = true
        await gate
        return 'done'
      }),
    ])
    app = await createTestApp([slow])
    const inFlight = app.fetch('/api/v1/slow')
    await vi.waitFor(() => expect(entered).toBe(true))
    const stopped = app.http.stop()
    await expect(app.fetch('/api/v1/slow')).rejects.toThrow()
    open()
    expect(await (await inFlight).json()).toBe('done')
    await stopped
    await app.http.stop()
  })

  test('is announced on each connection while everything is still answered', async () => {
    app = await createTestApp([hello()])
    expect((await app.fetch('/api/v1/hello')).headers.get('connection')).toBe('keep-alive')
    app.http.leave()
    const last = await app.fetch('/api/v1/hello')
    expect([last.status, last.headers.get('connection')]).toEqual([200, 'close'])
  })

  test('aborts the signal of a call whose caller hung up', async () => {
    let reason: unknown
    let entered = false
    const slow = testPlugin('slow', (http) => [
      http.get('/', { auth }, async ({ signal }) => {
        entered = true
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        reason = signal.reason
      }),
    ])
    app = await createTestApp([slow])
    const socket = connect(app.port, '127.0.0.1')
    socket.write('GET /api/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n')
    await vi.waitFor(() => expect(entered).toBe(true))
    socket.destroy()
    await vi.waitFor(() => expect(reason).toMatchObject({ message: 'The caller hung up.' }))
  })

  test('a taken port is told in one sentence', async () => {
    app = await createTestApp([])
    const other = await createTestApp([])
    await other.http.stop()
    await expect(other.http.listen(app.port, '127.0.0.1')).rejects.toThrow(
      `Port ${app.port} is taken by another program. Stop it, or set PORT to another one.`,
    )
    await other[Symbol.asyncDispose]()
  })
})
