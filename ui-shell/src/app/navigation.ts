import type { NavigationItem } from '@parley/ui-sdk'
import type { Session } from '@parley/ui-sdk/host'
import { computed, inject, shallowReactive, type ComputedRef, type InjectionKey } from 'vue'

export interface NavigationEntry extends NavigationItem {
  readonly pluginId: string
}

export interface Navigation {
  readonly main: ComputedRef<readonly NavigationEntry[]>
  readonly settings: ComputedRef<readonly NavigationEntry[]>
  add(pluginId: string, item: NavigationItem): () => void
}

export const navigationKey: InjectionKey<Navigation> = Symbol('navigation')

export function useNavigation(): Navigation {
  const navigation = inject(navigationKey)
  if (!navigation) throw new Error('"useNavigation" works inside the shell only.')
  return navigation
}

/** What plugins add to the rail, in order, as far as the person may see it. */
export function createNavigation(session: Session): Navigation {
  const entries = shallowReactive<NavigationEntry[]>([])
  const shown = (group: 'main' | 'settings') =>
    computed(() =>
      entries
        .filter((entry) => (entry.group ?? 'main') === group && (entry.permission === undefined || session.can(entry.permission)))
        .sort((one, other) => (one.order ?? 500) - (other.order ?? 500)),
    )
  return {
    main: shown('main'),
    settings: shown('settings'),
    add(pluginId, item) {
      const entry = { ...item, pluginId }
      const taken = entries.find((other) => other.to === entry.to && (other.group ?? 'main') === (entry.group ?? 'main'))
      if (taken) throw new Error(`"${pluginId}" adds "${entry.to}" to the navigation, but "${taken.pluginId}" already did.`)
      entries.push(entry)
      return () => {
        const index = entries.indexOf(entry)
        if (index >= 0) entries.splice(index, 1)
      }
    },
  }
}

/** The entry a path belongs to: the one with the longest address in front of it. */
export const entryOf = <E extends { readonly to: string }>(entries: readonly E[], path: string): E | undefined =>
  entries
    .filter(({ to }) => path === to || path.startsWith(`${to}/`))
    .reduce<E | undefined>((best, entry) => (best && best.to.length >= entry.to.length ? best : entry), undefined)
