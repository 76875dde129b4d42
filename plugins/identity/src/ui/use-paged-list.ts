import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Page } from './identity-types.ts'

export interface PagedList<T> {
  readonly items: Ref<T[]>
  readonly loading: Ref<boolean>
  readonly error: ShallowRef<unknown>
  /** Whether there is more to load. */
  readonly more: Ref<boolean>
  reload(): Promise<void>
  loadMore(): Promise<void>
}

/** A list the server gives in pages. An answer that comes after a newer question is dropped. */
export function usePagedList<T>(fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>): PagedList<T> {
  const items = ref<T[]>([]) as Ref<T[]>
  const loading = ref(false)
  const error = shallowRef<unknown>()
  const more = ref(false)
  let cursor: string | undefined
  let abort = new AbortController()

  async function load(from: string | undefined): Promise<void> {
    abort.abort()
    abort = new AbortController()
    const { signal } = abort
    loading.value = true
    error.value = undefined
    try {
      const page = await fetchPage(from, signal)
      if (signal.aborted) return
      items.value = from === undefined ? page.items : [...items.value, ...page.items]
      cursor = page.nextCursor
      more.value = cursor !== undefined
    } catch (caught) {
      if (!signal.aborted) error.value = caught
    } finally {
      if (!signal.aborted) loading.value = false
    }
  }

  return { items, loading, error, more, reload: () => load(undefined), loadMore: () => load(cursor) }
}
