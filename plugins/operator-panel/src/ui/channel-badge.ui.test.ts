import { createTestUi, type TestUi, type TestUiOptions } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { ref, type Component } from 'vue'
import type { Request } from '../api/index.ts'
import ChannelBadge from './ChannelBadge.vue'
import ClientCard from './dialog/ClientCard.vue'
import DialogHeader from './dialog/DialogHeader.vue'
import RequestRow from './inbox/RequestRow.vue'

const at = '/api/v1/operator-panel'
const channels = [
  { kind: 'line', title: { en: 'LINE', uk: 'ЛАЙН' }, icon: 'phone' },
  { kind: 'pager', title: 'Pager', icon: 'bell' },
]
const request = { id: 'a', number: 7, state: 'open', channel: 'line', clientName: 'Ann', clientId: 'ann', unread: 0, lastAt: '2026-11-21T08:00:00Z' }
const card = {
  client: { id: 'ann', firstName: 'Ann', tags: [], extra: {}, createdAt: '2026-11-21T08:00:00Z' },
  identities: [{ id: 'one', channel: 'line', chatId: '1' }],
  requests: [],
}
const usual = { [`GET ${at}/channels`]: { channels }, [`GET ${at}/requests/a/client`]: card }
const locales = { 'operator-panel': { channels: { widget: 'Website' } } }

let leave = (): void => undefined
afterEach(() => leave())

const open = async (component: Component, props: object, more: TestUiOptions = {}) => {
  const ui = createTestUi({ pluginId: 'operator-panel', answers: usual, locales, ...more })
  const mounted = mount(component, { props: props as never, global: ui.global })
  leave = () => mounted.unmount()
  await flushPromises()
  return { mounted, ui, badges: () => mounted.findAll('[data-testid=channel]').map((badge) => badge.text()) }
}
const asked = (ui: TestUi): number => ui.calls.filter(({ path }) => path === `${at}/channels`).length

test('a channel of a plugin from outside has the name and the icon that it declares, wherever a dialog is shown', async () => {
  expect((await open(RequestRow, { request: request as Request, selected: false, own: false })).badges()).toEqual(['LINE'])
  const header = { request: request as Request, mine: true, mayTake: false, mayAct: true, back: false, cardButton: false }
  expect((await open(DialogHeader, header)).badges()).toEqual(['LINE'])
  const shown = await open(ClientCard, { requestId: 'a', closable: false })
  expect(shown.badges()).toEqual(['LINE'])
  expect(shown.mounted.get('header p').text()).toBe('LINE')
})

test('its icon is drawn, and its name is in the language of the reader', async () => {
  const locale = ref('en')
  const texts = { locale, has: () => false, translate: (key: string) => key, add: async () => () => undefined }
  const { mounted, ui, badges } = await open(ChannelBadge, { kind: 'line' }, { texts })
  expect(badges()).toEqual(['LINE'])
  const line = mounted.get('svg').html()
  locale.value = 'uk'
  await flushPromises()
  expect(badges()).toEqual(['ЛАЙН'])
  await mounted.setProps({ kind: 'pager' } as never)
  await flushPromises()
  expect(badges()).toEqual(['Pager'])
  // a long name is cut on the screen
  expect(mounted.attributes('title')).toBe('Pager')
  expect(mounted.get('svg').html()).not.toBe(line)
  expect(asked(ui)).toBe(1)
})

test('channels that come with Parley need no question; one whose plugin is away shows its kind', async () => {
  const own = await open(ChannelBadge, { kind: 'widget' })
  expect([own.badges(), asked(own.ui)]).toEqual([['Website'], 0])
  expect((await open(ChannelBadge, { kind: 'gone' })).badges()).toEqual(['gone'])
  const refuses = () => {
    throw { status: 503, code: 'not_ready' }
  }
  expect((await open(ChannelBadge, { kind: 'line' }, { answers: { [`GET ${at}/channels`]: refuses } })).badges()).toEqual(['line'])
})
