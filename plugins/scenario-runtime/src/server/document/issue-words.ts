import type { SchemaIssue } from '@parley/plugin-api'

/** What zod says beyond the standard. */
interface Detailed extends SchemaIssue {
  readonly code?: string
  readonly expected?: string
  readonly origin?: string
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
  readonly values?: readonly unknown[]
  readonly keys?: readonly string[]
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a set of fields',
  record: 'a set of fields',
}

const missing = /received undefined$/

const bound = (issue: Detailed, limit: number | bigint | undefined, word: 'least' | 'most'): string => {
  if (issue.origin === 'string')
    return word === 'least' && Number(limit) === 1 ? 'This must not be empty.' : `This needs at ${word} ${limit} characters.`
  if (issue.origin === 'array')
    return word === 'least' && Number(limit) === 1 ? 'This needs at least one entry.' : `This takes at ${word} ${limit} entries.`
  return `This must be at ${word} ${limit}.`
}

/** An issue in plain words: what a person reads must not speak of types and operators. */
export const issueWords = (given: SchemaIssue): string => {
  const issue = given as Detailed
  switch (issue.code) {
    case 'invalid_type':
      return missing.test(issue.message) ? 'This is missing.' : `This must be ${kinds[issue.expected ?? ''] ?? issue.expected ?? 'something else'}.`
    case 'too_small':
      return bound(issue, issue.minimum, 'least')
    case 'too_big':
      return bound(issue, issue.maximum, 'most')
    case 'invalid_value':
      return `This must be ${(issue.values ?? []).map((value) => JSON.stringify(value)).join(' or ')}.`
    case 'invalid_union':
      return 'This fits none of the forms that are possible here.'
    default:
      return issue.message
  }
}
