import { computed, onScopeDispose, ref, type ComputedRef, type Ref } from 'vue'

/**
 * The window's width in the three steps screens are drawn for.
 *
 * @example const { phone } = useViewport()
 */
export function useViewport(): { width: Readonly<Ref<number>>; phone: ComputedRef<boolean>; narrow: ComputedRef<boolean> } {
  const width = ref(window.innerWidth)
  const measure = (): void => {
    width.value = window.innerWidth
  }
  window.addEventListener('resize', measure, { passive: true })
  onScopeDispose(() => window.removeEventListener('resize', measure))
  return { width, phone: computed(() => width.value < 768), narrow: computed(() => width.value < 1100) }
}
