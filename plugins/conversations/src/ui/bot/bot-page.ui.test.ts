import { createTestUi, type TestUi, type TestUiOptions } from '@parley/ui-sdk/testing'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { createRouter, createMemoryHistory } from 'vue-router'
import { acme, answers } from '../../../test/ui-fixture.ts'
import { ref } from 'vue'
import en from '../locales/en.json'
import BotPage from './BotPage.vue'

const at = '/api/v1/conversations'
const line = { id: 'p1', at: '2026-11-20T10:00:00Z', payload: '{"update_id":1,"message":{"text":"hello"}}', events: 1 }
const routes = [
  { path: '/settings-page/bots/:bot/:tab?', component: BotPage },
  { path: '/settings-page/bots', component: { render: () => undefined } },
]
let leave = (): void => undefined
afterEach(() => {
  vi.useRealTimers()
  leave()
})

async function open(path: string, given: object = {}, permissions = ['*'], more: TestUiOptions = {}): Promise<{ ui: TestUi; page: VueWrapper }> {
  const ui = createTestUi({
    pluginId: 'conversations',
    answers: { ...answers(), [`GET ${at}/accounts/a1/intake`]: { lines: [line], more: false }, ...given },
    locales: { conversations: en },
    user: { permissions },
    ...more,
  })
  const router = createRouter({ history: createMemoryHistory(), routes })
  await router.push(path)
  const plugins = ui.global.plugins.map((plugin) => ((plugin as unknown) === ui.router ? router : plugin))
  const page = mount({ template: '<RouterView />' }, { global: { plugins }, attachTo: document.body })
  leave = () => page.unmount()
  await flushPromises()
  return { ui, page }
}

const shown = (id: string): HTMLElement | null => document.querySelector(`[data-testid="${id}"]`)

async function press(id: string): Promise<void> {
  shown(id)?.click()
  await flushPromises()
}

test('a channel says whose it is, how it is, what the provider said, and where it is sent to', async () => {
  const { page } = await open('/settings-page/bots/1')
  const card = page.get('[data-testid="account-a1"]').text()
  expect(card).toContain('Acme (@acme_bot)')
  expect(card).toContain('Needs attention')
  expect(card).toContain('Telegram could not deliver 3 updates.')
  expect(card).toContain(acme.webhookUrl)
})

test('what the provider said is in the language of the reader, also when a later look knows one language only', async () => {
  const locale = ref('uk')
  const texts = { locale, has: () => false, translate: (key: string) => key, add: async () => () => undefined }
  const words = { en: 'Telegram does not know this token.', uk: 'Telegram не знає цього токена.' }
  const account = { ...acme, health: { state: 'broken', text: words.en, words } as const }
  const given = answers({ accounts: [account] })
  const later = { [`POST ${at}/accounts/a1/check`]: { state: 'broken', text: 'Timed out.' } }
  const { page } = await open('/settings-page/bots/1', { ...given, ...later }, ['*'], { texts })
  const card = page.get('[data-testid="account-a1"]')
  expect(card.text()).toContain(words.uk)
  locale.value = 'en'
  await flushPromises()
  expect(card.text()).toContain(words.en)
  locale.value = 'uk'
  await press('check-a1')
  expect(card.text()).toContain('Timed out.')
  expect(card.text()).not.toContain(words.uk)
})

test.each([
  [20, undefined],
  [12, 'Its token ends in 12 days, on December 2, 2026. Enter a new one before that.'],
  [0, 'Its token ends in less than a day. Enter a new one now.'],
  [-1, 'Its token ended on November 19, 2026. Enter a new one.'],
])('a token that ends in %i days', async (days, words) => {
  vi.useFakeTimers({ now: new Date('2026-11-20T10:00:00Z'), toFake: ['Date'] })
  const credentialsEndAt = new Date(Date.now() + (days + 0.25) * 86_400_000).toISOString()
  const health = { state: 'ok', text: 'Receives as @acme_bot.', credentialsEndAt } as const
  const { page } = await open('/settings-page/bots/1', answers({ accounts: [{ ...acme, health }] }))
  expect(page.get('[data-testid="health-a1"]').text()).toBe(words === undefined ? 'Works' : 'Needs attention')
  expect(shown('token-end-a1')?.textContent).toBe(words)
})

