import { createHash } from 'node:crypto'
import { ParleyError, schemaPlace, secretMask, type Schema, type SchemaPlace, type Secrets } from '@parley/plugin-api'

export type Json = Readonly<Record<string, unknown>>

/** How a sealed text lies in the database. */
interface Sealed {
  readonly $sealed: string
}

/** How a saved secret is shown: what is sent back like this stays what it is. The text tells secrets apart that lie in lists. */
interface Mark {
  readonly $saved: string
}

/** What JSON has as an object; a date is a value. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
export const isSealed = (value: unknown): value is Sealed => isObject(value) && typeof value['$sealed'] === 'string'
export const isMark = (value: unknown): value is Mark => isObject(value) && typeof value['$saved'] === 'string'

/** Differs for each secret and each time that it is sealed, and tells nothing of it. */
export const markOf = ({ $sealed }: Sealed): string => createHash('sha256').update($sealed).digest('base64url').slice(0, 16)

/** The form of an account as JSON Schema; places with `format: 'password'` are its secrets, at any depth. */
export const formOf = (schema: Schema<unknown>): Json => schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })

/** Where the secrets of a form are; nowhere known without a form, when what was sealed is one all the same. */
export const secretsOf = (schema: Schema<unknown> | undefined): SchemaPlace => schemaPlace(schema === undefined ? {} : formOf(schema))

/** Names of the secrets that are properties of the form itself. */
export const secretNames = (schema: Schema<unknown>): readonly string[] => {
  const form = secretsOf(schema)
  const names = new Set(form.parts.flatMap(({ properties }) => Object.keys(isObject(properties) ? properties : {})))
  return [...names].filter((name) => form.at(name).secret)
}

const inside = (value: unknown, map: (inner: unknown, key: string | number) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((item, index) => map(item, index))
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, map(inner, name)])) : value
}

export function sealConfig(config: Json, form: SchemaPlace, secrets: Secrets): Json {
  const seal = (value: unknown, at: SchemaPlace): unknown => {
    if (typeof value === 'string') return at.secret && value !== '' ? { $sealed: secrets.seal(value) } : value
    // what was sealed elsewhere would be opened here
    if (isSealed(value))
      throw new ParleyError('invalid_input', 'The settings have a property "$sealed", which only Parley writes. Enter the secret itself.')
    return inside(value, (inner, key) => seal(inner, at.at(key)))
  }
  return seal(config, form) as Json
}

export function openConfig(config: Json, secrets: Secrets): Json {
  const open = (value: unknown): unknown => (isSealed(value) ? secrets.open(value.$sealed) : inside(value, open))
  return open(config) as Json
}

/** What a screen may see: secrets as marks. */
export const showConfig = (config: Json, form: SchemaPlace): Json =>
  // what is no secret to older releases was not sealed by them; nothing that is told may come of its text
  withoutSecrets(config, form, (value) => ({ $saved: isSealed(value) ? markOf(value) : '' }))

/** What the audit may see: where secrets are set. */
export const maskConfig = (config: Json, form: SchemaPlace): Json => withoutSecrets(config, form, () => secretMask)

function withoutSecrets(config: Json, form: SchemaPlace, instead: (secret: unknown) => unknown): Json {
  const shown = (value: unknown, at: SchemaPlace): unknown =>
    isSet(value, at) ? instead(value) : inside(value, (inner, key) => shown(inner, at.at(key)))
  return shown(config, form) as Json
}

const isSet = (value: unknown, at: SchemaPlace): boolean => isSealed(value) || (at.secret && typeof value === 'string' && value !== '')

/** Where secrets are set: `token`, `proxy.password`, `doors.0.key`. */
export function secretsSet(config: Json, form: SchemaPlace): string[] {
  const walk = (value: unknown, at: SchemaPlace, path: string): string[] => {
    if (isSet(value, at)) return [path]
    if (!Array.isArray(value) && !isObject(value)) return []
    return Object.entries(value).flatMap(([key, inner]) =>
      walk(inner, at.at(Array.isArray(value) ? Number(key) : key), path === '' ? key : `${path}.${key}`),
    )
  }
  return walk(config, form, '')
}
