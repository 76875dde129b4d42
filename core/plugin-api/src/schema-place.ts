import { ParleyError } from './errors.ts'

/** JSON Schema, of which only what says where things are is looked at. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** What a JSON Schema says of one place in a value. */
export interface SchemaPlace {
  /** A text here is a secret: `format: 'password'`, also of one that may be absent, null or something else. */
  readonly secret: boolean
  /** Whether this value takes a secret away: `null` where it may be absent, and `null` itself is no value. */
  readonly removes: (value: unknown) => boolean
  /** The schema of the place and everything it is made of: references followed, unions and intersections opened. */
  readonly parts: readonly JsonSchema[]
  /** Whether the schema names this property, or this place of a tuple, rather than all that there may be. */
  lists(key: string | number): boolean
  /** The place of a property or, by a number, of an item. */
  at(key: string | number): SchemaPlace
}

/**
 * Where a value has what, by its schema: properties, items, tuples, records, unions. A union is all of its parts, because the value alone does not say
 * which of them it is.
 *
 * @example schemaPlace(schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })).at('proxy').at('password').secret
 */
export const schemaPlace = (schema: JsonSchema): SchemaPlace => placeOf([schema], schema)

function placeOf(schemas: readonly unknown[], root: JsonSchema): SchemaPlace {
  const parts = schemas.filter(isSchema).flatMap((schema) => alternatives(schema, root))
  const secret = parts.some(({ format }) => format === 'password')
  const nullable = parts.some(({ type }) => type === 'null' || (Array.isArray(type) && type.includes('null')))
  return {
    secret,
    removes: (value) => value === null && secret && !nullable,
    parts,
    lists: (key) => parts.some((part) => (typeof key === 'number' ? tupleOf(part).length > key : Object.hasOwn(asSchema(part['properties']), key))),
    at: (key) =>
      placeOf(
        parts.flatMap((part) => (typeof key === 'number' ? [itemOf(part, key)] : propertyOf(part, key))),
        root,
      ),
  }
}

const tupleOf = (part: JsonSchema): readonly unknown[] => (Array.isArray(part['prefixItems']) ? part['prefixItems'] : [])
const itemOf = (part: JsonSchema, index: number): unknown => tupleOf(part)[index] ?? part['items']

function propertyOf(part: JsonSchema, name: string): readonly unknown[] {
  const properties = asSchema(part['properties'])
  const patterns = Object.entries(asSchema(part['patternProperties'])).flatMap(([pattern, schema]) => (matches(pattern, name) ? [schema] : []))
  if (Object.hasOwn(properties, name)) return [properties[name], ...patterns]
  return patterns.length > 0 ? patterns : [part['additionalProperties']]
}

/** A pattern that cannot be read may mean every name: rather one secret too many. */
function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name)
  } catch {
    return true
  }
}

function alternatives(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema[] {
  if (depth > 20) throw new ParleyError('unprocessable', 'The schema refers to itself and never ends. Give it a fixed depth.')
  const parts = ['anyOf', 'oneOf', 'allOf'].flatMap((word) => (Array.isArray(schema[word]) ? (schema[word] as readonly unknown[]) : []))
  const reference = schema['$ref']
  const followed = typeof reference === 'string' ? [resolve(reference, root)] : []
  return [schema, ...[...parts, ...followed].flatMap((part) => alternatives(asSchema(part), root, depth + 1))]
}

const resolve = (reference: string, root: JsonSchema): unknown =>
  reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((step) => step !== '')
    .reduce<unknown>((at, step) => asSchema(at)[step.replaceAll('~1', '/').replaceAll('~0', '~')], root)

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value)
const asSchema = (value: unknown): JsonSchema => (isSchema(value) ? value : {})
