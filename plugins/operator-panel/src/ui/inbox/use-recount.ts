import { onScopeDispose } from 'vue'

const pause = 2_000

/** Calls at most every few seconds, each screen a little later than others: hundreds hear of the same change at once. */
export function useRecount(count: () => unknown): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  onScopeDispose(() => clearTimeout(timer))
  return () => {
    if (timer !== undefined) return
    const wait = Math.max(0, last + pause - Date.now()) + Math.random() * 1_000
    timer = setTimeout(() => {
      timer = undefined
      last = Date.now()
      void count()
    }, wait)
  }
}
