import { useConfirm, useToast } from '@parley/ui-kit'
import { isApiError, useApi, useText, type ApiError } from '@parley/ui-sdk'
import { onMounted, ref, shallowRef } from 'vue'

/** A list an administrator keeps: load, save, remove, each with what went wrong in words. */
export function useDirectory<Item extends { readonly id: string; readonly name: string }>(path: string) {
  const api = useApi()
  const toast = useToast()
  const confirm = useConfirm()
  const { t } = useText()
  const items = shallowRef<readonly Item[]>([])
  const loading = ref(true)
  const error = shallowRef<ApiError>()
  const saving = ref(false)
  const problem = shallowRef<ApiError>()

  async function load(): Promise<void> {
    loading.value = true
    try {
      items.value = (await api.get<{ items: Item[] }>(path)).items
      error.value = undefined
    } catch (failure) {
      if (!isApiError(failure)) throw failure
      error.value = failure
    } finally {
      loading.value = false
    }
  }

  /** Answers whether it was saved; what was wrong is in `problem`. */
  async function save(value: object, id?: string): Promise<boolean> {
    saving.value = true
    try {
      await (id === undefined ? api.post(path, value) : api.put(`${path}/${id}`, value))
      problem.value = undefined
      toast.success(t('settings.saved'))
      await load()
      return true
    } catch (failure) {
      if (!isApiError(failure)) throw failure
      problem.value = failure
      return false
    } finally {
      saving.value = false
    }
  }

  async function remove(item: Item): Promise<void> {
    if (!(await confirm({ title: t('settings.remove', { name: item.name }), message: t('settings.removeText'), danger: true }))) return
    try {
      await api.delete(`${path}/${item.id}`)
      await load()
    } catch (failure) {
      if (!isApiError(failure)) throw failure
      toast.error(failure)
    }
  }

  onMounted(load)
  return { items, loading, error, saving, problem, load, save, remove }
}
