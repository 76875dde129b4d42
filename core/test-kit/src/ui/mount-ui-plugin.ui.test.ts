import { contribute, defineUiPlugin, uiPoint, useApi, useCommands, usePermission, useText, useTopic, topicReference } from '@parley/ui-sdk'
import { afterEach, expect, test } from 'vitest'
import { defineComponent, h, onMounted, ref } from 'vue'
import { mountUiPlugin, type MountedUiPlugin, type MountUiPluginOptions } from './mount-ui-plugin.ts'

const panels = uiPoint<{ component: () => Promise<{ default: object }> }>('desk.panels@1')

const NotesPage = defineComponent({
  setup() {
    const { t } = useText()
    const api = useApi()
    const notes = ref<string[]>([])
    const mayWrite = usePermission('notes.edit')
    const load = async (): Promise<void> => void (notes.value = (await api.get<{ notes: string[] }>('list')).notes)
    onMounted(load)
    useTopic<object, { text: string }>(topicReference('notes.all@1' as never), ref({}), ({ text }) => notes.value.push(text), { refetch: load })
    useCommands(() => [{ id: 'notes.new', title: 'New', run: () => undefined }])
    return () =>
      h('main', [
        h('h1', t('count', { count: notes.value.length })),
        ...notes.value.map((note) => h('p', note)),
        mayWrite.value ? h('button', { onClick: () => api.post('list', { text: 'new' }) }, t('write')) : t('forgotten'),
      ])
  },
})
const NotePage = defineComponent({
  props: { id: String },
  setup:
    ({ id }) =>
    () =>
      h('main', `Note ${id}`),
})
const Panel = defineComponent({
  props: { client: String },
  setup:
    ({ client }) =>
    () =>
      h('aside', `Notes of ${client}`),
})
const Broken = defineComponent({
  setup: () => () => {
    throw new Error('out of ink')
  },
})

const plugin = defineUiPlugin({
  id: 'notes',
  locales: {
    en: { count: 'one note | {count} notes', write: 'Write' },
    uk: { count: '{count} нотатка | {count} нотатки | {count} нотаток', write: 'Написати' },
  },
  routes: [
    { path: '', title: 'notes.title', component: async () => ({ default: NotesPage }) },
    { path: ':id', title: 'notes.title', props: true, component: async () => ({ default: NotePage }) },
    { path: 'broken/page', title: 'notes.title', component: async () => ({ default: Broken }) },
  ],
  navigation: [{ title: 'notes.title', icon: 'note', to: '' }],
  contributes: [contribute(panels, 'notes', { component: async () => ({ default: Panel }) })],
})

let mounted: MountedUiPlugin | undefined
afterEach(() => mounted?.unmount())
const open = async (options: MountUiPluginOptions = {}) =>
  (mounted = await mountUiPlugin(plugin, {
    answers: { 'GET /api/v1/notes/list': { notes: ['a', 'b'] }, 'POST /api/v1/notes/list': { id: 1 } },
    ...options,
  }))

test('a page stands in its plugin, asks the made-up server, and its calls are kept', async () => {
  const { screen, calls, settle, navigation, commands, failures } = await open()
  expect(screen.text()).toBe('2 notesabWrite')
  await screen.get('button').trigger('click')
  await settle()
  expect(calls[0]).toMatchObject({ method: 'GET', path: '/api/v1/notes/list' })
  expect(calls.at(-1)).toMatchObject({ method: 'POST', path: '/api/v1/notes/list', body: { text: 'new' } })
  expect(navigation).toMatchObject([{ to: '/notes' }])
  expect(commands.all.value.map(({ id }) => id)).toEqual(['notes.new'])
  expect(failures).toEqual([])
})

test('the texts are real: both languages, their plurals, and the keys that have no words', async () => {
  const { screen, speak, missingTexts } = await open({ language: 'uk' })
  expect(screen.text()).toContain('2 нотатки')
  expect(missingTexts).toEqual([])
  await speak('en')
  expect(screen.text()).toContain('2 notes')
  mounted!.unmount()
  expect((await open({ user: { permissions: [] } })).missingTexts).toEqual(['notes.forgotten'])
})

test('the router is real: other pages, their parameters, and no page elsewhere', async () => {
  const { screen, go } = await open({ path: '/notes/7' })
  expect(screen.text()).toBe('Note 7')
  await go('/notes')
  expect(screen.text()).toContain('2 notes')
  await expect(go('/elsewhere')).rejects.toThrow('"notes" has no page at "/elsewhere". It has: ')
})

test('the registry is real: what was added to a point is drawn with the owner’s context', async () => {
  const { screen } = await open({ slot: { point: panels, context: { client: 'Olena' } } })
  expect(screen.text()).toBe('Notes of Olena')
})

test('live messages arrive, and what fails is caught by the plugin’s boundary and told', async () => {
  const live = await open()
  live.send('notes.all@1', {}, { text: 'c' })
  await live.settle()
  expect(live.screen.text()).toContain('3 notes')
  await live.go('/notes/broken/page')
  expect(live.screen.text()).toBe('notes: Error: out of ink')
  expect(live.failures).toMatchObject([{ message: 'out of ink' }])
})

test('what the shell refuses is refused here', async () => {
  await expect(mountUiPlugin({ ...plugin, routes: [{ ...plugin.routes![0]!, path: '/api/mine' }] })).rejects.toThrow(
    'that address belongs to the server',
  )
})
