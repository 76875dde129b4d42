import type { Schema, SchemaIssue, SchemaResult } from '@parley/plugin-api'
import { isRecord } from './canonical.ts'
import type { FiledThing } from './configuration-files.ts'
import type { ConfigurationProblem, MissingSecret } from './configuration-types.ts'
import type { Kind } from './kinds.ts'
import { isSecretReference, mapPlaces, unknownProperties } from './places.ts'
import { hideSecrets, plain, secretsIn, thingName, type Snapshot } from './snapshot.ts'

/** One thing as the files want it, checked. */
export interface Wish {
  readonly kind: Kind
  readonly key: string
  readonly path: string
  readonly schema: Schema<any>
  /** Other things by their keys, secrets open. */
  readonly open: unknown
  readonly filed: unknown
  /** Names of the things it refers to. */
  readonly references: readonly { readonly name: string; readonly at: string }[]
  /** Places whose secret is another one than now. */
  readonly newSecrets: readonly string[]
  /** Places whose secret is taken from what is here. */
  readonly keptSecrets: readonly MissingSecret[]
}

export interface CheckedWishes {
  readonly wishes: readonly Wish[]
  readonly kept: readonly FiledThing[]
  readonly problems: readonly ConfigurationProblem[]
  readonly missing: readonly MissingSecret[]
}

interface Given {
  readonly kinds: ReadonlyMap<string, Kind>
  readonly snapshot: Snapshot
  readonly secrets: Readonly<Record<string, string>>
  /** True when a thing that is only here goes away. */
  readonly goes: (name: string) => boolean
}

/** Holds every file against its kind's schema and against the others; finds all that is wrong. */
export async function checkWishes(things: readonly FiledThing[], given: Given): Promise<CheckedWishes> {
  const wishes: Wish[] = []
  const kept: FiledThing[] = []
  const problems: ConfigurationProblem[] = []
  const missing: MissingSecret[] = []
  const references: { file: string; name: string; at: string }[] = []
  for (const thing of things) {
    const kind = given.kinds.get(thing.kind)
    const schema = kind?.schema(thing.key, thing.document)
    if (kind === undefined || schema === undefined) {
      kept.push(thing)
      continue
    }
    const checked = await checkOne(thing, kind, schema, given)
    problems.push(...checked.problems)
    missing.push(...checked.missing)
    references.push(...checked.references.map((one) => ({ ...one, file: thing.path })))
    if (checked.wish !== undefined) wishes.push(checked.wish)
  }
  const wanted = new Set(things.map(thingName))
  const exists = (name: string): boolean => wanted.has(name) || (given.snapshot.things.has(name) && !given.goes(name))
  for (const { file, name, at } of references) {
    if (!exists(name)) problems.push({ file, path: at, message: `There is no "${name}", neither in the files nor here.` })
  }
  return { wishes, kept, problems, missing }
}

async function checkOne(
  thing: FiledThing,
  kind: Kind,
  schema: Schema<any>,
  { snapshot, secrets }: Given,
): Promise<{ wish?: Wish; problems: ConfigurationProblem[]; missing: MissingSecret[]; references: Wish['references'] }> {
  const problems: ConfigurationProblem[] = []
  const missing: MissingSecret[] = []
  const report = (path: string, message: string): void => void problems.push({ file: thing.path, path, message })
  const current = snapshot.things.get(thingName(thing))
  const now = current === undefined ? new Map<string, string>() : secretsIn(schema, current.open)
  const references: { name: string; at: string }[] = []
  const keptSecrets: MissingSecret[] = []
  const input = mapPlaces(schema, thing.document, (value, place) => {
    const at = place.path.join('.')
    if (place.secret) {
      if (isSecretReference(value)) {
        const given = Object.hasOwn(secrets, value.$secret) ? secrets[value.$secret] : undefined
        const found = given ?? now.get(placeNamed(value.$secret, thing, place.path))
        const secret = { name: value.$secret, file: thing.path, path: at }
        if (found === undefined) missing.push(secret)
        else if (given === undefined) keptSecrets.push(secret)
        return found ?? value.$secret
      }
      if (typeof value === 'string' && value !== '') {
        report(
          at,
          `A secret does not belong into a file. Write "$secret: ${thing.kind}/${thing.key}/${place.path.join('/')}" and give its value apart.`,
        )
      }
    } else if (typeof value === 'string') references.push({ name: `${place.reference}/${value}`, at })
    return value
  })
  const named = (await kind.key?.['~standard'].validate(thing.key)) as SchemaResult<string> | undefined
  for (const { message } of named?.issues ?? []) report('', `The name of the file is not a possible key: ${message}`)
  const result = (await schema['~standard'].validate(input)) as SchemaResult<unknown>
  const absent = new Set(missing.map(({ path }) => path))
  for (const issue of result.issues ?? []) {
    const at = pathOf(issue)
    if (!absent.has(at)) report(at, issue.message)
  }
  if (result.issues !== undefined) {
    for (const at of unknownProperties(schema, input)) report(at, noSuchProperty)
    return { problems, missing, references }
  }
  const open = plain(result.value)
  for (const at of lost(input, open)) report(at, noSuchProperty)
  const newSecrets = [...secretsIn(schema, open)].filter(([at, value]) => !absent.has(at) && now.has(at) && now.get(at) !== value).map(([at]) => at)
  const filed = hideSecrets(kind.id, thing.key, schema, open)
  return { wish: { kind, key: thing.key, path: thing.path, schema, open, filed, references, newSecrets, keptSecrets }, problems, missing, references }
}

/** The place whose secret a name means: an item of a list takes its secret along when it moves, whatever stood there before. */
function placeNamed(secret: string, thing: FiledThing, path: readonly string[]): string {
  const own = `${thingName(thing)}/`
  if (!secret.startsWith(own) || secret === own + path.join('/')) return path.join('.')
  return secret.slice(own.length).replaceAll('/', '.')
}

const noSuchProperty = 'There is no such property.'

const pathOf = ({ path = [] }: SchemaIssue): string => path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')

/** What a schema silently drops is a slip of the author's. */
function lost(input: unknown, output: unknown, path = ''): string[] {
  const at = (name: string | number): string => (path === '' ? String(name) : `${path}.${name}`)
  if (Array.isArray(input) && Array.isArray(output)) return input.flatMap((item, index) => lost(item, output[index], at(index)))
  if (!isRecord(input) || !isRecord(output)) return []
  return Object.entries(input).flatMap(([name, value]) =>
    Object.hasOwn(output, name) || value === undefined ? lost(value, output[name], at(name)) : [at(name)],
  )
}
