import { formatValue } from '../templates/format-value.ts'

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined

/** A field of an answer by its dotted path; `items[0].id` and `items.0.id` are the same. */
export const fieldOf = (answer: unknown, path: string): unknown => {
  const whole = own(answer, path)
  return whole === undefined
    ? path
        .replaceAll(/\[(\d{1,9})\]/g, '.$1')
        .split('.')
        .reduce(own, answer)
    : whole
}

const listKey = 'list_obj'

/** `{{name}}` and `name` both name a constant. */
const constantOf = (placeholder: unknown): string =>
  formatValue(placeholder)
    .replace(/^\{\{\s*([^{}]*?)\s*\}\}$/, '$1')
    .trim()

/** The rows of an answer: the answer itself, or the first list in it. */
const rowsOf = (answer: unknown): readonly unknown[] => {
  if (Array.isArray(answer)) return answer
  if (typeof answer !== 'object' || answer === null) return []
  return Object.values(answer).find((value): value is unknown[] => Array.isArray(value)) ?? []
}

const mapRow = (row: unknown, mapping: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(mapping).map(([key, path]) => [key, fieldOf(row, formatValue(path))]))

export interface Mapped {
  readonly constants: Readonly<Record<string, unknown>>
  readonly list: readonly Record<string, unknown>[] | undefined
}

/** `{ field: "{{constant}}" }` picks single values; `list_obj: { text: "title", value: "id" }` makes rows of a list. */
export const mapResponse = (answer: unknown, mapping: Readonly<Record<string, unknown>>): Mapped => {
  const constants: Record<string, unknown> = {}
  let list: Record<string, unknown>[] | undefined
  for (const [path, target] of Object.entries(mapping)) {
    if (path === listKey && typeof target === 'object' && target !== null) {
      list = rowsOf(answer).map((row) => mapRow(row, target as Record<string, unknown>))
    } else {
      const name = constantOf(target)
      if (name !== '') constants[name] = fieldOf(answer, path)
    }
  }
  return { constants, list }
}
