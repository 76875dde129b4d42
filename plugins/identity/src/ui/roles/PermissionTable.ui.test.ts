import { createTestUi } from '@parley/ui-sdk/testing'
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import type { PermissionModule } from '../identity-types.ts'
import en from '../locales/en.json'
import PermissionTable from './PermissionTable.vue'

const right = (module: string, verb: string, title: string) => ({ id: `${module}.${verb}`, verb, title, scope: 'instance' as const })
const modules: PermissionModule[] = [
  { module: 'clients', plugin: 'clients', permissions: [right('clients', 'view', 'See clients'), right('clients', 'edit', 'Change clients')] },
  { module: 'acme_crm', plugin: 'acme', permissions: [right('acme_crm', 'view', 'See deals'), right('acme_crm', 'export', 'Export deals')] },
]

function draw(chosen: readonly string[], user: object = {}, more: object = {}, locales: Readonly<Record<string, object>> = {}) {
  const ui = createTestUi({ pluginId: 'identity', locales: { identity: en, ...locales }, user })
  const table = mount(PermissionTable, { props: { modules, modelValue: chosen, ...more }, global: ui.global })
  const box = (label: string) =>
    table.findAll('input').find((input) => (input.attributes('aria-label') ?? input.element.closest('label')?.textContent)?.includes(label))!
  const last = () => (table.emitted('update:modelValue') as [string[]][] | undefined)?.at(-1)?.[0]
  return { table, box, last }
}

test('the main access of a row gives and takes all of it', async () => {
  const { box, last } = draw(['clients.view'])
  expect((box('Clients: main access').element as HTMLInputElement).indeterminate).toBe(true)
  await box('Clients: main access').setValue(true)
  expect(last()?.toSorted()).toEqual(['clients.edit', 'clients.view'])
})

test('a special right has its own words, those of an unknown plugin as it declared them', () => {
  const { table } = draw([])
  expect(table.text()).toContain('Acme crm')
  expect(table.text()).toContain('Export deals')
})

test('a plugin brings the words for its rights with its other texts, of its own modules only', () => {
  const acme = { permissions: { acme_crm: { title: 'Угоди', export: 'Вивантажувати угоди' }, clients: { title: 'Не його' } } }
  const text = draw([], {}, {}, { acme }).table.text()
  expect(text).toContain('Угоди')
  expect(text).toContain('Вивантажувати угоди')
  expect(text).not.toContain('Export deals')
  expect(text).not.toContain('Не його')
})

test('a plugin without screens brings them in its manifest', () => {
  const words = { en: 'Export all deals', uk: 'Вивантажувати угоди' }
  const silent = [{ ...modules[1]!, permissions: [{ ...right('acme_crm', 'export', 'Export deals'), words }] }]
  expect(draw([], {}, { modules: silent }).table.text()).toContain(words.en)
})

test('rights one does not hold cannot be given, and a row keeps them', async () => {
  const { box, last } = draw(['clients.edit'], { permissions: ['clients.view'] })
  expect(box('Clients: Edit').attributes('disabled')).toBeDefined()
  expect(box('Acme crm: main access').attributes('disabled')).toBeDefined()
  await box('Clients: View').setValue(true)
  expect(last()?.toSorted()).toEqual(['clients.edit', 'clients.view'])
})

test('a fixed role is shown and cannot be changed', () => {
  const { table } = draw(['clients.view'], {}, { readonly: true })
  expect(table.findAll('input').every((input) => input.attributes('disabled') !== undefined)).toBe(true)
})
