import { mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import {
  contribute,
  ExtensionSlot,
  PluginBoundary,
  topicReference,
  uiPoint,
  useApi,
  useCommands,
  useDrafts,
  usePermission,
  useText,
  useTopic,
} from './index.ts'
import { createTestUi } from './testing.ts'

const empty = (setup: () => unknown) =>
  defineComponent({
    setup() {
      const made = setup() as object
      return { ...made, drawn: () => h('p') }
    },
    render: () => h('p'),
  })

test('inside a boundary the plugin is known, so that words and paths need no prefix', async () => {
  const ui = createTestUi({
    locales: { acme: { open: 'one open | {count} open' } },
    answers: { 'GET /api/v1/acme/things': { items: [1] } },
    user: { permissions: ['acme.view'] },
  })
  const seen: unknown[] = []
  const Inner = empty(() => {
    const { t } = useText()
    seen.push(t('open', { count: 1 }), t('open', { count: 5 }), usePermission('acme.view').value, usePermission('acme.edit').value)
    void useApi()
      .get('things')
      .then((answer) => seen.push(answer))
    return {}
  })
  mount(PluginBoundary, { props: { pluginId: 'acme' }, slots: { default: () => h(Inner) }, global: ui.global })
  await vi.waitFor(() => expect(seen).toEqual(['one open', '5 open', true, false, { items: [1] }]))
})

test('outside of a boundary the composable says how to name the plugin', () => {
  const ui = createTestUi()
  expect(() =>
    mount(
      empty(() => ({ text: useText() })),
      { global: ui.global },
    ),
  ).toThrow("useText('<plugin-id>')")
})

test('live messages reach the component; a reconnect with news reads again, calls never overlap', async () => {
  const ui = createTestUi({ pluginId: 'acme' })
  const received: number[] = []
  let running = 0
  let most = 0
  const refetch = vi.fn(async () => {
    most = Math.max(most, ++running)
    await nextTick()
    running--
  })
  const key = ref<{ id: string } | undefined>()
  const topic = topicReference<never>('acme.things@1' as never) as { id: string }
  const page = mount(
    empty(() => useTopic<{ id: string }, { n: number }>(topic, key, ({ n }) => received.push(n), { refetch })),
    { global: ui.global },
  )
  await nextTick()
  expect(refetch).not.toHaveBeenCalled()
  key.value = { id: 'a' }
  await vi.waitFor(() => expect(refetch).toHaveBeenCalledTimes(1))
  ui.send('acme.things@1', { id: 'a' }, { n: 1 })
  ui.send('acme.things@1', { id: 'b' }, { n: 2 })
  expect(received).toEqual([1])
  page.unmount()
  ui.send('acme.things@1', { id: 'a' }, { n: 3 })
  expect(received).toEqual([1])
  expect(most).toBe(1)
})

test('a draft belongs to its key, survives the component and goes when it is cleared', async () => {
  localStorage.clear()
  const ui = createTestUi()
  const key = ref('acme:1')
  const draftOf = () =>
    mount(
      empty(() => useDrafts(key, { text: '' })),
      { global: ui.global },
    )
  const first = draftOf()
  const state = first.vm as unknown as { draft: { text: string }; clear(): void }
  state.draft.text = 'half a sentence'
  key.value = 'acme:2'
  await nextTick()
  expect(state.draft.text).toBe('')
  key.value = 'acme:1'
  await nextTick()
  expect(state.draft.text).toBe('half a sentence')
  first.unmount()
  const second = draftOf().vm as unknown as { draft: { text: string }; clear(): void }
  expect(second.draft.text).toBe('half a sentence')
  second.clear()
  expect(Object.keys(localStorage)).toEqual([])
})

test('commands live as long as their component', () => {
  const ui = createTestUi()
  const page = mount(
    empty(() => useCommands(() => [{ id: 'acme.take', title: 'Take', run: () => undefined }])),
    { global: ui.global },
  )
  expect(ui.commands.all.value.map(({ id }) => id)).toEqual(['acme.take'])
  page.unmount()
  expect(ui.commands.all.value).toEqual([])
})

test('a slot draws contributions in order; one that fails leaves the others', async () => {
  const ui = createTestUi()
  const point = uiPoint<{ component: () => Promise<{ default: object }> }>('acme.panels@1')
  const panel = (text: string) => ({
    component: async () => ({
      default: defineComponent({ props: { who: String }, setup: (props) => () => h('b', `${text} ${props.who}`) }),
    }),
  })
  const broken = {
    component: async () => ({
      default: defineComponent({
        setup: () => () => {
          throw new Error('broken')
        },
      }),
    }),
  }
  ui.points.add('second', contribute(point, 'second', panel('second'), 20))
  ui.points.add('bad', contribute(point, 'bad', broken, 15))
  ui.points.add('first', contribute(point, 'first', panel('first'), 10))
  const slot = mount(defineComponent({ render: () => h('div', [h(ExtensionSlot as never, { point, context: { who: 'Ada' } })]) }), {
    global: ui.global,
  })
  await vi.waitFor(() => expect(slot.text()).toBe('first Adabad: Error: brokensecond Ada'))
  expect(() => ui.points.add('third', contribute(point, 'first', panel('x')))).toThrow(
    '"third" contributes "first" to "acme.panels@1", but "first" already did.',
  )
})
