import type { Ref } from 'vue'

/** Language -> nested messages, or what fetches them: then only the language that a person reads is. Every language has the same keys. */
export type Locales = Readonly<Record<string, object | (() => Promise<{ readonly default: object }>)>>

/** Words by key in the person's language; made by the shell over vue-i18n, which plugins do not import. */
export interface Texts {
  readonly locale: Readonly<Ref<string>>
  translate(key: string, values?: Readonly<Record<string, unknown>>): string
  has(key: string): boolean
  /** Resolves with the undo when the words of the person's language are there. */
  add(pluginId: string, locales: Locales): Promise<() => void>
}
