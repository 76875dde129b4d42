import { expect, test } from 'vitest'
import { redisAddress } from './redis-address.ts'

const local = [{ host: '127.0.0.1', port: 1 }]

test.each([
  ['redis://localhost/2', { kind: 'one', url: 'redis://localhost/2' }],
  ['rediss://localhost', { kind: 'one', url: 'rediss://localhost' }],
  [
    'redis+sentinel://one,two:1/master',
    {
      kind: 'sentinel',
      name: 'master',
      database: 0,
      secure: false,
      nodes: [
        { host: 'one', port: 26_379 },
        { host: 'two', port: 1 },
      ],
    },
  ],
  [
    'rediss+sentinel://ann:p%40ss:1@127.0.0.1:1/my%20master/3?sentinelPassword=s%26',
    {
      kind: 'sentinel',
      name: 'my master',
      database: 3,
      secure: true,
      nodes: local,
      username: 'ann',
      password: 'p@ss:1',
      sentinelPassword: 's&',
    },
  ],
  ['redis+cluster://:secret@127.0.0.1:1', { kind: 'cluster', secure: false, nodes: local, password: 'secret' }],
  [
    'redis+cluster://[::1]:7000,b',
    {
      kind: 'cluster',
      secure: false,
      nodes: [
        { host: '::1', port: 7_000 },
        { host: 'b', port: 6_379 },
      ],
    },
  ],
])('%s', (url, address) => expect(redisAddress(url)).toEqual(address))

test.each([
  'http://localhost',
  'redis+sentinel://one',
  'redis+sentinel://one/master/x',
  'redis+cluster://one/0',
  'redis+cluster://one:x',
  'redis+other://one',
])('%s is none', (url) => expect(redisAddress(url)).toBeUndefined())
