import { ParleyError } from '@parley/plugin-api'

const unstorable = /\0|\p{Surrogate}/u
const loneSurrogate = /\p{Surrogate}/gu

/** PostgreSQL takes neither U+0000 nor halves of surrogate pairs; a client's app may send both. */
export const storableText = (text: string): string => (unstorable.test(text) ? text.replace(loneSurrogate, '\ufffd').replaceAll('\0', '') : text)

const maxDepth = 32
/** Instances of classes are stored by their fields. */
const plain: readonly (object | null)[] = [Object.prototype, null]

/**
 * The same for every text in a plain value, keys included; the value itself where nothing has to change. Throws `invalid_input` for a value that is
 * nested deeper than anybody means.
 */
export const storable = <T>(value: T, depth = 0): T => {
  if (typeof value === 'string') return storableText(value) as T
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  if (depth === maxDepth) throw new ParleyError('invalid_input', `The values are nested more than ${maxDepth} deep. Send flatter data.`)
  if (Array.isArray(value)) {
    const items = value.map((inner: unknown) => storable(inner, depth + 1))
    return items.every((item, index) => item === value[index]) ? value : (items as T)
  }
  let same = plain.includes(Object.getPrototypeOf(value) as object | null)
  const entries = Object.entries(value).map(([key, inner]) => {
    const entry = [storableText(key), storable(inner, depth + 1)] as const
    same &&= entry[0] === key && entry[1] === inner
    return entry
  })
  return same ? value : (Object.fromEntries(entries) as T)
}
