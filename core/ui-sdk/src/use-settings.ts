import { onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { useApi } from './api/use-api.ts'
import { pluginIdFor } from './plugin-id.ts'

/** A settings page being read and saved. */
export interface SettingsValue<T> {
  readonly value: Ref<T | undefined>
  /** JSON Schema, for `UiSchemaForm`. */
  readonly schema: ShallowRef<Record<string, unknown> | undefined>
  readonly loading: Ref<boolean>
  readonly error: ShallowRef<unknown>
  load(): Promise<void>
  save(value: T): Promise<void>
}

/**
 * A settings page a plugin declares on the server, read when the component is shown.
 *
 * @example const { value, schema, save } = useSettings<PanelSettings>('distribution')
 * @example useSettings<Limits>('limits', { scopeId: botId })
 */
export function useSettings<T>(page: string, options: { readonly scopeId?: string; readonly pluginId?: string } = {}): SettingsValue<T> {
  const pluginId = pluginIdFor('useSettings', options.pluginId)
  const api = useApi(pluginId)
  const path = `/api/v1/settings/${pluginId}/${page}`
  const query = options.scopeId === undefined ? {} : { query: { scopeId: options.scopeId } }
  const value = ref<T>() as Ref<T | undefined>
  const schema = shallowRef<Record<string, unknown>>()
  const loading = ref(false)
  const error = shallowRef<unknown>()
  // sent back with the change, so that two administrators do not overwrite one another unseen
  let version = 0

  function take(answer: { value: T; version: number }): void {
    value.value = answer.value
    version = answer.version
  }

  async function load(): Promise<void> {
    loading.value = true
    error.value = undefined
    try {
      const answer = await api.get<{ schema: Record<string, unknown>; value: T; version: number }>(path, query)
      schema.value = answer.schema
      take(answer)
    } catch (caught) {
      error.value = caught
    } finally {
      loading.value = false
    }
  }

  async function save(next: T): Promise<void> {
    take(await api.put<{ value: T; version: number }>(path, { value: next, version }, query))
  }

  onMounted(load)
  return { value, schema, loading, error, load, save }
}
