import { onScopeDispose, readonly, ref, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { pluginIdFor } from '../plugin-id.ts'
import { useRuntime } from '../runtime.ts'
import type { ApiClient } from './api-client.ts'

/**
 * The server, as the signed-in person. A path without a leading slash starts at the plugin's own `/api/v1/<plugin-id>/`, one with it is
 * taken as it is. In a store, outside of components, name the plugin.
 *
 * @example const api = useApi(); const page = await api.get<{ items: Request[] }>('requests', { query: { folder: 'mine' } })
 * @example const api = useApi('operator-panel'); await api.post(`requests/${id}/take`)
 */
export const useApi = (pluginId?: string): ApiClient => useRuntime().api.forPlugin(pluginIdFor('useApi', pluginId))

/**
 * An object URL of a file that needs the sign-in, for `<img>`, `<audio>` and `<video>`; `undefined` while it loads or when it failed.
 *
 * @example const photo = useBlobUrl(() => message.photo?.url)
 */
export function useBlobUrl(path: MaybeRefOrGetter<string | undefined>): Readonly<Ref<string | undefined>> {
  const { api } = useRuntime()
  const url = ref<string>()
  let abort = new AbortController()
  const drop = (): void => {
    abort.abort()
    if (url.value !== undefined) URL.revokeObjectURL(url.value)
    url.value = undefined
  }
  watch(
    () => toValue(path),
    async (address) => {
      drop()
      abort = new AbortController()
      const { signal } = abort
      if (address === undefined) return
      const blob = await api.blob(address, { signal }).catch(() => undefined)
      if (blob && !signal.aborted) url.value = URL.createObjectURL(blob)
    },
    { immediate: true },
  )
  onScopeDispose(drop)
  return readonly(url)
}
