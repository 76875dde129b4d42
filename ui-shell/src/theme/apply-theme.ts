import type { Preferences } from '@parley/ui-sdk'
import { onScopeDispose, watchEffect, ref } from 'vue'

/** Sets the theme on the page and follows the device while the person wishes so. */
export function applyTheme(preferences: Readonly<Preferences>): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const contrast = matchMedia('(prefers-contrast: more)')
  const device = ref(0)
  const changed = (): void => void device.value++
  for (const query of [dark, contrast]) query.addEventListener('change', changed)
  onScopeDispose(() => [dark, contrast].forEach((query) => query.removeEventListener('change', changed)))
  watchEffect(() => {
    void device.value
    const own = contrast.matches ? 'contrast' : dark.matches ? 'dark' : 'light'
    document.documentElement.dataset['theme'] = preferences.theme === 'system' ? own : preferences.theme
  })
}
