import type { Ref } from 'vue'
import { pluginIdFor } from '../plugin-id.ts'
import { useRuntime } from '../runtime.ts'

/** Words, numbers and dates in the language of the person. */
export interface PluginText {
  /**
   * A key of the plugin's own locales, without its prefix. `count` chooses the plural form:
   * English `one open | {count} open`, Ukrainian `{count} відкрита | {count} відкриті | {count} відкритих`.
   */
  t(key: string, values?: Readonly<Record<string, unknown>>): string
  /** Whether the key exists, for texts by a server's code. */
  has(key: string): boolean
  readonly locale: Readonly<Ref<string>>
  number(value: number, options?: Intl.NumberFormatOptions): string
  date(value: string | number | Date, options?: Intl.DateTimeFormatOptions): string
}

/**
 * The plugin's words in the person's language, live.
 *
 * @example const { t, date } = useText(); t('folders.mine', { count: 3 }); date(request.createdAt, { dateStyle: 'medium' })
 */
export function useText(pluginId?: string): PluginText {
  const { texts } = useRuntime()
  const id = pluginIdFor('useText', pluginId)
  return {
    t: (key, values) => texts.translate(`${id}.${key}`, values),
    has: (key) => texts.has(`${id}.${key}`),
    locale: texts.locale,
    number: (value, options) => new Intl.NumberFormat(texts.locale.value, options).format(value),
    date: (value, options) => new Intl.DateTimeFormat(texts.locale.value, options).format(new Date(value)),
  }
}
