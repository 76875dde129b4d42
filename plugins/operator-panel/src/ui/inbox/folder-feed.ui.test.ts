import { createTestUi } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import type { Request } from '../../api/index.ts'
import FolderFeed from './FolderFeed.vue'
import { useInbox } from './inbox.store.ts'

const at = '/api/v1/operator-panel'
const request = (id: string, minute: number, more: Partial<Request> = {}): Request =>
  ({
    id,
    state: 'queued',
    botId: 'shop',
    version: 1,
    weight: 0,
    lastText: id,
    createdAt: `2026-11-21T08:${String(minute).padStart(2, '0')}:00.000Z`,
    ...more,
  }) as Request

let leave = (): void => undefined
afterEach(() => leave())

const open = async (page: object, permissions = ['*']) => {
  const load = vi.fn(() => page)
  const ui = createTestUi({ pluginId: 'operator-panel', answers: { [`GET ${at}/requests`]: load }, user: { permissions } })
  let inbox!: ReturnType<typeof useInbox>
  const page_ = defineComponent(() => {
    inbox = useInbox()
    return () => h(FolderFeed, { botId: 'shop', refetch: () => inbox.load('queue') })
  })
  const mounted = mount(page_, { global: ui.global })
  leave = () => mounted.unmount()
  await flushPromises()
  const all = permissions.includes('*')
  const tell = (requests: readonly Request[], gone: readonly { id: string; version: number }[] = []): void =>
    ui.send('operator-panel.bot-requests@1', { botId: 'shop', all }, { requests, gone })
  return { load, tell, listed: () => inbox.folders.queue.requests.map(({ id, lastText }) => `${id}: ${lastText}`) }
}

test('a list that is told of a change shows it without asking', async () => {
  const { load, tell, listed } = await open({ requests: [request('a', 1), request('b', 2)] })
  expect(listed()).toEqual(['a: a', 'b: b'])
  tell([request('b', 2, { version: 2, lastText: 'hello' }), request('c', 0)])
  expect(listed()).toEqual(['c: c', 'a: a', 'b: hello'])
  tell([request('b', 2, { version: 1, lastText: 'older' }), request('a', 1, { version: 2, state: 'closed' })])
  expect(listed()).toEqual(['c: c', 'b: hello'])
  expect(load).toHaveBeenCalledTimes(1)
})

test('who may not see requests of others only hears that one is gone', async () => {
  const { tell, listed } = await open({ requests: [request('a', 1, { version: 3 }), request('b', 2)] }, ['operator_panel.view'])
  tell([], [{ id: 'b', version: 2 }])
  expect(listed()).toEqual(['a: a'])
  // it was put back since
  tell([], [{ id: 'a', version: 2 }])
  expect(listed()).toEqual(['a: a'])
})

test('a request that belongs after the loaded pages comes with its page', async () => {
  const { tell, listed } = await open({ requests: [request('a', 1), request('b', 3)], cursor: 'more' })
  tell([request('z', 9), request('m', 2)])
  expect(listed()).toEqual(['a: a', 'm: m', 'b: b'])
})
