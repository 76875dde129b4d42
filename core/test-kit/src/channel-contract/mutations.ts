const strange = [null, 0, -1, 1e300, '', 'x', [], {}, true, '\u0000']

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const paths = (value: Json, path: readonly string[] = []): (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => [[...path, name], ...paths(inner, [...path, name])])
    : []

const changed = (value: Json, [name, ...rest]: readonly string[], to: Json): Json => {
  if (name === undefined) return to
  if (Array.isArray(value)) return value.map((inner, index) => (String(index) === name ? changed(inner, rest, to) : inner))
  const object = value as { [name: string]: Json }
  return { ...object, [name]: changed(object[name] ?? null, rest, to) }
}

// above 2^53 a number is another one once it was parsed, perhaps that of another event
const long = '\u0001'
const longNumbers = /"(?:[^"\\]|\\.)*"|-?\d{16,}/g
const asTexts = (body: string): string => body.replaceAll(longNumbers, (found) => (found.startsWith('"') ? found : JSON.stringify(long + found)))
const asNumbers = (body: string): string => body.replaceAll(/"\\u0001(-?\d{16,})"/g, '$1')

/** A JSON body with each of its values replaced by something strange, in turn; nothing for a body that is not JSON. */
export const mutations = (body: string): string[] => {
  let value: Json
  try {
    value = JSON.parse(asTexts(body)) as Json
  } catch {
    return []
  }
  return paths(value).flatMap((path, index) =>
    [0, 1, 2].map((more) => asNumbers(JSON.stringify(changed(value, path, strange[(index * 3 + more) % strange.length]!)))),
  )
}
