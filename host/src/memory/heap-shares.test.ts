import { expect, test } from 'vitest'
import { heapShares, suspectOf, type ProfileNode } from './heap-shares.ts'

const places = [
  { id: 'chat', folder: '/srv/plugins/chat/' },
  { id: 'mail', folder: '/srv/plugins/mail/' },
]
const node = (url: string, selfSize: number, ...children: ProfileNode[]): ProfileNode => ({ callFrame: { url }, selfSize, children })

test('what is allocated belongs to the innermost plugin among the callers, also when the platform or Node did it for that one', () => {
  const mail = node('file:///srv/plugins/mail/dist/server/plugin.js', 5, node('file:///srv/host/dist/main.js', 6))
  const chat = node('file:///srv/plugins/chat/plugin.js', 1, node('node:internal/util', 2, node('', 3)), mail)
  const { all, plugins } = heapShares(node('', 0, node('file:///srv/host/dist/main.js', 100, chat), node('/srv/plugins/chat/old.cjs', 10)), places)
  expect(all).toBe(127)
  expect([...plugins].sort()).toEqual([
    ['chat', 16],
    ['mail', 11],
  ])
})

test("code that calls itself what is no file is nobody's", () => {
  expect(heapShares(node('file://chat/plugin.js', 1, node('file:///a%2Fb', 2)), places)).toEqual({ all: 3, plugins: new Map() })
})

test.each([
  ['most of it', 90, 10, 400, 'chat'],
  ['two thirds', 20, 10, 100, 'chat'],
  ['as much as another', 50, 50, 400, undefined],
  ['a bit more than another', 60, 40, 400, undefined],
  ['most of what is next to nothing', 40, 0, 400, undefined],
  ['nothing at all', 0, 0, 400, undefined],
])('a plugin that holds %s', (_, chat, other, limit, plugin) => {
  const shares = { all: chat + other, plugins: new Map([['chat', chat]]) }
  expect(suspectOf(shares, limit)?.plugin).toBe(plugin)
})
