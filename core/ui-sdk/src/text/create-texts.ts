import { readonly, ref } from 'vue'
import { createI18n } from 'vue-i18n'
import type { Locales, Texts } from './texts.ts'

export const languages = ['en', 'uk'] as const
export type Language = (typeof languages)[number]

/** one | few | many; with two forms the second serves few and many. */
function ukrainianPlural(count: number, forms: number): number {
  const last = count % 10
  const teen = Math.floor(count / 10) % 10 === 1
  const form = last === 1 && !teen ? 0 : last >= 2 && last <= 4 && !teen ? 1 : 2
  return Math.min(form, forms - 1)
}

/** The browser's wish, of the languages there are. */
export const browserLanguage = (wishes: readonly string[] = navigator.languages): Language =>
  wishes.map((wish) => wish.slice(0, 2).toLowerCase()).find((wish): wish is Language => (languages as readonly string[]).includes(wish)) ?? 'en'

/** Words of plugins under their ids; the shell's own under `shell`. */
export function createTexts(language: Language): Texts & { use(language: Language): Promise<void> } {
  const i18n = createI18n({
    legacy: false,
    locale: language as string,
    fallbackLocale: 'en',
    messages: { en: {}, uk: {} } as Record<string, Record<string, object>>,
    pluralRules: { uk: ukrainianPlural },
    missingWarn: false,
    fallbackWarn: false,
    warnHtmlMessage: false,
  }).global
  const locale = ref<string>(language)
  const known = new Map<string, Locales>()
  let wanted = language

  /** Fetches what a plugin has in the language, once; English where it has nothing. */
  const fetchWords = async (pluginId: string, name: Language): Promise<void> => {
    const locales = known.get(pluginId) ?? {}
    const found = name in locales ? name : 'en'
    const words = locales[found]
    if (typeof words !== 'function' || pluginId in i18n.getLocaleMessage(found)) return
    const { default: messages } = await words()
    i18n.mergeLocaleMessage(found, { [pluginId]: messages })
  }

  return {
    locale: readonly(locale),
    has: (key) => i18n.te(key) || i18n.te(key, 'en'),
    translate(key, values = {}) {
      const count = values['count']
      return typeof count === 'number' ? i18n.t(key, values, count) : i18n.t(key, values)
    },
    async add(pluginId, locales) {
      known.set(pluginId, locales)
      for (const [name, words] of Object.entries(locales)) if (typeof words === 'object') i18n.mergeLocaleMessage(name, { [pluginId]: words })
      await fetchWords(pluginId, wanted)
      return () => {
        known.delete(pluginId)
        for (const name of Object.keys(locales)) {
          const { [pluginId]: _, ...rest } = i18n.getLocaleMessage(name) as Record<string, object>
          i18n.setLocaleMessage(name, rest)
        }
      }
    },
    async use(next) {
      wanted = next
      await Promise.all([...known.keys()].map((pluginId) => fetchWords(pluginId, next)))
      // somebody was faster
      if (wanted !== next) return
      i18n.locale.value = next
      locale.value = next
      document.documentElement.lang = next
    },
  }
}
