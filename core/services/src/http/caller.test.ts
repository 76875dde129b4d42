import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createCaller, networkOf } from './caller.ts'

const request = (remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { host: 'parley.example', ...headers } }) as unknown as IncomingMessage

describe('the caller', () => {
  const plain = createCaller({})
  const behind = createCaller({ trustedProxies: ['10.0.0.0/8', 'loopback', '2001:db8::5'] })

  test.each([
    ['8.8.8.8', '1.1.1.1', '8.8.8.8'],
    ['::ffff:10.0.0.1', '1.1.1.1', '1.1.1.1'],
    ['10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', '1.1.1.1'],
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['10.0.0.1', 'evil, 1.1.1.1', '1.1.1.1'],
    ['10.0.0.1', 'evil', '10.0.0.1'],
    ['2001:db8::5', '2606:4700::1', '2606:4700::1'],
    ['2001:db8::6', '2606:4700::1', '2001:db8::6'],
  ])('%s forwarding for "%s" is %s', (remote, forwarded, address) => {
    expect(behind.address(request(remote, { 'x-forwarded-for': forwarded }))).toBe(address)
  })

  test('is never believed without trusted proxies', () => {
    expect(plain.address(request('127.0.0.1', { 'x-forwarded-for': '1.1.1.1' }))).toBe('127.0.0.1')
    expect(plain.origin(request('127.0.0.1', { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }))).toBe('http://parley.example')
  })

  test('has the origin that the nearest proxy states, or that the deployment fixes', () => {
    expect(behind.origin(request('10.1.1.1', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'help.example:8443' }))).toBe(
      'https://help.example:8443',
    )
    const fixed = createCaller({ publicUrl: 'https://help.example/' })
    expect(fixed.origin(request('8.8.8.8', { host: 'evil.example' }))).toBe('https://help.example')
  })

  test('must send a host that is one', () => {
    for (const host of ['', 'a b', 'a/b', 'a@b', 'a:port']) expect(() => plain.origin(request('8.8.8.8', { host }))).toThrow('"Host"')
  })

  test('needs ranges that are ranges', () => {
    expect(() => createCaller({ trustedProxies: ['10.0.0.0/99'] })).toThrow('"trustedProxies" has "10.0.0.0/99"')
  })

  test('is counted with its network', () => {
    expect(['8.8.8.8', '2001:db8::1', '2001:db8:0:0:ffff::1', '2001:db8:0:1::1', ''].map(networkOf)).toEqual([
      '8.8.8.8',
      '2001:db8:0:0',
      '2001:db8:0:0',
      '2001:db8:0:1',
      '',
    ])
  })
})
