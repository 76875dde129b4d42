import { settingsPages, usePoint, useTitleOf } from '@parley/ui-sdk'
import { useRuntime } from '@parley/ui-sdk/host'
import { computed, type ComputedRef } from 'vue'
import { useRoute } from 'vue-router'
import { useGeneratedSettings } from './generated-settings.store.ts'
import { useNavigation } from './navigation.ts'
import { useShellText } from './use-shell-text.ts'

export interface SettingsEntry {
  readonly to: string
  readonly icon: string
  readonly title: string
  readonly description: string | undefined
  readonly group: string
}

export interface SettingsLinks {
  readonly all: ComputedRef<readonly SettingsEntry[]>
  readonly groups: ComputedRef<readonly { readonly title: string; readonly entries: readonly SettingsEntry[] }[]>
  /** Whether the page shown belongs to the settings. */
  readonly inside: ComputedRef<boolean>
  readonly current: ComputedRef<SettingsEntry | undefined>
}

/** Settings pages of all plugins the person may open, grouped as their authors wish. */
export function useSettingsLinks(): SettingsLinks {
  const { session, texts } = useRuntime()
  const { settings } = useNavigation()
  const { t } = useShellText()
  const titleOf = useTitleOf()
  const route = useRoute()
  const points = usePoint(settingsPages)
  const generated = useGeneratedSettings()

  const all = computed(() => {
    const declared = points.value.map(({ pluginId, value }) => ({ pluginId, ...value }))
    const both = [...declared, ...settings.value.map((item) => ({ ...item, description: undefined, group: undefined }))]
    const drawn = generated.pages
      .filter(({ plugin, scope }) => scope === 'instance' && !both.some(({ pluginId }) => pluginId === plugin))
      .map(({ plugin, id, title }) => ({
        pluginId: plugin,
        title: texts.has(`${plugin}.settings.${id}.title`) ? `${plugin}.settings.${id}.title` : title,
        description: undefined,
        group: undefined,
        permission: undefined,
        icon: 'sliders-horizontal',
        to: `/settings/${plugin}/${id}`,
      }))
    return [...both, ...drawn]
      .filter((page, index, pages) => pages.findIndex((other) => other.to === page.to) === index)
      .filter((page) => page.permission === undefined || session.can(page.permission))
      .map(({ pluginId, title, description, group, icon, to }): SettingsEntry => ({
        to,
        icon,
        title: titleOf(title, pluginId),
        description: description === undefined ? undefined : titleOf(description, pluginId),
        group: group === undefined ? t('settings.general') : titleOf(group, pluginId),
      }))
  })
  const groups = computed(() => {
    const byTitle = new Map<string, SettingsEntry[]>()
    for (const entry of all.value) byTitle.set(entry.group, [...(byTitle.get(entry.group) ?? []), entry])
    return [...byTitle].map(([title, entries]) => ({ title, entries }))
  })
  const current = computed(() => all.value.find(({ to }) => route.path === to || route.path.startsWith(`${to}/`)))
  return {
    all,
    groups,
    current,
    inside: computed(() => route.path === '/settings' || route.path.startsWith('/settings/') || current.value !== undefined),
  }
}
