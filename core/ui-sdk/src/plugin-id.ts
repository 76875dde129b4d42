import { inject, provide, type InjectionKey } from 'vue'

const pluginIdKey: InjectionKey<string> = Symbol.for('parley.ui.plugin-id') as InjectionKey<string>

/** @internal Whose components stand below; set by the boundary around every page and slot of a plugin. */
export const providePluginId = (id: string): void => provide(pluginIdKey, id)

/** @internal The plugin a composable works for: named, or the one whose component calls. */
export function pluginIdFor(composable: string, explicit: string | undefined): string {
  const id = explicit ?? inject(pluginIdKey, undefined)
  if (id === undefined) {
    throw new Error(`"${composable}" cannot tell which plugin calls it outside of that plugin's components. Name it: ${composable}('<plugin-id>').`)
  }
  return id
}
