import type { SelectOption } from '@parley/ui-kit'

const common = ['uk', 'en', 'pl', 'de', 'cs', 'sk', 'ro', 'bg', 'hu', 'fr', 'es', 'it', 'pt', 'tr', 'ka', 'az', 'kk', 'ru']

/** A language's own name for the reader: `uk` → Ukrainian. A code nobody knows stays as it is. */
export function languageName(code: string, locale: string): string {
  const name = new Intl.DisplayNames(locale, { type: 'language', fallback: 'code' }).of(code) ?? code
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1)
}

/** Languages to choose from; `own` is offered too, whatever it is. */
export const languageOptions = (locale: string, own: string): SelectOption[] =>
  [...new Set([...common, own])].map((value) => ({ value, label: languageName(value, locale), hint: value }))
