import { z } from 'zod'
import { formatValue } from '../templates/format-value.ts'

const group = z.union([z.boolean(), z.number().int().min(0).max(20)]).default(false)

export const condition = z.object({
  field: z.string().min(1).max(500).meta({ description: '"channel", any constant, or a text with placeholders.' }),
  operator: z.enum(['equals', 'not_equals', 'in_list', 'empty', 'not_empty']),
  value: z.unknown().optional(),
  nextLogic: z.enum(['AND', 'OR']).optional().meta({ description: 'Joins this condition with the next one. AND binds stronger than OR.' }),
  groupStart: group.meta({ description: 'Opens a bracket before the condition (a number: several).' }),
  groupEnd: group.meta({ description: 'Closes a bracket after it.' }),
})
export type Condition = z.output<typeof condition>

export type Resolve = (text: string) => unknown

const textOf = (value: unknown): string => formatValue(value).trim().toLowerCase()

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' ? Object.keys(value).length === 0 : formatValue(value).trim() === '')

const listOf = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.map(textOf)
    : textOf(value)
        .split(/[,;\n]/)
        .map((item) => item.trim())

/** Texts are compared without regard to case and outer spaces; in a list, one common member is enough. */
export const holds = ({ operator, value }: Pick<Condition, 'operator' | 'value'>, field: unknown): boolean => {
  switch (operator) {
    case 'equals':
      return textOf(field) === textOf(value)
    case 'not_equals':
      return textOf(field) !== textOf(value)
    case 'in_list': {
      const wanted = new Set(listOf(value))
      return (Array.isArray(field) ? field.map(textOf) : [textOf(field)]).some((item) => wanted.has(item))
    }
    case 'empty':
      return isEmpty(field)
    case 'not_empty':
      return !isEmpty(field)
  }
}

type Token = '(' | ')' | 'AND' | 'OR' | (() => boolean)

const tokensOf = (conditions: readonly Condition[], join: 'AND' | 'OR', test: (condition: Condition) => boolean): Token[] =>
  conditions.flatMap((item, index): Token[] => [
    ...Array.from({ length: Number(item.groupStart) }, (): Token => '('),
    () => test(item),
    ...Array.from({ length: Number(item.groupEnd) }, (): Token => ')'),
    ...(index < conditions.length - 1 ? [item.nextLogic ?? join] : []),
  ])

/** Evaluates `a AND (b OR c)`; a bracket that is never closed ends with the list. */
class Expression {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  either(): boolean {
    let result = this.#all()
    while (this.#tokens[this.#at] === 'OR') {
      this.#at++
      const right = this.#all()
      result ||= right
    }
    return result
  }

  #all(): boolean {
    let result = this.#one()
    while (this.#tokens[this.#at] === 'AND') {
      this.#at++
      const right = this.#one()
      result &&= right
    }
    return result
  }

  #one(): boolean {
    const token = this.#tokens[this.#at++]
    if (typeof token === 'function') return token()
    if (token !== '(') return false
    const result = this.either()
    if (this.#tokens[this.#at] === ')') this.#at++
    return result
  }
}

/** No conditions at all hold for nobody. */
export const matches = (conditions: readonly Condition[], join: 'AND' | 'OR', resolve: Resolve, fill: (value: unknown) => unknown): boolean => {
  const test = (item: Condition): boolean => holds({ operator: item.operator, value: fill(item.value) }, resolve(item.field))
  return conditions.length > 0 && new Expression(tokensOf(conditions, join, test)).either()
}

/** Brackets that do not match, for the validator. */
export const bracketProblem = (conditions: readonly Condition[]): string | undefined => {
  let depth = 0
  for (const item of conditions) {
    depth += Number(item.groupStart) - Number(item.groupEnd)
    if (depth < 0) return 'A group ends that was not begun.'
  }
  return depth > 0 ? 'A group is begun and never ends.' : undefined
}
