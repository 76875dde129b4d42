import { isDeepStrictEqual } from 'node:util'
import { ParleyError, schemaPlace, type Schema, type SchemaPlace, type Secrets } from '@parley/plugin-api'

type Json = Readonly<Record<string, unknown>>

/** How a sealed text lies in the database. */
interface Sealed {
  readonly $sealed: string
}

/** What JSON has as an object; a date is a value. */
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
const isSealed = (value: unknown): value is Sealed => isObject(value) && typeof value['$sealed'] === 'string'

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

const isHidden = (value: unknown, at: SchemaPlace): boolean => isSealed(value) || at.secret

/** What a screen and the audit may see. A secret that is not a property by name leaves its place empty, so that others stay where they are. */
export const maskConfig = (config: Json, form: SchemaPlace): Json => masked(config, form) as Json

const masked = (value: unknown, at: SchemaPlace): unknown => {
  if (!isObject(value)) return inside(value, (item, index) => (isHidden(item, at.at(index)) ? '' : masked(item, at.at(index))))
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const place = at.at(name)
      if (!isHidden(inner, place)) return [[name, masked(inner, place)]]
      return place.secret && !at.lists(name) ? [[name, '']] : []
    }),
  )
}

/** Where secrets are set: `token`, `proxy.password`, `doors.0.key`. */
export function secretsSet(config: Json, form: SchemaPlace): string[] {
  const walk = (value: unknown, at: SchemaPlace, path: string): string[] => {
    if (isSealed(value) || (at.secret && typeof value === 'string' && value !== '')) return [path]
    if (!Array.isArray(value) && !isObject(value)) return []
    return Object.entries(value).flatMap(([key, inner]) =>
      walk(inner, at.at(Array.isArray(value) ? Number(key) : key), path === '' ? key : `${path}.${key}`),
    )
  }
  return walk(config, form, '')
}

/** A form is saved without the secrets that the person left untouched; those stay what they were. Refuses other servers. */
export function keepSecrets(entered: Json, before: Json, form: SchemaPlace): Json {
  const config = kept(entered, before, form) as Json
  if (!isDeepStrictEqual(config, entered)) refuseOtherServers(entered, before)
  return config
}

/**
 * Throws `conversations/other_server` when settings with saved secrets name another server than before: whoever may change an account may not have its
 * secrets sent somewhere. `secrets` are the places of those that have to be entered again, where it is known.
 */
export function refuseOtherServers(entered: Json, before: Json, secrets?: readonly string[]): void {
  const known = serversOf(before)
  const other = [...serversOf(entered)].find((server) => !known.has(server))
  if (other === undefined) return
  throw new ParleyError(
    'conversations/other_server',
    `The settings now name ${other}. Saved secrets go only to the servers they were entered for, so nothing was changed: enter them again together with the new address.`,
    { family: 'user', status: 400, ...(secrets && { details: { secrets } }) },
  )
}

/** Trimmed, because schemas trim addresses, and whatever the scheme. */
const serversOf = (value: unknown): Set<string> => {
  if (typeof value === 'string') {
    const { protocol, host } = URL.canParse(value.trim()) ? new URL(value.trim()) : { protocol: '', host: '' }
    return new Set(host === '' ? [] : [`${protocol}//${host}`])
  }
  return new Set(Array.isArray(value) || isObject(value) ? Object.values(value).flatMap((inner) => [...serversOf(inner)]) : [])
}

const kept = (entered: unknown, before: unknown, at: SchemaPlace): unknown => {
  if (at.secret && !isObject(entered) && !Array.isArray(entered)) return isLeft(entered) && !isLeft(before) ? before : entered
  if (Array.isArray(entered)) {
    const items: readonly unknown[] = Array.isArray(before) ? before : []
    return entered.map((item, index) => kept(item, itemBefore(items, item, index, at), at.at(index)))
  }
  if (!isObject(entered)) return entered
  const was = isObject(before) ? before : {}
  const left = Object.keys(was).filter((name) => !Object.hasOwn(entered, name) && !isLeft(was[name]) && at.lists(name) && at.at(name).secret)
  return Object.fromEntries(
    [...Object.keys(entered), ...left].map((name) => [name, kept(entered[name], Object.hasOwn(was, name) ? was[name] : undefined, at.at(name))]),
  )
}

const isLeft = (value: unknown): boolean => value === undefined || value === ''

/** The item as it was. One that moved is known by its `id` or by all that is no secret: a secret must not come to another address. */
function itemBefore(before: readonly unknown[], item: unknown, index: number, at: SchemaPlace): unknown {
  if (at.lists(index) || at.at(index).secret) return before[index]
  if (isObject(item) && item['id'] !== undefined) return before.find((one) => isObject(one) && one['id'] === item['id'])
  const shown = masked(item, at.at(index))
  const same = (one: unknown, place: number): boolean => isDeepStrictEqual(masked(one, at.at(place)), shown)
  return same(before[index], index) ? before[index] : before.find(same)
}
