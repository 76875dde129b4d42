import { defineAsyncComponent, defineComponent, h, type App, type Component } from 'vue'
import type { Router, RouteRecordRaw } from 'vue-router'
import PluginBoundary from './points/PluginBoundary.vue'
import type { UiRuntime } from './runtime.ts'
import type { NavigationItem, UiPluginSpec, UiRoute } from './ui-plugin.ts'

export interface Registrar {
  readonly app: App
  readonly router: Router
  readonly runtime: UiRuntime
  /** Answers the undo. */
  readonly navigation: { add(pluginId: string, item: NavigationItem): () => void }
}

/** A plugin's `setup` may take this long before the others go on without it. */
const setupTimeout = 10_000
/** First segments that belong to the server. */
const reserved = new Set(['api', 'hooks', 'ui', 'files', 'health', 'system', 'metrics', 'assets', 'api-docs', 'socket.io'])

const join = (pluginId: string, path: string): string => (path.startsWith('/') ? path : `/${pluginId}${path ? `/${path}` : ''}`)

/** A page in its plugin's boundary; attributes are the route's props. */
function pageOf(pluginId: string, { component }: UiRoute): Component {
  const view = defineAsyncComponent({ loader: async () => (await component()).default, delay: 300 })
  return defineComponent({
    inheritAttrs: false,
    setup:
      (_, { attrs }) =>
      () =>
        h(PluginBoundary, { pluginId }, { default: () => h(view, attrs) }),
  })
}

function toRecord(pluginId: string, route: UiRoute): RouteRecordRaw {
  const { component, title, permission, name, path, meta, ...rest } = route
  return {
    ...rest,
    path: join(pluginId, path),
    ...(name === undefined ? {} : { name: `${pluginId}.${String(name)}` }),
    component: pageOf(pluginId, route),
    meta: { ...meta, pluginId, title, permission, load: component },
  } as RouteRecordRaw
}

function checkRoute(pluginId: string, record: RouteRecordRaw, router: Router): void {
  const shape = (path: string): string => path.replace(/:\w+/g, ':x').replace(/\/$/, '')
  const other = router
    .getRoutes()
    .find((known) => shape(known.path) === shape(record.path) || (record.name !== undefined && known.name === record.name))
  if (other) {
    const owner = (other.meta['pluginId'] as string | undefined) ?? 'the shell'
    throw new Error(`"${pluginId}" wants the page "${record.path}", but "${owner}" already has it. One of them needs another path or name.`)
  }
  if (reserved.has(record.path.split('/')[1] ?? ''))
    throw new Error(`"${pluginId}" wants the page "${record.path}", but that address belongs to the server.`)
}

const withinTime = <T>(work: Promise<T>, pluginId: string): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`"${pluginId}" did not finish setup() within ${setupTimeout / 1000} seconds.`)), setupTimeout)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** Adds everything a plugin declares; when one part fails, what was added before it goes again. Answers the undo. */
export async function registerUiPlugin(id: string, spec: UiPluginSpec, { app, router, runtime, navigation }: Registrar): Promise<() => void> {
  const undo: (() => void)[] = []
  const back = (): void => undo.reverse().forEach((step) => step())
  try {
    if (spec.id !== id) throw new Error(`The UI of "${id}" says it is "${spec.id}". Both faces of a plugin have one id.`)
    if (spec.locales) undo.push(await runtime.texts.add(id, spec.locales))
    for (const route of spec.routes ?? []) {
      const record = toRecord(id, route)
      checkRoute(id, record, router)
      undo.push(router.addRoute(record))
    }
    for (const item of spec.navigation ?? []) undo.push(navigation.add(id, { ...item, to: join(id, item.to) } satisfies NavigationItem))
    for (const contribution of spec.contributes ?? []) undo.push(runtime.points.add(id, contribution))
    if (spec.setup) await withinTime(Promise.resolve(app.runWithContext(() => spec.setup?.())), id)
    return back
  } catch (error) {
    back()
    throw error
  }
}
