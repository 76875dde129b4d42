import { UiMenu } from '@parley/ui-kit'
import { createTestUi } from '@parley/ui-sdk/testing'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import ActionPage from './editor/ActionPage.vue'
import { lineOfPath, parseConfig } from './editor/action-fields.ts'
import type { EditorOptions, LineProblem } from './editor/codemirror.ts'
import ActionsPage from './list/ActionsPage.vue'
import en from './locales/en.json'
import uk from './locales/uk.json'

const base = '/api/v1/action-jail'
const summary = { description: '', group: 'shop', version: 1, updatedAt: '2026-11-22T00:00:00.000Z', updatedBy: 'Ada', uses: 0 }
const saved = {
  ...{ id: 'action_order', name: 'Order', description: '', group: 'shop', code: 'module.exports = () => "found"\n', documentation: '' },
  config: { parameters: [], json_example: {}, events_schema: ['found'] },
  ...{ version: 2, updatedAt: '2026-11-22T00:00:00.000Z', updatedBy: 'Ada' },
  uses: [{ bot: { id: 'b1', number: 1, name: 'Tea shop' }, draft: 1, live: 1 }],
}
const form = { schema: { type: 'object', properties: { number: { type: 'string', title: 'Number' } } }, groups: [], events: [{ name: 'found' }] }

/** Editors that were made, newest last: what CodeMirror would show. */
const editors: { options: EditorOptions; problems: readonly LineProblem[]; revealed: number[] }[] = []
vi.mock('./editor/codemirror.ts', () => ({
  createEditor: (options: EditorOptions) => {
    const editor = { options, problems: [] as readonly LineProblem[], revealed: [] as number[] }
    editors.push(editor)
    return {
      setText: () => undefined,
      setReadOnly: () => undefined,
      setProblems: (problems: readonly LineProblem[]) => (editor.problems = problems),
      reveal: (line: number) => editor.revealed.push(line),
      destroy: () => undefined,
    }
  },
}))

let unmount: (() => void) | undefined
beforeEach(() => {
  editors.length = 0
  localStorage.clear()
})
afterEach(() => unmount?.())

const open = async (component: object, path: string, answers: Record<string, unknown> = {}, permissions = ['*']) => {
  const ui = createTestUi({ pluginId: 'action-jail', answers, user: { permissions }, locales: { 'action-jail': en } })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/action-jail/:id', component: { render: () => null } },
      { path: '/:path(.*)*', component: { render: () => null } },
    ],
  })
  await router.push(path)
  const page = mount(component, {
    global: { plugins: [...ui.global.plugins.slice(0, 1), router, ...ui.global.plugins.slice(2)] },
    attachTo: document.body,
  })
  unmount = () => page.unmount()
  await flushPromises()
  return { ui, page, router }
}
const inBody = (testId: string): HTMLElement => document.body.querySelector<HTMLElement>(`[data-testid="${testId}"]`)!
const press = async (testId: string): Promise<void> => {
  inBody(testId).click()
  await flushPromises()
}

const openAction = (answers: Record<string, unknown> = {}) =>
  open(ActionPage, '/action-jail/action_order', {
    [`GET ${base}/actions/action_order`]: saved,
    [`POST ${base}/check`]: { problems: [], form },
    ...answers,
  })
const type = async (text: string): Promise<void> => {
  editors.at(-1)!.options.onChange(text)
  await flushPromises()
}
const saveByKey = async (): Promise<void> => {
  window.dispatchEvent(new KeyboardEvent('keydown', { key: 's', ctrlKey: true }))
  await flushPromises()
}

describe('the list', () => {
  const actions = [
    { ...summary, id: 'action_order', name: 'Order status', uses: 2 },
    { ...summary, id: 'action_price', name: 'Price', group: 'money' },
  ]

  test('is searched by name and id, narrowed by group, and says who uses an action', async () => {
    const { page, router } = await open(ActionsPage, '/action-jail', { [`GET ${base}/actions`]: { actions } })
    expect(page.text()).toContain('2 scenarios')
    await page.get('[data-testid="search"]').setValue('pri')
    await flushPromises()
    expect([page.text().includes('Price'), page.text().includes('Order status')]).toEqual([true, false])
    await router.replace({ query: { group: 'shop' } })
    await flushPromises()
    expect([page.text().includes('Price'), page.text().includes('Order status')]).toEqual([false, true])
  })

  test('teaches where there is nothing, and offers nothing to who may only look', async () => {
    await open(ActionsPage, '/action-jail', { [`GET ${base}/actions`]: { actions: [] } })
    expect(document.body.textContent).toContain('No actions of your own yet')
    expect(inBody('first')).not.toBeNull()
    unmount?.()
    await open(ActionsPage, '/action-jail', { [`GET ${base}/actions`]: { actions: [] } }, ['action_jail.view'])
    expect(inBody('first')).toBeNull()
  })
})

