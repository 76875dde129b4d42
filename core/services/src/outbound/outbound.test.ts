import { createServer as createTcpServer } from 'node:net'
import { runInContext } from '@parley/kernel'
import type { OutboundOptions } from '@parley/plugin-api'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMetrics } from '../observability/index.ts'
import { codeOf, createTestNetwork, names } from './test-network.ts'

const network = createTestNetwork()
const { client, serve, listen } = network
afterEach(() => network.close())

describe('a call', () => {
  const allow = ['127.0.0.1']

  test('sends and answers', async () => {
    const server = await serve((request, response) => {
      const chunks: Buffer[] = []
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] })
          response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() }))
        })
    })
    const http = client({ allow })
    const response = await http(`${server.url}/x?y=1`, {
      method: 'post',
      headers: { 'X-Access-Token': 't', 'content-type': 'application/json' },
      body: '{"a":"ї"}',
    })
    expect([response.status, response.ok, response.headers['set-cookie']]).toEqual([201, true, 'a=1, b=2'])
    expect(await response.json()).toMatchObject({
      method: 'POST',
      url: '/x?y=1',
      headers: { 'x-access-token': 't', 'content-length': '10', 'user-agent': 'Parley' },
      body: '{"a":"ї"}',
    })
    const bodies: OutboundOptions['body'][] = [Buffer.from('bytes'), new Blob(['bytes']).stream() as ReadableStream]
    for (const body of bodies) expect(await (await http(server.url, { method: 'PUT', body: body! })).json()).toMatchObject({ body: 'bytes' })
    const form = new FormData()
    form.append('photo', new Blob(['bytes']), 'a.png')
    const sent = (await (await http(server.url, { method: 'POST', body: form })).json()) as { headers: Record<string, string>; body: string }
    expect(sent.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(sent.body).toContain('filename="a.png"')
    expect(await (await http(server.url.replace('://', '://me:p%40ss@'))).json()).toMatchObject({
      headers: { authorization: `Basic ${btoa('me:p@ss')}` },
    })
  })

  test('answers errors of the other side as answers', async () => {
    const server = await serve((_, response) => response.writeHead(429, { 'retry-after': '3' }).end('slow'))
    const response = await client({ allow })(server.url)
    expect([response.status, response.ok, response.headers['retry-after'], await response.text()]).toEqual([429, false, '3', 'slow'])
  })

  test('follows redirects of a GET, without credentials to another site, and none of a POST', async () => {
    const seen: unknown[] = []
    const other = await serve((request, response) => {
      seen.push([request.headers.authorization, request.headers['x-access-token'], request.headers.accept])
      response.end('there')
    })
    const server = await serve((request, response) => {
      if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end()
      else if (request.url === '/next') response.end(request.headers.authorization)
      else response.writeHead(301, { location: request.url === '/same' ? '/next' : other.url }).end()
    })
    const headers = { authorization: 'Bearer t', 'x-access-token': 't', accept: 'a/b' }
    const http = client({ allow })
    expect(await (await http(`${server.url}/same`, { headers })).text()).toBe('Bearer t')
    expect(await (await http(`${server.url}/away`, { headers })).text()).toBe('there')
    expect(seen).toEqual([[undefined, undefined, 'a/b']])
    expect((await http(`${server.url}/away`, { method: 'POST', headers })).status).toBe(301)
    const before = server.count()
    expect((await http(`${server.url}/loop`)).status).toBe(302)
    expect(server.count() - before).toBe(6)
  })

  test('keeps connections for the next call', async () => {
    const sockets = new Set<unknown>()
    const server = await serve((request, response) => {
      sockets.add(request.socket)
      response.end()
    })
    const http = client({ allow })
    for (let count = 0; count < 5; count++) await http(server.url, { method: 'POST', body: 'x' })
    // the next call may begin before the pool knows that the last one has ended
    expect(sockets.size).toBeLessThanOrEqual(2)
  })

  test('is refused for certain when nothing can have arrived', async () => {
    const port = await network.freePort()
    const plain = await serve((_, response) => response.end())
    const silent = await listen(createTcpServer((socket) => socket.resume()))
    const http = client({ allow: ['127.0.0.1', 'known.example'], resolve: names({}), connectTimeout: 100 })
    expect(await codeOf(http(`http://127.0.0.1:${port}`, { method: 'POST', body: 'x' }))).toBe('outbound_refused')
    expect(await codeOf(http('http://unknown.example', { method: 'POST', body: 'x' }))).toBe('outbound_refused')
    expect(await codeOf(http('http://known.example', { method: 'POST', body: 'x' }))).toBe('outbound_refused')
    expect(await codeOf(http(`https://127.0.0.1:${plain.port}`, { method: 'POST', body: 'x' }))).toBe('outbound_refused')
    expect(await codeOf(http(`https://127.0.0.1:${silent}`, { method: 'POST', body: 'x' }))).toBe('outbound_refused')
    expect(plain.count()).toBe(0)
  })

  test('that waits for a free connection and runs out of time was never sent', async () => {
    const server = await serve(() => undefined)
    const http = client({ allow, connections: 1 })
    const first = http(server.url, { method: 'POST', body: 'first', timeout: 400 })
    const second = http(server.url, { method: 'POST', body: 'second', timeout: 100 })
    expect(await Promise.all([codeOf(second), codeOf(first)])).toEqual(['outbound_refused', 'outbound_unknown'])
    expect(server.count()).toBe(1)
  })

  test('is unknown when it may have arrived', async () => {
    const silent = await serve(() => undefined)
    const cut = await serve((request) => request.socket.destroy())
    const half = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setImmediate(() => response.destroy())
    })
    const broken = await listen(
      createTcpServer((socket) =>
        socket
          .on('error', () => undefined)
          .resume()
          .end('garbage\r\n\r\n'),
      ),
    )
    const http = client({ allow, timeout: 100 })
    for (const url of [silent.url, cut.url, half.url, `http://127.0.0.1:${broken}`])
      expect(await codeOf(http(url, { method: 'POST', body: 'x' }))).toBe('outbound_unknown')
    expect(cut.count()).toBe(1)
  })

  test('reads no more of an answer than it may', async () => {
    const server = await serve((_, response) => response.end('x'.repeat(1001)))
    const http = client({ allow })
    expect(await codeOf(http(server.url, { maxBytes: 1000 }))).toBe('outbound_unknown')
    await expect(http(server.url, { maxBytes: 1000 })).rejects.toMatchObject({ details: { maxBytes: 1000 } })
    expect(await codeOf(http(server.url, { maxBytes: 1001 }))).toBe('answered')
  })

  test('ends when its signal aborts', async () => {
    const server = await serve(() => undefined)
    const http = client({ allow })
    const controller = new AbortController()
    const call = http(server.url, { signal: controller.signal })
    await vi.waitFor(() => expect(server.count()).toBe(1))
    controller.abort()
    expect(await codeOf(call)).toBe('outbound_unknown')
    expect(await codeOf(http(server.url, { signal: AbortSignal.abort() }))).toBe('outbound_refused')
    expect(server.count()).toBe(1)
  })

  test('refuses what cannot be sent, and says no secret of it', async () => {
    const http = client({ allow })
    expect(await codeOf(http('not a url'))).toBe('invalid_input')
    expect(await codeOf(http('http://127.0.0.1/', { headers: { 'x-a': 'line\nbreak' } }))).toBe('invalid_input')
    const error = (await http('http://127.0.0.1:1/bot123456:secret/getMe').catch((problem: Error) => problem)) as Error
    expect(error.message).toContain('GET http://127.0.0.1:1 was not sent')
    expect(error.message).not.toContain('secret')
  })

  test('is measured for its plugin', async () => {
    const server = await serve((_, response) => response.end())
    const metrics = createMetrics({ process: false })
    const http = client({ allow, metrics: metrics.host })
    await runInContext({ plugin: 'channel-custom', requestId: 'r' }, () => http(server.url))
    await codeOf(http('http://10.0.0.1/'))
    const text = await metrics.text()
    expect(text).toContain('parley_outbound_seconds_count{plugin="channel-custom",outcome="2xx"} 1')
    expect(text).toContain('parley_outbound_seconds_count{plugin="host",outcome="outbound_blocked"} 1')
  })
})
