import { onScopeDispose, readonly, ref, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'

/**
 * True once `source` has been true for `delay` milliseconds: fast answers show no skeleton at all.
 *
 * @example const showSkeleton = useDelayed(() => store.loading)
 */
export function useDelayed(source: MaybeRefOrGetter<boolean>, delay = 300): Readonly<Ref<boolean>> {
  const on = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => toValue(source),
    (value) => {
      clearTimeout(timer)
      if (value) timer = setTimeout(() => (on.value = true), delay)
      else on.value = false
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return readonly(on)
}
