import { createTestUi, type TestUi } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { acme, answers, bank, shop } from '../../../test/ui-fixture.ts'
import en from '../locales/en.json'
import BotsPage from './BotsPage.vue'

const at = '/api/v1/conversations'
let leave = (): void => undefined
afterEach(() => leave())

async function open(given: object = answers(), permissions = ['*']): Promise<{ ui: TestUi; page: ReturnType<typeof mount> }> {
  const ui = createTestUi({ pluginId: 'conversations', answers: { ...given }, locales: { conversations: en }, user: { permissions } })
  const page = mount(BotsPage, { global: ui.global, attachTo: document.body })
  leave = () => page.unmount()
  await flushPromises()
  return { ui, page }
}

const shown = (id: string): HTMLElement | null => document.querySelector(`[data-testid="${id}"]`)

async function type(id: string, text: string): Promise<void> {
  const field = shown(id) as HTMLInputElement
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await flushPromises()
}

test('every bot shows its number, its language and its channels with what is wrong in words', async () => {
  const { page } = await open()
  expect(page.text()).toContain('Shop')
  expect(page.text()).toContain('bot_id 1')
  expect(page.text()).toContain('Ukrainian')
  expect(shown(`dot-${acme.id}`)?.getAttribute('aria-label')).toBe('Acme: Needs attention. Telegram could not deliver 3 updates.')
  expect(shown(`row-${bank.id}`)?.textContent).toContain('No channels yet')
})

test('without bots the page says what one is for and offers to make it', async () => {
  const { page } = await open(answers({ bots: [], accounts: [] }))
  expect(page.text()).toContain('A bot takes messages')
  expect(shown('first-bot')).not.toBeNull()
})

test('a new bot is made in the drawer, and its page opens', async () => {
  const made = { ...shop, id: 'b3', number: 3, name: 'Support' }
  const { ui } = await open({ ...answers({ bots: [], accounts: [] }), [`POST ${at}/bots`]: made })
  shown('first-bot')?.click()
  await flushPromises()
  await type('bot-name', 'Support')
  document.querySelector<HTMLFormElement>('#bot-form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
  expect(ui.calls.at(-1)).toMatchObject({ method: 'POST', path: `${at}/bots`, body: { name: 'Support', language: 'en' } })
  expect(ui.router.currentRoute.value.path).toBe('/settings-page/bots/3')
})

test('a refused name stays in the form, with what the server said', async () => {
  const refuse = () => {
    throw { status: 409, code: 'conflict', detail: 'There is a bot of this name.' }
  }
  await open({ ...answers({ bots: [], accounts: [] }), [`POST ${at}/bots`]: refuse })
  shown('first-bot')?.click()
  await flushPromises()
  await type('bot-name', 'Support')
  document.querySelector<HTMLFormElement>('#bot-form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
  expect(shown('bot-problem')?.textContent).toContain('There is a bot of this name.')
  expect((shown('bot-name') as HTMLInputElement).value).toBe('Support')
})

test('the switch moves at once and back when the server refuses', async () => {
  let refuse = (_: unknown): void => undefined
  const { page } = await open({ ...answers(), [`PATCH ${at}/bots/b1`]: () => new Promise((_, reject) => (refuse = reject)) })
  const active = page.get<HTMLInputElement>('[data-testid="active-1"]')
  await active.setValue(false)
  expect(page.get<HTMLInputElement>('[data-testid="active-1"]').element.checked).toBe(false)
  refuse({ status: 403, code: 'forbidden', detail: 'no' })
  await flushPromises()
  expect(page.get<HTMLInputElement>('[data-testid="active-1"]').element.checked).toBe(true)
})

test('who may only look finds nothing to press', async () => {
  const { page, ui } = await open(answers(), ['bots.view'])
  expect(page.get<HTMLInputElement>('[data-testid="active-1"]').element.disabled).toBe(true)
  expect(page.find('.ui-icon-button').exists()).toBe(false)
  expect(ui.calls.every(({ method }) => method === 'GET')).toBe(true)
})

test('what could not be loaded says so and can be tried again', async () => {
  let broken = true
  const bots = () => {
    if (broken) throw { status: 503, code: 'plugin_unavailable', detail: 'The database is away.' }
    return { bots: [shop] }
  }
  const { page } = await open({ ...answers(), [`GET ${at}/bots`]: bots })
  expect(page.text()).toContain('The database is away.')
  broken = false
  await page.get('button').trigger('click')
  await flushPromises()
  expect(page.text()).toContain('Shop')
})
