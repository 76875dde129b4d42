import { createTestUi } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { bank, shop } from '../../../test/ui-fixture.ts'
import en from '../locales/en.json'
import BotLimit from './BotLimit.vue'

afterEach(() => document.body.replaceChildren())

const draw = async (modelValue: string[], answers: Record<string, unknown>) => {
  const ui = createTestUi({ pluginId: 'conversations', locales: { conversations: en }, answers })
  const field = mount(BotLimit, { props: { modelValue }, global: ui.global, attachTo: document.body })
  await flushPromises()
  return field
}

test('names the chosen bots, and offers the others', async () => {
  const field = await draw([shop.id], { 'GET /api/v1/conversations/bots': { bots: [shop, bank] } })
  expect(field.text()).toContain('Shop')
  expect(field.text()).not.toContain('Bank')
  await field.get('[data-testid=bot-limit]').trigger('click')
  await flushPromises()
  const other = [...document.querySelectorAll<HTMLElement>('[role=option]')].find((option) => option.textContent?.includes('Bank'))!
  other.click()
  await flushPromises()
  expect(field.emitted('update:modelValue')).toEqual([[[shop.id, bank.id]]])
})

test('says that none chosen means all', async () => {
  const field = await draw([], { 'GET /api/v1/conversations/bots': { bots: [shop] } })
  expect(field.text()).toContain('All bots')
})
