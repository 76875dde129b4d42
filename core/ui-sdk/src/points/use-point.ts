import type { ComputedRef } from 'vue'
import { useRuntime } from '../runtime.ts'
import type { UiPoint } from '../ui-plugin.ts'
import type { Contributed } from './ui-points.ts'

/**
 * What plugins added to a point, in order.
 *
 * @example const panels = usePoint(sidePanels) // panels.value: { key, pluginId, order, value }[]
 */
export const usePoint = <T>(point: UiPoint<T>): ComputedRef<readonly Contributed<T>[]> => useRuntime().points.get(point)
