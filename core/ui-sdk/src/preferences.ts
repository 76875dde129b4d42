import { reactive, watch } from 'vue'
import { useRuntime } from './runtime.ts'

/** How a person likes the shell, in this browser. */
export interface Preferences {
  theme: 'light' | 'dark' | 'contrast' | 'system'
  /** `undefined` follows the browser. */
  language: 'en' | 'uk' | undefined
  railPinned: boolean
  /** Command id → keys. */
  keys: Record<string, string>
}

const name = 'parley:preferences'

/** @internal How a person likes the shell; the only thing kept in the browser before a sign-in. */
export function createPreferences(storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage): Preferences {
  const preferences = reactive<Preferences>({ theme: 'system', language: undefined, railPinned: false, keys: {} })
  try {
    Object.assign(preferences, JSON.parse(storage.getItem(name) ?? '{}'))
  } catch {
    // an unreadable entry is replaced at the next change
  }
  watch(preferences, () => {
    try {
      storage.setItem(name, JSON.stringify(preferences))
    } catch {
      // storage is full or forbidden: preferences last as long as the page
    }
  })
  return preferences
}

/** How the person likes the shell: theme, language, keys. @example const { theme } = usePreferences() */
export const usePreferences = (): Readonly<Preferences> => useRuntime().preferences
