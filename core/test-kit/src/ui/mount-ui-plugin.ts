import { ExtensionSlot, type ComponentLoader, type NavigationItem, type UiPluginSpec, type UiPoint } from '@parley/ui-sdk'
import { createTexts, registerUiPlugin, type Language, type Texts } from '@parley/ui-sdk/host'
import { createTestUi, type TestCall, type TestUi, type TestUiOptions } from '@parley/ui-sdk/testing'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { defineComponent, h, type Component } from 'vue'
import { RouterView, type Router } from 'vue-router'

export interface MountUiPluginOptions {
  /** The page to open, as in the address bar; by default the plugin's first one. */
  readonly path?: string
  /** In place of a page: what the plugin added to a point, as its owner draws it, with these props. `key` names one of several. */
  readonly slot?: { readonly point: UiPoint<any>; readonly context?: Readonly<Record<string, unknown>>; readonly key?: string }
  /** `GET /api/v1/acme/things` → what the server answers, or a function of the call. Throw `{ status, code, detail }` for a problem. */
  readonly answers?: TestUiOptions['answers']
  /** Who is signed in; without `permissions` somebody who may do everything. */
  readonly user?: TestUiOptions['user']
  /** Default `en`. */
  readonly language?: Language
}

export interface MountedUiPlugin extends Pick<TestUi, 'router' | 'commands' | 'points' | 'send' | 'reconnect'> {
  /** What is on the screen: `screen.text()`, `screen.get('button')`, `screen.getComponent(…)`. */
  readonly screen: VueWrapper
  /** What the plugin asked of the server, oldest first. */
  readonly calls: readonly TestCall[]
  /** What the plugin put into the navigation, with whole addresses. */
  readonly navigation: readonly NavigationItem[]
  /** What a boundary had to catch; a test of a healthy plugin expects none. */
  readonly failures: readonly unknown[]
  /** Keys that were shown and have no words in the language: a test expects none. */
  readonly missingTexts: readonly string[]
  /** Opens another page, and waits until it is drawn. */
  go(path: string): Promise<void>
  /** Changes the language, as a person does in the profile. */
  speak(language: Language): Promise<void>
  /** Waits until everything that was answered is drawn. What a page loads later by itself is waited for with `vi.waitFor`. */
  settle(): Promise<void>
  unmount(): void
}

/**
 * A plugin's UI as the shell runs it: registered by the shell's own code, with its router, its texts, its extension points and its boundary around
 * everything; only the server is made up, and every call to it is kept. For tests with `environment: 'happy-dom'`.
 *
 * @example
 * const { screen, calls } = await mountUiPlugin(plugin, { answers: { 'GET /api/v1/hello/greeting': { text: 'hello' } } })
 * expect(screen.text()).toContain('hello')
 */
export const mountUiPlugin = async (plugin: UiPluginSpec, options: MountUiPluginOptions = {}): Promise<MountedUiPlugin> => {
  const { slot, answers = {}, user = {}, language = 'en' } = options
  const failures: unknown[] = []
  const missing: string[] = []
  const texts = createTexts(language)
  const ui = createTestUi({ answers, user, texts: noticing(texts, missing), report: (_plugin, error) => failures.push(error) })
  const navigation: NavigationItem[] = []

  const screen = mount(screenOf(slot), { global: ui.global, attachTo: document.body })
  const app = screen.vm.$.appContext.app
  const settle = async (): Promise<void> => {
    // what is drawn may ask the server, and what it answers be drawn again
    for (let turn = 0, before = ''; turn < 5 || screen.html() !== before; turn++) {
      before = screen.html()
      await flushPromises()
    }
  }
  // as the shell does: the page's code is there before the page is shown; a failed load shows in the boundary
  ui.router.beforeResolve(async (to) => void (await (to.meta['load'] as ComponentLoader | undefined)?.().catch(() => undefined)))
  const undo = await registerUiPlugin(plugin.id, plugin, {
    app,
    router: ui.router,
    runtime: ui.runtime,
    navigation: { add: (_plugin, item) => (navigation.push(item), () => undefined) },
  })
  const go = async (path: string): Promise<void> => {
    await ui.router.push(path)
    if (ui.router.currentRoute.value.meta['pluginId'] !== plugin.id)
      throw new Error(`"${plugin.id}" has no page at "${path}". ${pagesOf(ui.router, plugin.id)}`)
    await settle()
  }
  if (slot !== undefined) await Promise.allSettled(ui.points.get(slot.point).value.map(({ value }) => loaderOf(value)?.()))
  else if (options.path !== undefined || (plugin.routes ?? []).length > 0) await go(options.path ?? firstPage(ui.router, plugin))
  await settle()

  return {
    screen,
    calls: ui.calls,
    navigation,
    failures,
    missingTexts: missing,
    router: ui.router,
    commands: ui.commands,
    points: ui.points,
    send: ui.send,
    reconnect: ui.reconnect,
    go,
    settle,
    speak: async (next) => {
      await texts.use(next)
      await settle()
    },
    unmount: () => {
      undo()
      screen.unmount()
    },
  }
}

const screenOf = (slot: MountUiPluginOptions['slot']): Component =>
  defineComponent({
    setup: () => () =>
      slot === undefined
        ? h(RouterView)
        : h(ExtensionSlot as Component, { point: slot.point, context: slot.context ?? {}, ...(slot.key === undefined ? {} : { only: slot.key }) }),
  })

const loaderOf = (value: unknown): ComponentLoader | undefined =>
  typeof value === 'function' ? (value as ComponentLoader) : (value as { component?: ComponentLoader }).component

const pathsOf = (router: Router, plugin: string): string[] =>
  router
    .getRoutes()
    .filter(({ meta }) => meta['pluginId'] === plugin)
    .map(({ path }) => path)

const pagesOf = (router: Router, plugin: string): string => `It has: ${pathsOf(router, plugin).join(', ') || 'no page at all'}.`

const firstPage = (router: Router, { id, routes = [] }: UiPluginSpec): string => {
  const first = routes.find(({ path }) => !path.includes(':'))
  const record = router.getRoutes().find(({ meta }) => first !== undefined && meta['load'] === first.component)
  if (record === undefined) throw new Error(`Say which page of "${id}" to open: mountUiPlugin(plugin, { path }). ${pagesOf(router, id)}`)
  return record.path
}

/** Texts that remember what they were asked for in vain. */
const noticing = (texts: Texts, missing: string[]): Texts => ({
  ...texts,
  translate: (key, values) => {
    if (!texts.has(key) && !missing.includes(key)) missing.push(key)
    return texts.translate(key, values)
  },
})
