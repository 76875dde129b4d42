import type { Message } from '@parley/plugin-conversations/api'
import { createTestUi } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { ref } from 'vue'
import DialogRowView from './DialogRowView.vue'

const words = { en: 'The client blocked the bot.', uk: 'Клієнт заблокував бота.' }
const message: Message = {
  id: '00000000-0000-4000-8000-000000000001',
  conversationId: '00000000-0000-4000-8000-000000000002',
  number: 1,
  direction: 'out',
  author: { kind: 'operator', name: 'Olha' },
  content: { kind: 'text', text: 'Hello' },
  state: 'failed',
  createdAt: '2026-11-21T08:00:00Z',
}

let leave = (): void => undefined
afterEach(() => leave())

const open = (more: Partial<Message>, language = 'uk') => {
  const locale = ref(language)
  const texts = { locale, has: () => false, translate: (key: string) => key, add: async () => () => undefined }
  const ui = createTestUi({ pluginId: 'operator-panel', texts })
  const row = { type: 'message', id: message.id, message: { ...message, ...more }, first: true, last: true } as const
  const mounted = mount(DialogRowView, { props: { row, clientName: 'Ann' }, global: ui.global })
  leave = () => mounted.unmount()
  return { locale, problem: () => mounted.get('.problem').text() }
}

test('why a message did not arrive is said in the language of the reader, who may change it', async () => {
  const { locale, problem } = open({ reason: words.en, reasonWords: words })
  expect(problem()).toContain(words.uk)
  locale.value = 'en'
  await flushPromises()
  expect(problem()).toContain(words.en)
})

test('a reason in one language, and one that came after another, is shown as it is', () => {
  expect(open({ reason: 'no such chat' }).problem()).toContain('no such chat')
  const later = open({ reason: 'no such chat', reasonWords: words }).problem()
  expect(later).toContain('no such chat')
  expect(later).not.toContain(words.uk)
})
