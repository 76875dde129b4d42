import { createTestUi, type TestUi, type TestUiOptions } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { ref } from 'vue'
import { acme, answers, shop } from '../../../test/ui-fixture.ts'
import { useBots } from '../bots.store.ts'
import en from '../locales/en.json'
import ConnectWizard from './ConnectWizard.vue'

const at = '/api/v1/conversations'
const healthy = { state: 'ok', text: 'The token works.', identity: { name: 'Acme (@acme_bot)', url: 'https://t.me/acme_bot' } }
const broken = { state: 'broken', text: 'Telegram does not know this token. Copy it again from @BotFather.' }
let leave = (): void => undefined
afterEach(() => leave())

const Host = {
  components: { ConnectWizard },
  setup() {
    const store = useBots()
    void store.load()
    return { store, shop }
  },
  data: () => ({ open: true }),
  template: '<ConnectWizard v-if="store.loaded" v-model:open="open" :bot="shop" />',
}

async function open(given: object, more: TestUiOptions = {}): Promise<TestUi> {
  const ui = createTestUi({ pluginId: 'conversations', answers: { ...answers(), ...given }, locales: { conversations: en }, ...more })
  const page = mount(Host, { global: ui.global, attachTo: document.body })
  leave = () => page.unmount()
  await flushPromises()
  return ui
}

const shown = (id: string): HTMLElement | null => document.querySelector(`[data-testid="${id}"]`)
const dialog = (): string => shown('connect')?.textContent ?? ''

async function press(id: string): Promise<void> {
  shown(id)?.click()
  await flushPromises()
}

async function type(id: string, text: string): Promise<void> {
  const field = shown(id) as HTMLInputElement
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await flushPromises()
}

test('the kinds say what they are for and what they can do', async () => {
  await open({})
  expect(shown('kind-telegram')?.textContent).toContain('People write to a bot of yours.')
  expect(shown('kind-telegram')?.textContent).toContain('Buttons')
  expect(shown('kind-telegram')?.textContent).toContain('Files up to')
})

test('a token is asked of the provider first; then the account is saved under the name the provider gave, and says what comes next', async () => {
  const ui = await open({
    [`POST ${at}/accounts/check`]: healthy,
    [`POST ${at}/accounts`]: { ...acme, title: 'Acme (@acme_bot)', health: healthy },
    [`GET ${at}/accounts/a1/next-steps`]: { steps: [{ title: { en: 'Write to the bot', uk: 'Напишіть боту' }, url: 'https://t.me/acme_bot' }] },
  })
  await press('kind-telegram')
  await type('field-token', '123:abc')
  await press('proceed')
  expect(ui.calls.at(-1)).toMatchObject({
    path: `${at}/accounts/check`,
    body: { botId: 'b1', channel: 'telegram', config: { token: '123:abc', mode: 'webhook' } },
  })
  expect(shown('check-ok')?.textContent).toContain('Belongs to Acme (@acme_bot)')
  await press('proceed')
  expect(ui.calls.find(({ method, path }) => method === 'POST' && path === `${at}/accounts`)?.body).toMatchObject({ title: 'Acme (@acme_bot)' })
  expect(dialog()).toContain('is connected')
  expect(shown('step-1')?.textContent).toContain('Write to the bot')
  expect(shown('step-1')?.querySelector('a')?.href).toBe('https://t.me/acme_bot')
})

test('a bad token shows the provider’s words, keeps what was typed, and is saved only on purpose', async () => {
  const ui = await open({ [`POST ${at}/accounts/check`]: broken, [`POST ${at}/accounts`]: { ...acme, health: broken } })
  await press('kind-telegram')
  await type('field-token', '123:wrong')
  expect(shown('connect-anyway')).toBeNull()
  await press('proceed')
  expect(shown('check-broken')?.textContent).toContain('Copy it again from @BotFather.')
  expect((shown('field-token') as HTMLInputElement).value).toBe('123:wrong')
  expect(ui.calls.some(({ path, method }) => method === 'POST' && path === `${at}/accounts`)).toBe(false)
  await press('connect-anyway')
  expect(ui.calls.some(({ path, method }) => method === 'POST' && path === `${at}/accounts`)).toBe(true)
})

