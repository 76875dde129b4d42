import { readonly, ref } from 'vue'
import { createI18n } from 'vue-i18n'
import type { Texts } from './texts.ts'

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

/** Words of plugins under their ids, and those that are given, by language: the shell's own under `shell.`. */
export function createTexts(
  language: Language,
  words: Readonly<Record<Language, object>> = { en: {}, uk: {} },
): Texts & { use(language: Language): void } {
  const i18n = createI18n({
    legacy: false,
    locale: language as string,
    fallbackLocale: 'en',
    messages: { ...words } as Record<string, Record<string, object>>,
    pluralRules: { uk: ukrainianPlural },
    missingWarn: false,
    fallbackWarn: false,
    warnHtmlMessage: false,
  }).global
  const locale = ref<string>(language)
  return {
    locale: readonly(locale),
    has: (key) => i18n.te(key) || i18n.te(key, 'en'),
    translate(key, values = {}) {
      const count = values['count']
      return typeof count === 'number' ? i18n.t(key, values, count) : i18n.t(key, values)
    },
    add(pluginId, locales) {
      for (const [name, messages] of Object.entries(locales)) i18n.mergeLocaleMessage(name, { [pluginId]: messages })
      return () => {
        for (const name of Object.keys(locales)) {
          const { [pluginId]: _, ...rest } = i18n.getLocaleMessage(name) as Record<string, object>
          i18n.setLocaleMessage(name, rest)
        }
      }
    },
    use(next) {
      i18n.locale.value = next
      locale.value = next
      document.documentElement.lang = next
    },
  }
}
