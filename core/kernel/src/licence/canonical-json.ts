/**
 * JSON in one spelling: keys in the order of their UTF-16 units, no spaces, texts and numbers as `JSON.stringify` writes them (RFC 8785).
 * What is signed is this text, so that a licence may be indented, reordered and copied by any editor.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  entries.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`).join(',')}}`
}