describe('the editor', () => {
  test('saves by Ctrl+S what was changed, from the version it was begun with', async () => {
    const answer = { ...saved, version: 3, code: 'changed' }
    const { ui } = await openAction({ [`PUT ${base}/actions/action_order`]: answer })
    await saveByKey()
    expect(ui.calls.some(({ method }) => method === 'PUT')).toBe(false)
    await type('changed')
    expect(document.body.textContent).toContain('Not saved')
    await saveByKey()
    expect(ui.calls.find(({ method }) => method === 'PUT')?.body).toMatchObject({ version: 2, code: 'changed', config: saved.config })
    expect(document.body.textContent).not.toContain('Not saved')
  })

  test('shows all that is wrong with its lines, and saves nothing', async () => {
    const problems = [
      { level: 'error', part: 'code', code: 'code_syntax', message: 'x', line: 3, column: 2, values: { reason: 'no brace' } },
      { level: 'error', part: 'config', code: 'parameter_twice', message: 'x', path: 'parameters.1.name', values: { name: 'a' } },
    ]
    const { ui } = await openAction({ [`POST ${base}/check`]: { problems } })
    await type('broken')
    await saveByKey()
    expect(ui.calls.some(({ method }) => method === 'PUT')).toBe(false)
    expect(document.body.textContent).toContain('There are two parameters “a”.')
    expect(editors.at(-1)!.problems).toMatchObject([{ level: 'error', line: 3, message: 'The code cannot be read: no brace' }])
    expect(editors.at(-1)!.revealed).toContain(3)
  })

  test('keeps what was written when somebody else has saved, and goes on with it when that is wanted', async () => {
    const stale = () => Promise.reject(Object.assign(new Error('x'), { status: 409, code: 'stale_write', detail: 'Oleh saved version 3' }))
    let theirs: object = saved
    const answers: Record<string, unknown> = { [`GET ${base}/actions/action_order`]: () => theirs, [`PUT ${base}/actions/action_order`]: stale }
    const { ui } = await openAction(answers)
    await type('mine')
    theirs = { ...saved, version: 3, updatedBy: 'Oleh', code: 'theirs' }
    await saveByKey()
    expect(document.body.textContent).toContain('Oleh saved version 3 since you began')
    await saveByKey()
    expect(ui.calls.filter(({ method }) => method === 'PUT')).toHaveLength(1)
    await press('keep-mine')
    await saveByKey()
    expect(ui.calls.filter(({ method }) => method === 'PUT').at(-1)?.body).toMatchObject({ version: 3, code: 'mine' })
  })

  test('has what was written after the page was left, and can discard it', async () => {
    await openAction()
    await type('mine')
    unmount?.()
    await openAction()
    expect(editors.at(-1)!.options.text).toBe('mine')
    expect(document.body.textContent).toContain('Not saved')
  })

  test('runs a test and leads to the line of an error', async () => {
    const failure = { reason: 'thrown', message: 'no luck', line: 4 }
    const log = [{ level: 'warn', text: 'hm' }]
    const { ui } = await openAction({ [`POST ${base}/test`]: { constants: {}, removed: [], log, failure } })
    await press('test')
    await press('run-test')
    expect(ui.calls.find(({ path }) => path.endsWith('/test'))?.body).toMatchObject({
      id: 'action_order',
      code: saved.code,
      parameters: {},
      constants: {},
    })
    expect(inBody('test-result').textContent).toContain('no luck')
    expect(inBody('log').textContent).toContain('hm')
    expect(editors.at(-1)!.problems).toMatchObject([{ line: 4 }])
    await press('to-line')
    expect(editors.at(-1)!.revealed).toEqual([4])
  })

  test.each([
    ['is asked about first while scenarios use it', saved.uses, 0],
    ['goes at once when nobody does', [], 1],
  ])('an action that is deleted %s', async (_name, uses, calls) => {
    const { ui, page, router } = await openAction({
      [`GET ${base}/actions/action_order`]: { ...saved, uses },
      [`DELETE ${base}/actions/action_order`]: undefined,
    })
    const entries = page.getComponent(UiMenu).props('entries') as readonly { testId?: string; run?: () => void }[]
    entries.find(({ testId }) => testId === 'remove')!.run!()
    await flushPromises()
    expect(ui.calls.filter(({ method }) => method === 'DELETE')).toHaveLength(calls)
    expect(router.currentRoute.value.path).toBe(calls === 1 ? '/action-jail' : '/action-jail/action_order')
  })
})

test('places of a config are found in its text', () => {
  const text = JSON.stringify({ parameters: [{ name: 'a, {"b"' }, { name: 'b' }], ui: { groups: [] }, events_schema: ['x', 'x'] }, undefined, 2)
  const at = (path: string) => text.split('\n')[lineOfPath(text, path) - 1]!.trim()
  expect(at('parameters.1.name')).toBe('"name": "b"')
  expect(at('parameters.0.name')).toBe('"name": "a, {\\"b\\""')
  expect(at('events_schema.1')).toBe('"x"')
  expect(at('events_schema')).toBe('"events_schema": [')
  expect(parseConfig('{\n  "a": 1,\n}').problem?.line).toBe(3)
  expect(parseConfig('[]').config).toBeUndefined()
})

test('both languages have the same words', () => {
  const keys = (value: object, path = ''): string[] =>
    Object.entries(value).flatMap(([key, item]) => (typeof item === 'object' ? keys(item as object, `${path}${key}.`) : [path + key]))
  expect(keys(uk)).toEqual(keys(en))
})
