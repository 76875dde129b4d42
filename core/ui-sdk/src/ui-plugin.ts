import type { Locales } from './text/texts.ts'
import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'

/** A list the shell or a plugin draws and others add to. Equal ids are the same point. */
export interface UiPoint<T> {
  readonly id: `${string}.${string}@${number}`
  readonly _type?: T
}

/** @example export const sidePanels = uiPoint<SidePanel>('operator-panel.side-panels@1') */
export const uiPoint = <T>(id: UiPoint<T>['id']): UiPoint<T> => ({ id })

/** Nothing is fetched before it is shown. */
export type ComponentLoader = () => Promise<{ default: Component }>

/** A line of the rail; without the right it needs it is not there. */
export interface NavigationItem {
  /** i18n key, prefixed with the plugin's id. */
  readonly title: string
  /** A Lucide icon's name in kebab-case, such as `message-square`. */
  readonly icon: string
  /** A path below `/<plugin-id>`, or one of the plugin's aliases. */
  readonly to: string
  /** `module.verb` of the permission without which the item is not shown. */
  readonly permission?: string
  /** Lower comes first; the shell's own groups: 0 work, 100 build, 200 measure, 900 settings. */
  readonly order?: number
  readonly group?: 'main' | 'settings'
}

/** A page. Its code is fetched when it is first opened. */
export type UiRoute = Omit<RouteRecordRaw, 'component' | 'components' | 'redirect' | 'children'> & {
  /** Relative to `/<plugin-id>`; absolute for the aliases of the documented product, such as `/settings-page/roles`. */
  readonly path: string
  readonly component: ComponentLoader
  readonly title: string
  readonly permission?: string
}

/** What a UI adds to a point; made by `contribute`. */
export interface UiContribution {
  readonly point: { readonly id: string }
  readonly key: string
  readonly order?: number
  readonly value: unknown
}

/** @example contribute(sidePanels, 'crm', { title: 'acme.crm', component: () => import('./CrmPanel.vue') }) */
export const contribute = <T>(point: UiPoint<T>, key: string, value: T, order = 0): UiContribution => ({ point, key, value, order })

/** What the UI of a plugin is: data the shell reads. */
export interface UiPluginSpec {
  /** The server plugin's id. */
  readonly id: string
  readonly routes?: readonly UiRoute[]
  readonly navigation?: readonly NavigationItem[]
  readonly contributes?: readonly UiContribution[]
  /** Keys are used as `<plugin-id>.key`. @example locales: { en: () => import('./locales/en.json'), uk: () => import('./locales/uk.json') } */
  readonly locales?: Locales
  /** Runs once at registration, before anything of the plugin is shown. */
  setup?(): void | Promise<void>
}

/** The default export of a plugin's UI entry. @example export default defineUiPlugin({ id: 'acme', routes: […] }) */
export const defineUiPlugin = (spec: UiPluginSpec): UiPluginSpec => spec
