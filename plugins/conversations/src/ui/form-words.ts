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

/** The form of a saved account: secrets that are set may stay empty, and say so. `set` has their places, such as `proxy.password`. */
export const withoutSavedSecrets = (schema: JsonSchema, set: readonly string[], placeholder: string): JsonSchema =>
  relaxed(
    schema,
    set.map((place) => place.split('.')),
    placeholder,
  )

function relaxed(schema: JsonSchema, places: readonly (readonly string[])[], placeholder: string): JsonSchema {
  if (places.length === 0) return schema
  if (places.some((place) => place.length === 0)) {
    // as undefined rather than absent: it wins over that of the text itself where the secret may also be null
    return { ...schema, examples: [placeholder], minLength: undefined } as unknown as JsonSchema
  }
  const inside = (names: (name: string) => boolean) => places.filter(([first = '']) => names(first)).map(([, ...rest]) => rest)
  const inner = ([name, property]: [string, JsonSchema]) => [
    name,
    relaxed(
      property,
      inside((first) => first === name),
      placeholder,
    ),
  ]
  const isSet = (name: string): boolean => places.some((place) => place.length === 1 && place[0] === name)
  const { properties, required, items, anyOf, oneOf } = schema
  const parts = (list: readonly JsonSchema[]) => list.map((part) => relaxed(part, places, placeholder))
  return {
    ...schema,
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(inner)) as Record<string, JsonSchema> }),
    ...(required && { required: required.filter((name) => !isSet(name)) }),
    ...(typeof items === 'object' && {
      items: relaxed(
        items,
        inside((first) => /^\d+$/.test(first)),
        placeholder,
      ),
    }),
    ...(anyOf && { anyOf: parts(anyOf) }),
    ...(oneOf && { oneOf: parts(oneOf) }),
  }
}
