import { computed, shallowReactive, type ComputedRef } from 'vue'
import type { UiContribution, UiPoint } from '../ui-plugin.ts'

/** A contribution with the plugin it came from. */
export interface Contributed<T> {
  readonly key: string
  readonly pluginId: string
  readonly order: number
  readonly value: T
}

export interface UiPoints {
  get<T>(point: UiPoint<T>): ComputedRef<readonly Contributed<T>[]>
  /** Answers the undo. A second contribution with the same point and key is an error. */
  add(pluginId: string, contribution: UiContribution): () => void
}

/** @internal */
export function createUiPoints(): UiPoints {
  const all = shallowReactive(new Map<string, readonly Contributed<unknown>[]>())
  return {
    get: <T>(point: UiPoint<T>) => computed(() => (all.get(point.id) ?? []) as readonly Contributed<T>[]),
    add(pluginId, { point, key, order = 0, value }) {
      const present = all.get(point.id) ?? []
      const other = present.find((entry) => entry.key === key)
      if (other) throw new Error(`"${pluginId}" contributes "${key}" to "${point.id}", but "${other.pluginId}" already did. Choose another key.`)
      const entry = { key, pluginId, order, value }
      all.set(
        point.id,
        [...present, entry].sort((one, next) => one.order - next.order),
      )
      return () => {
        all.set(
          point.id,
          (all.get(point.id) ?? []).filter((kept) => kept !== entry),
        )
      }
    },
  }
}
