import { z } from 'zod'

export const waitTimeout = z.coerce
  .number()
  .min(1)
  .max(30 * 24 * 3600)
  .optional()
  .meta({ title: 'Time limit', description: 'Seconds; after it the node is left by "timeout". Without it the node waits for ever.' })

const bound = z.coerce.number().optional()

export const answerRule = z
  .object({
    type: z
      .enum(['none', 'phone', 'email', 'number', 'regexp', 'date', 'text', 'file', 'contact', 'location'])
      .default('none')
      .meta({ title: 'Must be' }),
    min: bound.meta({ title: 'At least', description: 'Of a number its value, of a text its length.' }),
    max: bound.meta({ title: 'At most' }),
    pattern: z.string().max(500).optional().meta({ title: 'Pattern', description: 'A regular expression the whole answer must match.' }),
  })
  .default({ type: 'none' })
export type AnswerRule = z.output<typeof answerRule>

export interface Answer {
  readonly kind: string
  readonly text: string
  readonly [field: string]: unknown
}

/** The value to keep, or nothing when the answer does not fit. */
export type Checked = { readonly value: unknown } | undefined

const maxPatternInput = 1000

const phone = (answer: Answer): Checked => {
  const given = typeof answer['phone'] === 'string' ? answer['phone'] : answer.text
  if (!/^\s*\+?[\d\s().-]{7,24}\s*$/.test(given)) return undefined
  const digits = given.replaceAll(/\D/g, '')
  return digits.length >= 9 && digits.length <= 15
    ? { value: `${given.trim().startsWith('+') || answer.kind === 'contact' ? '+' : ''}${digits}` }
    : undefined
}

const email = (text: string): Checked =>
  text.length <= 254 && /^[^\s@<>"',;]{1,64}@(?:[\p{L}\d](?:[\p{L}\d-]{0,61}[\p{L}\d])?\.)+\p{L}{2,24}$/u.test(text)
    ? { value: text.toLowerCase() }
    : undefined

const number = (text: string, { min = -Infinity, max = Infinity }: AnswerRule): Checked => {
  if (!/^[+-]?\d{1,15}(?:[.,]\d{1,9})?$/.test(text)) return undefined
  const value = Number(text.replace(',', '.'))
  return value >= min && value <= max ? { value } : undefined
}

const date = (text: string): Checked => {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  const local = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(text)
  const [year, month, day] = iso !== null ? iso.slice(1).map(Number) : local !== null ? local.slice(1).reverse().map(Number) : []
  if (year === undefined || month === undefined || day === undefined) return undefined
  const at = new Date(Date.UTC(year, month - 1, day))
  const real = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day
  return real ? { value: at.toISOString().slice(0, 10) } : undefined
}

const patternOf = (source: string): RegExp | undefined => {
  try {
    return new RegExp(`^(?:${source})$`, 'u')
  } catch {
    return undefined
  }
}

const files: readonly string[] = ['image', 'file', 'audio', 'video']

const file = (answer: Answer): Checked => (files.includes(answer.kind) ? { value: answer['media'] } : undefined)

const plain = (answer: Answer): Checked => {
  if (answer.kind === 'contact') return { value: answer['phone'] }
  if (answer.kind === 'location') return { value: { latitude: answer['latitude'], longitude: answer['longitude'] } }
  if (answer.kind === 'press') return { value: answer['value'] }
  return file(answer) ?? (answer.text === '' ? undefined : { value: answer.text })
}

/** Checks and tidies an answer: phones to digits, dates to ISO, numbers to numbers. */
export const checkAnswer = (rule: AnswerRule, answer: Answer): Checked => {
  const text = answer.text.trim()
  switch (rule.type) {
    case 'none':
      return plain(answer)
    case 'phone':
      return phone(answer)
    case 'email':
      return email(text)
    case 'number':
      return number(text, rule)
    case 'date':
      return date(text)
    case 'text':
      return answer.kind === 'text' && text.length >= (rule.min ?? 1) && text.length <= (rule.max ?? Infinity) ? { value: text } : undefined
    case 'regexp':
      return text.length <= maxPatternInput && patternOf(rule.pattern ?? '.+')?.test(text) === true ? { value: text } : undefined
    case 'file':
      return file(answer)
    case 'contact':
    case 'location':
      return answer.kind === rule.type ? plain(answer) : undefined
  }
}

// a repetition inside a repetition, such as (a+)+, can take longer than the age of the universe on a short text
const nestedRepetition = /\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)[+*{]/

/** What is wrong with a pattern, for the validator. */
export const patternProblem = (pattern: string): string | undefined => {
  if (patternOf(pattern) === undefined) return 'The pattern is not a regular expression.'
  return nestedRepetition.test(pattern) ? 'A repetition inside a repetition can hang. Write the pattern without it.' : undefined
}
