const special = /["\\]/

const element = (value: unknown): string | undefined => {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'string') return special.test(value) ? `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : `"${value}"`
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
