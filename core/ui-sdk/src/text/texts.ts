import type { Ref } from 'vue'

/** Words by key in the person's language; made by the shell over vue-i18n, which plugins do not import. */
export interface Texts {
  readonly locale: Readonly<Ref<string>>
  translate(key: string, values?: Readonly<Record<string, unknown>>): string
  has(key: string): boolean
  add(pluginId: string, locales: Readonly<Record<string, object>>): () => void
}
