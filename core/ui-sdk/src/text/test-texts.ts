import { readonly, type Ref } from 'vue'
import type { Texts } from './texts.ts'

/** @internal Texts without vue-i18n: enough for a component test, with `{name}` and two plural forms. */
export function createTestTexts(locales: Readonly<Record<string, object>>, locale: Ref<string>): Texts {
  const find = (key: string): unknown => {
    const [plugin = '', ...rest] = key.split('.')
    return rest.reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], locales[plugin])
  }
  return {
    locale: readonly(locale),
    has: (key) => typeof find(key) === 'string',
    add: async () => () => undefined,
    translate(key, values = {}) {
      const found = find(key)
      if (typeof found !== 'string') return key
      const forms = found.split(' | ')
      const count = values['count']
      const form = forms.length > 1 && typeof count === 'number' ? forms[count === 1 ? 0 : forms.length - 1] : forms[0]
      return (form ?? found).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
    },
  }
}
