import { isApiError, useApi, type ApiError } from '@parley/ui-sdk'
import { ref, shallowRef } from 'vue'
import type { IntakeLine } from '../bot-types.ts'

interface Page {
  readonly lines: IntakeLine[]
  readonly more: boolean
}

/** The raw intake of one account, newest first. An answer that comes after a newer question is dropped. */
export function useIntake(accountId: () => string | undefined) {
  const api = useApi()
  const lines = shallowRef<readonly IntakeLine[]>([])
  const more = ref(false)
  const loading = ref(false)
  const error = shallowRef<ApiError>()
  let abort = new AbortController()

  async function load(further = false): Promise<void> {
    const id = accountId()
    abort.abort()
    abort = new AbortController()
    const { signal } = abort
    if (!further) lines.value = []
    if (id === undefined) return
    loading.value = true
    error.value = undefined
    try {
      const before = further ? lines.value.at(-1)?.id : undefined
      const page = await api.get<Page>(`accounts/${id}/intake`, { query: { before, limit: 50 }, signal })
      if (signal.aborted) return
      lines.value = further ? [...lines.value, ...page.lines] : page.lines
      more.value = page.more
    } catch (caught) {
      if (signal.aborted) return
      if (!isApiError(caught)) throw caught
      error.value = caught
    } finally {
      if (!signal.aborted) loading.value = false
    }
  }

  return { lines, more, loading, error, load }
}
