import { ParleyError, type SchemaPlace, type Secrets } from '@parley/plugin-api'
import { isMark, isObject, isSealed, markOf, type Json } from './account-secrets.ts'

/** Names, places of tuples as texts, and places of lists as numbers, which say nothing of an item. */
type Path = readonly (string | number)[]

/** A secret inside a list: told apart by its mark, and kept only in a place of its kind, by an item that names no other server. */
interface ListedSecret {
  readonly sealed: string
  readonly kind: string
  readonly item: unknown
}

/**
 * The settings as they are to be saved: what a person left untouched stays what it was, `null` takes an optional secret away. By name a secret stays also
 * when it is left out or sent as an empty text. An item of a list has no name, so there only the mark with which a secret was shown keeps it.
 * Refuses other servers. `before` is given twice: as it lies in the database, and open with the defaults of today.
 */
export function keepSecrets(
  entered: Json,
  before: { readonly sealed: Json; readonly opened: Json },
  form: SchemaPlace,
  secrets: Pick<Secrets, 'open'>,
): Json {
  const listed = listedSecrets(before.sealed, form)
  let anyKept = false
  const keep = (value: unknown): unknown => {
    anyKept ||= value !== null
    return value
  }

  const marked = (mark: string, was: unknown, path: Path, item: unknown): unknown => {
    const one = item === undefined ? undefined : listed.get(mark)
    if (one !== undefined && one.kind === kindOf(path)) {
      refuseOtherServers(item, one.item)
      return keep(secrets.open(one.sealed))
    }
    if (item === undefined && !isLeft(was)) return keep(was)
    const message = `Nothing is saved for "${path.join('.')}": it moved, or somebody else changed these settings meanwhile. Enter the secret again.`
    throw new ParleyError('invalid_input', message, { details: { issues: [{ path: path.join('.'), message }] } })
  }

  /** `item` is the outermost item of a list around the place. */
  const kept = (value: unknown, was: unknown, at: SchemaPlace, path: Path, item?: unknown): unknown => {
    if (isMark(value)) return marked(value.$saved, was, path, item)
    if (at.secret && isLeft(value)) return item === undefined && !isLeft(was) ? keep(was) : value
    if (Array.isArray(value)) {
      const items: readonly unknown[] = Array.isArray(was) ? was : []
      return value.map((inner, index) =>
        at.lists(index)
          ? kept(inner, items[index], at.at(index), [...path, String(index)], item)
          : kept(inner, undefined, at.at(index), [...path, index], item ?? inner),
      )
    }
    if (!isObject(value)) return value
    const old = isObject(was) && item === undefined ? was : {}
    const left = Object.keys(old).filter((name) => !Object.hasOwn(value, name) && !isLeft(old[name]) && at.lists(name) && at.at(name).secret)
    return Object.fromEntries(
      [...Object.keys(value), ...left]
        .filter((name) => !at.at(name).removes(value[name]))
        .map((name) => [name, kept(value[name], Object.hasOwn(old, name) ? old[name] : undefined, at.at(name), [...path, name], item)]),
    )
  }

  const config = kept(entered, before.opened, form, []) as Json
  if (anyKept) refuseOtherServers(entered, before.opened)
  return config
}

/**
 * Throws `conversations/other_server` when settings with saved secrets name another server than before: whoever may change an account may not have its
 * secrets sent somewhere. `secrets` are the places of those that have to be entered again, where it is known.
 */
export function refuseOtherServers(entered: unknown, before: unknown, secrets?: readonly string[]): void {
  const known = serversOf(before)
  const other = [...serversOf(entered)].find((server) => !known.has(server))
  if (other === undefined) return
  throw new ParleyError(
    'conversations/other_server',
    `The settings now name ${other}. Saved secrets go only to the servers they were entered for, so nothing was changed: enter them again together with the new address, or remove them.`,
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

function listedSecrets(config: Json, form: SchemaPlace): ReadonlyMap<string, ListedSecret> {
  const found = new Map<string, ListedSecret>()
  const walk = (value: unknown, at: SchemaPlace, path: Path, item?: unknown): void => {
    if (isSealed(value)) {
      if (item !== undefined) found.set(markOf(value), { sealed: value.$sealed, kind: kindOf(path), item })
    } else if (Array.isArray(value)) {
      for (const [index, inner] of value.entries()) {
        if (at.lists(index)) walk(inner, at.at(index), [...path, String(index)], item)
        else walk(inner, at.at(index), [...path, index], item ?? inner)
      }
    } else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value)) walk(inner, at.at(name), [...path, name], item)
    }
  }
  walk(config, form, [])
  return found
}

const kindOf = (path: Path): string => JSON.stringify(path.map((step) => (typeof step === 'number' ? 0 : step)))
const isLeft = (value: unknown): boolean => value === undefined || value === ''
