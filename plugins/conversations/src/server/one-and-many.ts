import type { Statement } from '@parley/plugin-api'
import { fewRows } from './few-rows.ts'

/** A statement's text for one and for several at once. */
export type Texts = Required<Pick<Statement, 'text' | 'many'>>

/**
 * Writes both texts from one. `columns` are the parameters in order, each a name and a type. `write` is given what stands for each of them, and what
 * joins the table of several (with the given keyword), which is nothing where there is one.
 */
export const textsOf = (
  columns: readonly string[],
  write: (values: Record<string, string>, from: (keyword: 'FROM' | 'USING' | 'CROSS JOIN') => string) => string,
): Texts => {
  const parsed = columns.map((column) => column.split(' ') as [name: string, type: string])
  const one = Object.fromEntries(parsed.map(([name, type], index) => [name, `$${index + 1}::${type}`]))
  const several = Object.fromEntries(parsed.map(([name]) => [name, `v.${name}`]))
  // an array of jsonb is read more dearly than one of texts
  const arrays = parsed.map(([, type], index) => `$${index + 1}::${type === 'jsonb' ? 'text' : type}[]`)
  const read = parsed.map(([name, type]) => (type === 'jsonb' ? `${name}::${type}` : name))
  const names = parsed.map(([name]) => name)
  const table = `(SELECT ${read.join(', ')} FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS a(${names.join(', ')}, place) WHERE ${fewRows('place')}) AS v`
  return { text: write(one, () => ''), many: write(several, (keyword) => `${keyword} ${table}`) }
}

/** A statement with values in the order of the columns. Its texts are named one by one: a copy by `...` is dear where every message makes some. */
export const statementOf = (
  { text, many }: Texts,
  values: readonly unknown[],
  more?: { readonly expect: number } | { readonly as: string },
): Statement => {
  if (more === undefined) return { text, many, values }
  return 'as' in more ? { text, many, values, as: more.as } : { text, many, values, expect: more.expect }
}