test('a check changes the dot', async () => {
  const { page } = await open('/settings-page/bots/1', {
    [`POST ${at}/accounts/a1/check`]: { state: 'ok', text: 'Receives as @acme_bot.', at: '2026-11-20T11:00:00Z' },
  })
  await press('check-a1')
  expect(page.get('[data-testid="health-a1"]').text()).toBe('Works')
  expect(page.text()).not.toContain('could not deliver')
})

test('a bot without channels teaches the first one', async () => {
  const { page } = await open('/settings-page/bots/2')
  expect(page.text()).toContain('Connect the first channel')
  expect(page.text()).toContain('This bot is switched off')
})

test('saved secrets are never shown and may stay empty', async () => {
  const { ui } = await open('/settings-page/bots/1', { [`PATCH ${at}/accounts/a1`]: { ...acme, title: 'Acme shop', version: 8 } })
  await press('edit-a1')
  const token = shown('field-token') as HTMLInputElement
  expect(token.value).toBe('')
  expect(token.placeholder).toBe('Saved. Leave empty to keep it.')
  const title = shown('account-title') as HTMLInputElement
  title.value = 'Acme shop'
  title.dispatchEvent(new Event('input', { bubbles: true }))
  await press('save-account')
  expect(ui.calls.at(-1)).toMatchObject({ method: 'PATCH', body: { version: 7, title: 'Acme shop', config: acme.config } })
  expect(shown('save-account')).toBeNull()
})

test('a change that somebody else was faster with keeps the form and loads the new version', async () => {
  const stale = () => {
    throw { status: 409, code: 'stale_write', detail: 'Old.' }
  }
  const { ui } = await open('/settings-page/bots/1', { [`PATCH ${at}/accounts/a1`]: stale })
  await press('edit-a1')
  await press('save-account')
  expect(shown('account-problem')?.textContent).toContain('Somebody else changed this meanwhile.')
  expect(ui.calls.filter(({ path }) => path === `${at}/accounts`)).toHaveLength(2)
})

test('what came in is shown as it came and taken in again', async () => {
  const { page, ui } = await open('/settings-page/bots/1/intake', {
    [`POST ${at}/accounts/a1/intake/p1/replay`]: { stored: 0, duplicates: 1, messages: [] },
  })
  expect(page.get('[data-testid="row-p1"]').text()).toContain('1 message')
  await press('row-p1')
  expect(shown('payload')?.textContent).toContain('"text": "hello"')
  await press('replay')
  expect(ui.calls.at(-1)).toMatchObject({ method: 'POST', path: `${at}/accounts/a1/intake/p1/replay` })
  expect(shown('replay-problem')).toBeNull()
})

test('what could not be taken in says why, until it is taken in', async () => {
  let taken = false
  const { page } = await open('/settings-page/bots/1/intake', {
    [`GET ${at}/accounts/a1/intake`]: () => ({
      lines: [taken ? line : { ...line, events: 0, problem: 'This is not a webhook (message_token)' }],
      more: false,
    }),
    [`POST ${at}/accounts/a1/intake/p1/replay`]: () => {
      taken = true
      return { stored: 1, duplicates: 0, messages: [] }
    },
  })
  await press('row-p1')
  expect(document.body.textContent).toContain('message_token')
  await press('replay')
  expect(document.body.textContent).not.toContain('message_token')
  expect(page.get('[data-testid="row-p1"]').text()).toContain('1 message')
})

test('who may only look sees channels, and neither intake nor buttons', async () => {
  const { ui } = await open('/settings-page/bots/1/intake', {}, ['bots.view'])
  expect(shown('account-a1')).not.toBeNull()
  expect(shown('tab-intake')).toBeNull()
  expect(shown('edit-a1')).toBeNull()
  expect(ui.calls.some(({ path }) => path.endsWith('/intake'))).toBe(false)
})

test('a bot that is not there says so', async () => {
  const { page } = await open('/settings-page/bots/99')
  expect(page.text()).toContain('There is no bot 99')
})
