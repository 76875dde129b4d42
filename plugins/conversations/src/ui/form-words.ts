import type { JsonSchema } from '@parley/ui-kit'

interface FieldWords {
  readonly title?: string
  readonly description?: string
  readonly choices?: Readonly<Record<string, string>>
  /** What the schema says of wrong values, by its own English words. */
  readonly problems?: Readonly<Record<string, string>>
}

/** The labels of a form in the reader's language, as its plugin gave them in the schema. `undefined` leaves the schema's own. */
export function formWords(schema: JsonSchema, locale: string) {
  const own = (path: string): FieldWords => (schema.properties?.[path] ?? {}) as FieldWords
  const translated = (path: string): FieldWords =>
    (schema.properties?.[path]?.['translations'] as Readonly<Record<string, FieldWords>> | undefined)?.[locale] ?? {}
  return {
    words: (path: string, kind: 'title' | 'description'): string | undefined => translated(path)[kind],
    problemWords: (path: readonly (string | number)[], message: string): string => translated(String(path[0])).problems?.[message] ?? message,
    choiceWords: (path: string, value: string): string | undefined => translated(path).choices?.[value] ?? own(path).choices?.[value],
  }
}
