import { afterEach, describe, expect, test } from 'vitest'
import { createHttpClient } from './create-http-client.ts'
import type { Resolve } from './guarded-connector.ts'
import { codeOf, createTestNetwork, names } from './test-network.ts'

const network = createTestNetwork()
const { client, serve } = network
afterEach(() => network.close())

describe('the guard', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0x7f000001',
    '0177.0.0.1',
    '017700000001',
    '0',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.5.4',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '192.0.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[4000::1]',
    '[fd00::1]',
    '[fe80::1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[::ffff:0:127.0.0.1]',
    '①②⑦.0.0.1',
    '127。0。0。1',
    'localhost',
  ])('lets nobody call %s', async (host) => {
    const server = await serve((_, response) => response.end())
    expect(await codeOf(client()(`http://${host}:${server.port}/`))).toBe('outbound_blocked')
    expect(await codeOf(client()(`https://${host}:${server.port}/`, { method: 'POST', body: 'x' }))).toBe('outbound_blocked')
    expect(server.count()).toBe(0)
  })

  test('looks at the address that is dialled, not at the name', async () => {
    const server = await serve((_, response) => response.end())
    const http = client({ resolve: names({ 'inside.example': ['127.0.0.1'], 'both.example': ['::1', '10.0.0.1'] }), connectTimeout: 50 })
    const error = await http(`http://inside.example:${server.port}/secret-path`).catch((problem: Error) => problem)
    expect((error as Error).message).toBe(
      `GET http://inside.example:${server.port} was not sent: the address 127.0.0.1 of "inside.example" is not a public one. ` +
        'Add the host and port to "host.outbound.allow" if it is meant.',
    )
    expect(await codeOf(http(`http://both.example:${server.port}/`))).toBe('outbound_blocked')
    expect(server.count()).toBe(0)
  })

  test('resolves a name once and dials that answer, so that a second answer changes nothing', async () => {
    const server = await serve((_, response) => response.end())
    const answers = [['127.0.0.2'], ['127.0.0.1']]
    let asked = 0
    const rebinding: Resolve = ((host: string, options: object, callback: never) => {
      const addresses = answers[Math.min(asked++, 1)]!
      names({ [host]: addresses })(host, options, callback)
    }) as never
    const http = client({ resolve: rebinding, allow: ['127.0.0.2/32'] })
    expect(await codeOf(http(`http://rebind.example:${server.port}/`))).toBe('outbound_refused')
    expect(asked).toBe(1)
    expect(await codeOf(http(`http://rebind.example:${server.port}/`))).toBe('outbound_blocked')
    expect(server.count()).toBe(0)
  })

  test('checks every redirect', async () => {
    const inner = await serve((_, response) => response.end('secret'))
    const outer = await serve((_, response) => response.writeHead(302, { location: `http://0x7f.1:${inner.port}/` }).end())
    const http = client({ allow: [`localhost:${outer.port}`] })
    expect(await codeOf(http(`http://localhost:${outer.port}/`))).toBe('outbound_blocked')
    expect([outer.count(), inner.count()]).toEqual([1, 0])
  })

  test.each(['file:///etc/passwd', 'ftp://example.com/', 'data:text/plain,x', 'javascript:1'])('calls nothing but http: %s', async (url) => {
    expect(await codeOf(client()(url))).toBe('outbound_blocked')
  })

  test('allows what the deployment lists, and that alone', async () => {
    const server = await serve((_, response) => response.end('ok'))
    const call = async (allow: string, host = '127.0.0.1') => await codeOf(client({ allow: [allow] })(`http://${host}:${server.port}/`))
    expect(await call(`127.0.0.1:${server.port}`)).toBe('answered')
    expect(await call('127.0.0.1')).toBe('answered')
    expect(await call('127.0.0.0/8')).toBe('answered')
    expect(await call('127.0.0.0/8', 'localhost')).toBe('answered')
    expect(await call(`LOCALHOST:${server.port}`, 'localhost')).toBe('answered')
    expect(await call(`127.0.0.1:${server.port + 1}`)).toBe('outbound_blocked')
    expect(await call(`localhost:${server.port}`)).toBe('outbound_blocked')
    expect(await call('10.0.0.0/8')).toBe('outbound_blocked')
    expect(await call('::/0')).toBe('outbound_blocked')
  })

  test('needs a list that can be read', () => {
    expect(() => createHttpClient({ allow: ['10.0.0.0/99'] })).toThrow('which is no range')
    expect(() => createHttpClient({ allow: ['http://host'] })).toThrow('"host.outbound.allow" has "http://host"')
    expect(() => createHttpClient({ allow: ['a b'] })).toThrow('Write a host')
  })
})
