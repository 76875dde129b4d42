import type { Message } from '@parley/plugin-conversations/api'
import { createTestUi } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
import type { Request } from '../../api/index.ts'
import { useDialog, type Dialog } from './use-dialog.ts'

const at = '/api/v1/operator-panel/requests/r'
const conversationId = 'c'
const request = { id: 'r', conversationId, state: 'open', version: 1, unread: 0 } as unknown as Request
const message = (number: number, state: Message['state']): Message => ({
  id: `m${number}`,
  conversationId,
  number,
  direction: 'out',
  author: { kind: 'operator', name: 'Olha' },
  content: { kind: 'text', text: `Hello ${number}` },
  state,
  createdAt: '2026-11-21T08:00:00Z',
})

let leave = (): void => undefined
afterEach(() => leave())

const open = async (page: () => Promise<Message[]>) => {
  const answers = { [`GET ${at}`]: () => ({ request, botSteps: [] }), [`GET ${at}/messages`]: async () => ({ messages: await page(), more: false }) }
  const ui = createTestUi({ pluginId: 'operator-panel', answers, user: { permissions: ['*'] } })
  let dialog!: Dialog
  const mounted = mount(
    defineComponent(() => {
      dialog = useDialog('r')
      return () => h('p')
    }),
    { global: ui.global },
  )
  leave = () => mounted.unmount()
  await flushPromises()
  const tell = (event: object): void => ui.send('conversations.dialog@1', { conversationId }, event)
  const shown = (): string[] => dialog.rows.value.flatMap((row) => (row.type === 'message' ? [`${row.message.id} ${row.message.state}`] : []))
  return { dialog, tell, shown }
}

test('a message that was read does not become sent again when the answer to its sending is told later', async () => {
  const { tell, shown } = await open(async () => [message(1, 'sending')])
  for (const state of ['read', 'sent', 'delivered'] as const) tell({ type: 'state', messageId: 'm1', state })
  expect(shown()).toEqual(['m1 read'])
  tell({ type: 'message', message: message(1, 'sent') })
  expect(shown()).toEqual(['m1 read'])
})

test('a state that is no receipt is taken as it comes', async () => {
  const { tell, shown } = await open(async () => [message(1, 'unknown')])
  tell({ type: 'state', messageId: 'm1', state: 'queued' })
  expect(shown()).toEqual(['m1 queued'])
  tell({ type: 'state', messageId: 'm1', state: 'failed', reason: 'blocked' })
  expect(shown()).toEqual(['m1 failed'])
})

test('what is told while the page is on its way stays', async () => {
  let answer = (_page: Message[]): void => undefined
  let calls = 0
  const page = async (): Promise<Message[]> => (calls++ === 0 ? [message(1, 'sent')] : await new Promise<Message[]>((resolve) => (answer = resolve)))
  const { dialog, tell, shown } = await open(page)
  const loaded = dialog.load()
  await flushPromises()
  tell({ type: 'state', messageId: 'm1', state: 'read' })
  tell({ type: 'message', message: message(2, 'queued') })
  answer([message(1, 'sent')])
  await loaded
  expect(shown()).toEqual(['m1 read', 'm2 queued'])
})
