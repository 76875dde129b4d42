const special = /["\\]/
// Control characters and surrogates: JSON escapes them in a way that arrays do not know.
const beyondJson = /[^ -\ud7ff\ue000-\uffff]/

// JSON and arrays escape quotes and backslashes alike, and the engine is several times as fast at it as any replacement.
const quoted = (text: string): string => (beyondJson.test(text) ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : JSON.stringify(text))

const element = (value: unknown): string | undefined => {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'string') return special.test(value) ? quoted(value) : `"${value}"`
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/**
 * A list of plain values as PostgreSQL reads arrays (documentation, "Array Input and Output Syntax"). Batches send little else, and the driver's own way
 * costs several times as much. Undefined for a list of anything else, which the driver converts.
 */
export const arrayLiteral = (values: readonly unknown[]): string | undefined => {
  let text = '{'
  for (const value of values) {
    const one = element(value)
    if (one === undefined) return undefined
    text += text.length === 1 ? one : `,${one}`
  }
  return `${text}}`
}
