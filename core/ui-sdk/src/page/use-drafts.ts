import { onScopeDispose, ref, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { useRuntime } from '../runtime.ts'

/** Written this long after the last key, and at once when the page is left. */
const writeDelay = 250

/**
 * What a person has begun to write, kept in this browser for them alone: survives a reload and a switch to another object and back.
 *
 * @param key which draft, such as a conversation's id; when it changes, the other draft is read.
 * @example const { draft, clear } = useDrafts(() => `operator-panel:${conversation.id}`, { text: '', note: false })
 */
export function useDrafts<T>(key: MaybeRefOrGetter<string>, empty: T): { readonly draft: Ref<T>; clear(): void } {
  const { session } = useRuntime()
  const nameOf = (of: string): string => `parley:draft:${session.user.value?.id ?? ''}:${of}`
  const read = (name: string): T => {
    try {
      const text = localStorage.getItem(name)
      return text === null ? structuredClone(empty) : (JSON.parse(text) as T)
    } catch {
      return structuredClone(empty)
    }
  }
  let name = nameOf(toValue(key))
  const draft = ref(read(name)) as Ref<T>
  let timer: ReturnType<typeof setTimeout> | undefined

  function write(): void {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    const text = JSON.stringify(draft.value)
    try {
      if (text === JSON.stringify(empty)) localStorage.removeItem(name)
      else localStorage.setItem(name, text)
    } catch {
      // storage is full or forbidden: the draft lives as long as the page
    }
  }

  watch(
    draft,
    () => {
      clearTimeout(timer)
      timer = setTimeout(write, writeDelay)
    },
    { deep: true, flush: 'sync' },
  )
  watch(
    () => nameOf(toValue(key)),
    (next) => {
      write()
      name = next
      draft.value = read(name)
      clearTimeout(timer)
      timer = undefined
    },
    { flush: 'sync' },
  )
  window.addEventListener('pagehide', write)
  onScopeDispose(() => {
    window.removeEventListener('pagehide', write)
    write()
  })

  return {
    draft,
    clear() {
      draft.value = structuredClone(empty)
      write()
    },
  }
}
