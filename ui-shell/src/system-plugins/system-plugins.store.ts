import { useApi } from '@parley/ui-sdk'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ListedPlugin, PluginDetails, PluginWish } from './system-plugin.ts'

/** The plugins of the server as the process sees them that answers. */
export const useSystemPlugins = defineStore('shell.system-plugins', () => {
  const api = useApi('shell')
  const list = shallowRef<readonly ListedPlugin[]>()
  const error = shallowRef<unknown>()
  async function load(): Promise<void> {
    try {
      list.value = await api.get<readonly ListedPlugin[]>('/system/plugins')
      error.value = undefined
    } catch (caught) {
      error.value = caught
    }
  }
  return {
    list,
    error,
    load,
    /** Disables, puts into quarantine, or enables again. */
    async decide(id: string, wish: PluginWish): Promise<void> {
      await api.put(`/api/v1/system/plugins/${encodeURIComponent(id)}/state`, wish)
      await load()
    },
    details: (id: string): Promise<PluginDetails> => api.get<PluginDetails>(`/system/plugins/${encodeURIComponent(id)}`),
  }
})
