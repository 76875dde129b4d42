import { createTestUi } from '@parley/ui-sdk/testing'
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { ref } from 'vue'
import type { PluginDetails } from './system-plugin.ts'
import PluginTouchList from './PluginTouchList.vue'

const plugin = {
  ...{ id: 'acme', consumes: [], optional: [], provides: [], owns: [], contributes: [], owners: {}, neededBy: [], dependants: [] },
  ...{ routes: [], jobs: [], events: [], topics: [], sockets: [], connectors: [], settings: [], tables: false, screens: true },
  permissions: [
    { id: 'acme_crm.export', title: 'Export deals' },
    { id: 'acme_crm.merge', title: 'Merge deals' },
  ],
} as unknown as PluginDetails

test('rights are told in the words of the plugin’s own texts, and as they were declared where it has none', () => {
  const acme = { permissions: { acme_crm: { export: 'Вивантажувати угоди' } } }
  const ui = createTestUi({ pluginId: 'shell', locales: { acme } })
  const list = mount(PluginTouchList, { props: { plugin, only: ['rights'] }, global: ui.global })
  expect(list.findAll('li').map((row) => row.text())).toEqual(['Вивантажувати угоди acme_crm.export', 'Merge deals acme_crm.merge'])
})

test('a plugin without screens says its rights in both languages in its manifest', () => {
  const words = { en: 'See deals', uk: 'Бачити угоди' }
  const silent = { ...plugin, permissions: [{ id: 'acme_crm.view', title: 'See deals', words }] } as PluginDetails
  const shown = (locale: string): string => {
    const texts = { ...createTestUi({}).runtime.texts, locale: ref(locale) }
    const ui = createTestUi({ pluginId: 'shell', texts })
    return mount(PluginTouchList, { props: { plugin: silent, only: ['rights'] }, global: ui.global })
      .find('li')
      .text()
  }
  expect([shown('en'), shown('uk')]).toEqual(['See deals acme_crm.view', 'Бачити угоди acme_crm.view'])
})

test('an empty list is none where the package says so, and unsaid where it leaves it out', () => {
  const shown = (more: object): string[] => {
    const given = { ...plugin, permissions: [], ...more } as PluginDetails
    const props = { plugin: given, only: ['rights', 'outbound', 'uses', 'usesIfThere', 'addsTo', 'offers'] }
    const list = mount(PluginTouchList, { props, global: createTestUi({ pluginId: 'shell' }).global })
    return list.findAll('dd').map((group) => group.text())
  }
  const [none, unsaid] = [(group: string) => `shell.plugins.touchNone.${group}`, 'shell.plugins.touch.unsaid']
  expect(shown({ outbound: ['api.line.me', '*'] })[1]).toBe('api.line.me shell.plugins.touch.entered')
  expect(shown({ outbound: [] })).toEqual(['rights', 'outbound', 'uses', 'addsTo'].map(none))
  const left = ['permissions', 'consumes', 'optional', 'provides', 'owns', 'contributes']
  expect(shown({ unsaid: left })).toEqual([unsaid, unsaid, unsaid, unsaid, unsaid, unsaid])
})
