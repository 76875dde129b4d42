import { createTestUi } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, test } from 'vitest'
import { shopScenario } from '../server/demo/shop-scenario.ts'
import en from './locales/en.json'
import uk from './locales/uk.json'
import ScenariosPage from './ScenariosPage.vue'

const bot = { id: '3f0e7a52-5a4a-4f0e-8f5e-000000000001', number: 1, name: 'Tea shop' }
const base = '/api/v1/scenario-runtime'
const problem = { level: 'error', path: '/sections/0/nodes/3/parameters/text', section: 'main', node: 'menu', message: 'Too short' }

const answers = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  [`GET ${base}/scenarios`]: [
    {
      bot,
      draft: { revision: 2, at: '2026-11-20T10:00:00.000Z', changed: true },
      published: { version: 1, at: '2026-11-20T09:00:00.000Z', by: 'Olena' },
    },
  ],
  [`GET ${base}/bots/${bot.id}/draft`]: { document: shopScenario, revision: 2, at: '2026-11-20T10:00:00.000Z', problems: [] },
  [`GET ${base}/bots/${bot.id}/versions`]: [{ version: 1, at: '2026-11-20T09:00:00.000Z', by: 'Olena', warnings: 0 }],
  ...more,
})

let unmount: (() => void) | undefined
afterEach(() => unmount?.())

const open = async (more: Record<string, unknown> = {}, permissions = ['scenarios.view', 'scenarios.edit']) => {
  const ui = createTestUi({
    pluginId: 'scenario-runtime',
    answers: answers(more) as never,
    user: { permissions },
    locales: { 'scenario-runtime': en },
  })
  const page = mount(ScenariosPage, { global: ui.global, attachTo: document.body })
  unmount = () => page.unmount()
  await flushPromises()
  return { ui, page }
}
const inBody = (testid: string): HTMLElement => document.body.querySelector<HTMLElement>(`[data-testid="${testid}"]`)!

describe('the page of scenarios', () => {
  test('lists bots with what they have, and shows the sections, nodes and open addresses of the draft', async () => {
    const { page } = await open()
    expect(inBody('bot-1').textContent).toContain('Version 1, draft changed')
    expect(page.text()).toContain('Чайна лавка')
    await page.get('[data-node="status-entry"] button').trigger('click')
    expect(page.get('[data-node="status-entry"]').text()).toContain('/kw/api/call_node/1/status-entry')
  })

  test('lists problems and jumps from one to its node', async () => {
    const draft = { document: shopScenario, revision: 2, at: '2026-11-20T10:00:00.000Z', problems: [problem] }
    const { page } = await open({ [`GET ${base}/bots/${bot.id}/draft`]: draft })
    await page.get('[data-testid="tab-problems"]').trigger('mousedown')
    await flushPromises()
    expect(inBody('problem').textContent).toContain('Too short')
    inBody('problem').click()
    await flushPromises()
    expect(page.get('[data-node="menu"] button').attributes('aria-expanded')).toBe('true')
  })

  test('imports a pasted document, and shows why one cannot be kept', async () => {
    const missing = () => Promise.reject(Object.assign(new Error('none'), { status: 404, code: 'not_found', detail: 'none' }))
    const { ui } = await open({
      [`GET ${base}/bots/${bot.id}/draft`]: missing,
      [`POST ${base}/bots/${bot.id}/validate`]: { readable: false, problems: [{ level: 'error', path: '/sections', message: 'Not a list' }] },
    })
    inBody('import').click()
    await flushPromises()
    const field = inBody('import-text') as HTMLTextAreaElement
    field.value = '{ "format": '
    field.dispatchEvent(new Event('input'))
    await flushPromises()
    expect(document.body.textContent).toContain('This is not a JSON document')
    expect((inBody('import-run') as HTMLButtonElement).disabled).toBe(true)
    field.value = '{ "format": "x" }'
    field.dispatchEvent(new Event('input'))
    await flushPromises()
    inBody('import-run').click()
    await flushPromises()
    expect(document.body.textContent).toContain('Not a list')
    expect(ui.calls.some(({ method }) => method === 'PUT')).toBe(false)
  })

  test('publishes after showing what changes and who stands in the live version', async () => {
    const pending = {
      live: 1,
      changes: [{ change: 'added', what: 'node', id: 'x', title: 'New greeting', section: 'Main' }],
      standing: [{ node: 'menu', title: 'Menu', count: 3 }],
    }
    const { ui } = await open({
      [`GET ${base}/bots/${bot.id}/changes`]: pending,
      [`POST ${base}/bots/${bot.id}/publish`]: { version: 2, problems: [] },
    })
    inBody('publish').click()
    await flushPromises()
    expect(document.body.textContent).toContain('New greeting')
    expect(document.body.textContent).toContain('3 conversations stand in the live version')
    inBody('publish-run').click()
    await flushPromises()
    expect(ui.calls.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  test('offers nothing to change to who may only look', async () => {
    await open({}, ['scenarios.view'])
    expect(inBody('publish')).toBeNull()
  })
})

test('both languages have the same words', () => {
  const keys = (value: object, path = ''): string[] =>
    Object.entries(value).flatMap(([key, item]) => (typeof item === 'object' ? keys(item as object, `${path}${key}.`) : [path + key]))
  expect(keys(uk)).toEqual(keys(en))
})
