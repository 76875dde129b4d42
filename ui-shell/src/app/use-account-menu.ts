import type { MenuEntry } from '@parley/ui-kit'
import { usePoint, useSession, userMenu, useTitleOf } from '@parley/ui-sdk'
import { useRuntime } from '@parley/ui-sdk/host'
import { computed, type ComputedRef } from 'vue'
import { useRouter } from 'vue-router'
import { useShellText } from './use-shell-text.ts'

const themes = [
  { id: 'system', icon: 'monitor' },
  { id: 'light', icon: 'sun' },
  { id: 'dark', icon: 'moon' },
  { id: 'contrast', icon: 'contrast' },
] as const
const languages = ['en', 'uk'] as const

/** The lines of the profile menu: who, what plugins add, appearance, language, sign out. */
export function useAccountMenu(): ComputedRef<readonly MenuEntry[]> {
  const { preferences } = useRuntime()
  const { user, signOut } = useSession()
  const { t, locale } = useShellText()
  const titleOf = useTitleOf()
  const router = useRouter()
  const items = usePoint(userMenu)

  async function leave(): Promise<void> {
    await signOut()
    // a fresh page: nothing of the person stays in memory
    location.assign('/')
  }

  return computed<readonly MenuEntry[]>(() => [
    { heading: user.value.email === user.value.name ? user.value.name : `${user.value.name} · ${user.value.email}` },
    ...items.value.map(({ pluginId, value: { title, icon, to, run } }): MenuEntry => ({
      label: titleOf(title, pluginId),
      ...(icon === undefined ? {} : { icon }),
      run: () => void (to === undefined ? run?.() : router.push(to)),
    })),
    { heading: t('theme.label') },
    ...themes.map(({ id, icon }) => ({
      label: t(`theme.${id}`),
      icon,
      checked: preferences.theme === id,
      testId: `theme-${id}`,
      run: () => void (preferences.theme = id),
    })),
    { heading: t('language.label') },
    ...languages.map((id) => ({
      label: t(`language.${id}`),
      icon: 'languages',
      checked: locale.value === id,
      testId: `language-${id}`,
      run: () => void (preferences.language = id),
    })),
    'separator',
    { label: t('signOut'), icon: 'log-out', testId: 'sign-out', run: () => void leave() },
  ])
}
