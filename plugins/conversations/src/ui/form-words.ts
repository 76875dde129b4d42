import type { JsonSchema } from '@parley/ui-kit'

interface FieldWords {
  readonly title?: string
  readonly description?: string
  readonly choices?: Readonly<Record<string, string>>
}

/** The labels of a form in the reader's language, as its plugin gave them in the schema. `undefined` leaves the schema's own. */
export function formWords(schema: JsonSchema, locale: string) {
  const own = (path: string): FieldWords => (schema.properties?.[path] ?? {}) as FieldWords
  const translated = (path: string): FieldWords =>
    (schema.properties?.[path]?.['translations'] as Readonly<Record<string, FieldWords>> | undefined)?.[locale] ?? {}
  return {
    words: (path: string, kind: 'title' | 'description'): string | undefined => translated(path)[kind],
    choiceWords: (path: string, value: string): string | undefined => translated(path).choices?.[value] ?? own(path).choices?.[value],
  }
}

/** The form of a saved account: secrets that are set may stay empty, and say so. */
export function withoutSavedSecrets(schema: JsonSchema, set: readonly string[], placeholder: string): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    name,
    set.includes(name) ? { ...property, examples: [placeholder], minLength: undefined } : property,
  ])
  return {
    ...schema,
    properties: Object.fromEntries(properties) as Record<string, JsonSchema>,
    required: (schema.required ?? []).filter((name) => !set.includes(name)),
  }
}