test('what is wrong, by the form and by the provider, is said in Ukrainian to whoever reads it', async () => {
  const texts = { locale: ref('uk'), has: () => false, translate: (key: string) => key, add: async () => () => undefined }
  const wrong = { status: 400, code: 'invalid_input', detail: 'Wrong.', issues: [{ path: ['config', 'token'], message: 'A token looks like 1:AA.' }] }
  let refused = true
  const words = { en: broken.text, uk: 'Telegram не знає цього токена.' }
  const check = () => {
    if (refused) throw wrong
    return { ...broken, words }
  }
  await open({ [`POST ${at}/accounts/check`]: check }, { texts })
  await press('kind-telegram')
  await type('field-token', '123:wrong')
  await press('proceed')
  expect(dialog()).toContain('Токен має вигляд 1:AA.')
  refused = false
  await press('proceed')
  expect(shown('check-broken')?.textContent).toContain(words.uk)
  expect(shown('check-broken')?.textContent).not.toContain(words.en)
})

test('what is typed after a check makes the check old', async () => {
  await open({ [`POST ${at}/accounts/check`]: healthy })
  await press('kind-telegram')
  await type('field-token', '123:abc')
  await press('proceed')
  expect(shown('proceed')?.textContent).toContain('Connect')
  await type('field-token', '123:abcd')
  expect(shown('check-ok')).toBeNull()
  expect(shown('proceed')?.textContent).toContain('Check')
})

test('an empty token is named at its field and nobody is asked', async () => {
  const ui = await open({})
  await press('kind-telegram')
  const before = ui.calls.length
  await press('proceed')
  expect(ui.calls).toHaveLength(before)
  expect(shown('field-token')?.getAttribute('aria-invalid')).toBe('true')
})

test('what the server refuses stands under its field', async () => {
  const refuse = () => {
    throw {
      status: 400,
      code: 'invalid_input',
      detail: 'Not complete.',
      issues: [{ path: 'config.token', message: 'A token looks like 123456789:AA…' }],
    }
  }
  await open({ [`POST ${at}/accounts/check`]: refuse })
  await press('kind-telegram')
  await type('field-token', 'nonsense')
  await press('proceed')
  expect(dialog()).toContain('A token looks like 123456789:AA…')
  expect((shown('field-token') as HTMLInputElement).value).toBe('nonsense')
})

test('a refusal of the plugin’s own is told in the words of its screens', async () => {
  const refuse = () => {
    throw { status: 400, code: 'conversations/other_server', detail: 'The settings now name https://elsewhere.example.' }
  }
  await open({ [`POST ${at}/accounts/check`]: refuse })
  await press('kind-telegram')
  await type('field-token', '123:abc')
  await press('proceed')
  expect(dialog()).toContain(en.problems.other_server)
})

test('another kind may be looked at without losing what was typed', async () => {
  await open({})
  await press('kind-telegram')
  await type('field-token', '123:abc')
  await press('back')
  await press('kind-telegram')
  expect((shown('field-token') as HTMLInputElement).value).toBe('123:abc')
})

test('a kind without a check connects at once; without steps of its own nothing is left to do', async () => {
  const saved = { ...acme, id: 'a2', channel: 'widget', webhookUrl: '', health: { state: 'ok', text: '' } }
  const ui = await open({ [`POST ${at}/accounts`]: saved, [`GET ${at}/accounts/a2/next-steps`]: { steps: [] } })
  await press('kind-widget')
  await press('proceed')
  expect(ui.calls.some(({ path }) => path === `${at}/accounts/check`)).toBe(false)
  expect(dialog()).toContain('Nothing more to do')
})
