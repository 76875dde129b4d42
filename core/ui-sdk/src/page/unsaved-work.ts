import { computed, shallowReactive, type ComputedRef } from 'vue'

export interface UnsavedWork {
  readonly any: ComputedRef<boolean>
  add(dirty: () => boolean): () => void
}

/** @internal */
export function createUnsavedWork(): UnsavedWork {
  const sources = shallowReactive(new Set<() => boolean>())
  return {
    any: computed(() => [...sources].some((dirty) => dirty())),
    add(dirty) {
      sources.add(dirty)
      return () => sources.delete(dirty)
    },
  }
}
