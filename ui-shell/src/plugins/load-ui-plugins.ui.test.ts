import { contribute, defineUiPlugin, uiPoint, type UiPluginSpec } from '@parley/ui-sdk'
import { createTexts, createUiPoints, type UiRuntime } from '@parley/ui-sdk/host'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test, vi } from 'vitest'
import { createApp } from 'vue'
import { createMemoryHistory } from 'vue-router'
import { createShellRouter } from '../app/create-router.ts'
import { createNavigation } from '../app/navigation.ts'
import { loadUiPlugins } from './load-ui-plugins.ts'
import { usePluginStatus } from './plugin-status.store.ts'
import type { UiDescriptor } from './ui-descriptor.ts'

const page = async () => ({ default: { render: () => undefined } })
const running = (id: string, more: Partial<UiDescriptor> = {}): UiDescriptor => ({
  id,
  version: '1.0.0',
  state: 'running',
  entry: `/ui/plugins/${id}/1.0.0/plugin-1.js`,
  ...more,
})
const point = uiPoint<string>('acme.words@1')

beforeEach(() => {
  setActivePinia(createPinia())
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  return () => vi.restoreAllMocks()
})

async function load(descriptors: UiDescriptor[], modules: Record<string, UiPluginSpec | Error | object>, styles: Record<string, Error> = {}) {
  const status = usePluginStatus()
  const texts = createTexts('en')
  const points = createUiPoints()
  const session = { can: (permission: string) => permission !== 'hidden.view' }
  const navigation = createNavigation(session as never)
  const router = createShellRouter(Promise.resolve(), createMemoryHistory())
  const registered: string[] = []
  await loadUiPlugins({
    app: createApp({}),
    router,
    navigation,
    status,
    runtime: { texts, points } as unknown as UiRuntime,
    descriptors: async () => descriptors,
    addStyle: async (url) => {
      if (styles[url]) throw styles[url]
    },
    importModule: async (url) => {
      const id = url.split('/')[3] ?? ''
      const found = modules[id]
      if (found instanceof Error) throw found
      return { default: found }
    },
  })
  for (const { id, ui } of status.all) if (ui === 'registered') registered.push(id)
  return { status, router, navigation, texts, points, registered }
}

test('plugins register in the host’s order, with routes, names, navigation and words under their ids', async () => {
  const order: string[] = []
  const plugin = (id: string, orderInRail: number) =>
    defineUiPlugin({
      id,
      routes: [
        { path: '', name: 'home', title: `${id}.title`, component: page },
        { path: `/settings-page/${id}`, title: `${id}.settings`, permission: `${id}.edit`, component: page },
      ],
      navigation: [{ title: `${id}.title`, icon: 'box', to: '', order: orderInRail }],
      locales: { en: { title: `Title of ${id}` }, uk: { title: `Назва ${id}` } },
      setup: () => void order.push(id),
    })
  const { router, navigation, texts, registered } = await load([running('alpha'), running('beta')], {
    alpha: plugin('alpha', 20),
    beta: plugin('beta', 10),
  })
  expect(order).toEqual(['alpha', 'beta'])
  expect(registered).toEqual(['alpha', 'beta'])
  expect(router.resolve({ name: 'alpha.home' }).path).toBe('/alpha')
  expect(router.resolve('/settings-page/beta').meta['permission']).toBe('beta.edit')
  expect(navigation.main.value.map(({ to }) => to)).toEqual(['/beta', '/alpha'])
  expect(texts.translate('alpha.title')).toBe('Title of alpha')
  await texts.use('uk')
  expect(texts.translate('beta.title')).toBe('Назва beta')
})

test('each stage may fail for one plugin while the others go on', async () => {
  const fine = (id: string) => defineUiPlugin({ id, routes: [{ path: '', title: 'x', component: page }] })
  const { status, registered } = await load(
    [
      running('no-style', { style: '/broken.css' }),
      running('no-file'),
      running('no-export'),
      running('other-id'),
      running('bad-setup'),
      { id: 'not-built', version: '1', state: 'running', reason: 'its UI is not built' },
      { id: 'down', version: '1', state: 'failed', reason: 'No database.' },
      { id: 'no-ui', version: '1', state: 'running' },
      running('good'),
    ],
    {
      'no-style': fine('no-style'),
      'no-file': new TypeError('Failed to fetch'),
      'no-export': { something: 'else' },
      'other-id': fine('wrong'),
      'bad-setup': { ...fine('bad-setup'), setup: () => Promise.reject(new Error('Nothing works.')) },
      good: fine('good'),
    },
    { '/broken.css': new Error('The style /broken.css could not be loaded.') },
  )
  expect(registered).toEqual(['good'])
  expect(status.all.map(({ id, ui, stage }) => [id, ui, stage])).toEqual([
    ['no-style', 'failed', 'style'],
    ['no-file', 'failed', 'entry'],
    ['no-export', 'failed', 'export'],
    ['other-id', 'failed', 'registration'],
    ['bad-setup', 'failed', 'registration'],
    ['not-built', 'failed', 'discovery'],
    ['down', 'none', undefined],
    ['no-ui', 'none', undefined],
    ['good', 'registered', undefined],
  ])
  expect(status.get('other-id')?.error).toBe('The UI of "other-id" says it is "wrong". Both faces of a plugin have one id.')
})

test('who comes second to a page is refused, and nothing of it stays', async () => {
  const first = defineUiPlugin({ id: 'first', routes: [{ path: '/settings-page/things/:id', title: 'x', component: page }] })
  const second = defineUiPlugin({
    id: 'second',
    locales: { en: { word: 'Word' } },
    routes: [
      { path: 'own', title: 'x', component: page },
      { path: '/settings-page/things/:thing', title: 'x', component: page },
    ],
    navigation: [{ title: 'second.word', icon: 'box', to: 'own' }],
    contributes: [contribute(point, 'word', 'value')],
  })
  const { status, router, navigation, texts, points } = await load([running('first'), running('second')], { first, second })
  expect(status.get('second')).toMatchObject({
    ui: 'failed',
    error: '"second" wants the page "/settings-page/things/:thing", but "first" already has it. One of them needs another path or name.',
  })
  expect(router.resolve('/second/own').name).toBe('shell.missing')
  expect(texts.has('second.word')).toBe(false)
  expect(navigation.main.value).toEqual([])
  expect(points.get(point).value).toEqual([])
})

test('addresses of the server and the shell cannot be taken', async () => {
  const taking = (path: string) => defineUiPlugin({ id: 'taker', routes: [{ path, title: 'x', component: page }] })
  for (const path of ['/api/v1/things', '/settings', '/health/live']) {
    const { status } = await load([running('taker')], { taker: taking(path) })
    expect(status.get('taker')?.ui, path).toBe('failed')
    setActivePinia(createPinia())
  }
})

test('navigation without the permission is not there', async () => {
  const plugin = defineUiPlugin({
    id: 'hidden',
    navigation: [
      { title: 'x', icon: 'box', to: 'a', permission: 'hidden.view' },
      { title: 'y', icon: 'box', to: 'b', permission: 'hidden.other' },
    ],
  })
  const { navigation } = await load([running('hidden')], { hidden: plugin })
  expect(navigation.main.value.map(({ to }) => to)).toEqual(['/hidden/b'])
})
