/** Shorter values are no secrets, and would hide what is none. */
const shortest = 4
const mask = '•••'

/** The values of instance settings that parameters name, as the code gets them. */
export const secretsIn = (parameters: unknown, fill: (placeholder: string) => unknown): readonly string[] => {
  const placeholders = JSON.stringify(parameters).match(/\{\{[^{}]*\binstance_settings\.[^{}]*\}\}/g) ?? []
  const values = [...new Set(placeholders)].map((placeholder) => String(fill(placeholder)))
  // a longer one first: it may hold a shorter one
  return values.filter((value) => value.length >= shortest).sort((a, b) => b.length - a.length)
}

/** Hides these texts in every text of a value. */
export const maskOf =
  (secrets: readonly string[]) =>
  <T>(value: T): T =>
    secrets.length === 0 ? value : (masked(value, secrets) as T)

const masked = (value: unknown, secrets: readonly string[]): unknown => {
  if (typeof value === 'string') return secrets.reduce((text, secret) => text.replaceAll(secret, mask), value)
  if (Array.isArray(value)) return value.map((item: unknown) => masked(item, secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, secrets)]))
}
