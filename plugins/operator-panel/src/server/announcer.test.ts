import type { Realtime, Within } from '@parley/plugin-api'
import { createTestClock } from '@parley/services'
import { silentLogger } from '@parley/test-kit'
import { beforeEach, expect, test } from 'vitest'
import type { Request } from '../api/index.ts'
import { Announcer } from './announcer.ts'

const request = (id: string, version: number, more: Partial<Request> = {}): Request =>
  ({ id, version, state: 'queued', botId: 'shop', lastText: `${id} ${version}`, ...more }) as Request

interface Sent {
  readonly topic: string
  readonly key: any
  readonly payload: any
}

let sent: Sent[]
let stored: Map<string, Request>
let clock: ReturnType<typeof createTestClock>
let announcer: Announcer
beforeEach(() => {
  sent = []
  stored = new Map()
  clock = createTestClock()
  const realtime: Realtime = { send: async (topic, key, payload) => void sent.push({ topic: topic.id, key, payload }) }
  const requestStore = { get: async (id: string) => stored.has(id) && { request: stored.get(id)! } }
  announcer = new Announcer({ realtime, requestStore: requestStore as never, clock, log: silentLogger })
})

const committed: Within = { kind: 'batch', beforeCommit: () => {}, afterCommit: (work: () => void) => work() } as never
const changed = async (next: Request): Promise<void> => {
  stored.set(next.id, next)
  await announcer.announce(next.id, 'changed')
}
const feed = (all: boolean): any[] =>
  sent.flatMap(({ topic, key, payload }) => (topic.startsWith('operator-panel.bot-requests') && key.all === all ? [payload] : []))

test('the first change of a burst is told at once and whole, what follows together, each request in its last state', async () => {
  await changed(request('a', 1))
  expect(feed(false)).toEqual([{ requests: [request('a', 1)], gone: [] }])
  await changed(request('a', 3))
  await changed(request('a', 2))
  await changed(request('b', 1))
  expect(feed(false)).toHaveLength(1)
  await clock.advance(50)
  expect(feed(false)[1]).toEqual({ requests: [request('a', 3), request('b', 1)], gone: [] })
})

test('of a request that somebody has, only those who may see it hear more than that it is gone', async () => {
  const taken = request('a', 2, { state: 'open', assignee: { id: 'ann', name: 'Ann' } })
  await changed(taken)
  expect(feed(true)).toEqual([{ requests: [taken], gone: [] }])
  expect(feed(false)).toEqual([{ requests: [], gone: [{ id: 'a', version: 2 }] }])
  await clock.advance(50)
  await announcer.sendWithin({ ...taken, version: 3, lastText: 'private' }, 'message', committed)
  expect(feed(true)[1].requests[0].lastText).toBe('private')
  expect(JSON.stringify(feed(false))).not.toContain('private')
})

test('a new text moves no numbers beside folders', async () => {
  await announcer.sendWithin(request('a', 2), 'message', committed)
  expect(sent.map(({ topic }) => topic)).not.toContain('operator-panel.folders@1')
  await clock.advance(50)
  await changed(request('a', 3))
  expect(sent.filter(({ topic }) => topic === 'operator-panel.folders@1')).toMatchObject([{ payload: { requestIds: ['a'] } }])
})
