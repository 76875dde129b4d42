import type { Schema, Secrets } from '@parley/plugin-api'

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** How a sealed property lies in the database. */
interface Sealed {
  readonly $sealed: string
}
const isSealed = (value: unknown): value is Sealed => isObject(value) && typeof value['$sealed'] === 'string'

/** The form of an account as JSON Schema; properties with `format: 'password'` are its secrets. */
export const formOf = (schema: Schema<unknown>): Json => schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })

const propertiesOf = (form: unknown): readonly [string, Json][] =>
  isObject(form) && isObject(form['properties']) ? (Object.entries(form['properties']) as [string, Json][]) : []

/** Also one that may be absent or something else: `z.string().meta({ format: 'password' }).nullable()`. */
const isSecret = (property: unknown): boolean =>
  isObject(property) &&
  (property['format'] === 'password' ||
    [property['anyOf'], property['oneOf'], property['allOf']].some((parts) => Array.isArray(parts) && parts.some(isSecret)))

/** Names of the secret properties of a form. Forms are flat: what a person fills in. */
export const secretNames = (schema: Schema<unknown>): readonly string[] =>
  propertiesOf(formOf(schema)).flatMap(([name, property]) => (isSecret(property) ? [name] : []))

export const sealConfig = (config: Json, names: readonly string[], secrets: Secrets): Json =>
  Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      names.includes(name) && typeof value === 'string' ? { $sealed: secrets.seal(value) } : value,
    ]),
  )

export const openConfig = (config: Json, secrets: Secrets): Json =>
  Object.fromEntries(Object.entries(config).map(([name, value]) => [name, isSealed(value) ? secrets.open(value.$sealed) : value]))

/** What a screen and the audit may see. */
export const maskConfig = (config: Json, names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(config).filter(([name, value]) => !names.includes(name) && !isSealed(value)))

/** A form is saved without the secrets that the person left untouched; those stay what they were. */
export const keepSecrets = (entered: Json, before: Json, names: readonly string[]): Json => {
  const kept = names.filter((name) => (entered[name] === undefined || entered[name] === '') && before[name] !== undefined)
  return { ...entered, ...Object.fromEntries(kept.map((name) => [name, before[name]])) }
}
