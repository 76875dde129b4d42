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
export function withoutSavedSecrets(root: JsonSchema, set: readonly string[], placeholder: string): JsonSchema {
  const relaxed = (schema: JsonSchema, places: readonly (readonly string[])[]): JsonSchema => {
    if (places.length === 0) return schema
    // as undefined rather than absent: it wins over that of the text itself where the secret may also be null
    if (places.some((place) => place.length === 0)) return { ...schema, examples: [placeholder], minLength: undefined } as unknown as JsonSchema
    const inside = (names: (name: string) => boolean) => places.filter(([first = '']) => names(first)).map(([, ...rest]) => rest)
    const inner = ([name, property]: [string, JsonSchema]) => [
      name,
      relaxed(
        property,
        inside((first) => first === name),
      ),
    ]
    const isSet = (name: string): boolean => places.some((place) => place.length === 1 && place[0] === name)
    const own = inPlace(schema, root)
    const { properties, required, items, anyOf, oneOf } = own
    const parts = (list: readonly JsonSchema[]) => list.map((part) => relaxed(part, places))
    return {
      ...own,
      ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(inner)) as Record<string, JsonSchema> }),
      ...(required && { required: required.filter((name) => !isSet(name)) }),
      ...(typeof items === 'object' && {
        items: relaxed(
          items,
          inside((first) => /^\d+$/.test(first)),
        ),
      }),
      ...(anyOf && { anyOf: parts(anyOf) }),
      ...(oneOf && { oneOf: parts(oneOf) }),
    }
  }
  return relaxed(
    root,
    set.map((place) => place.split('.')),
  )
}

/** A schema that is shared by name, where it is used: only there its secret is set. */
function inPlace(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.startsWith('#/$defs/') ? schema.$ref.slice('#/$defs/'.length) : undefined
  if (name === undefined) return schema
  const { $ref: _, ...own } = schema
  return inPlace({ ...root.$defs?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], ...own }, root)
}
