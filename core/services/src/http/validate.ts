import type { Schema, SchemaIssue, SchemaResult } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'

export type Part = 'body' | 'query' | 'params'

export interface Issue {
  readonly in: Part
  /** `items.0.name`; empty for the whole part. */
  readonly path: string
  readonly message: string
}

const mostIssues = 50

export const issuePath = (issue: SchemaIssue): string =>
  (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.')

const refuse = (part: Part, found: readonly SchemaIssue[]): never => {
  const issues: Issue[] = found.slice(0, mostIssues).map((issue) => ({ in: part, path: issuePath(issue), message: issue.message }))
  const list = issues.map(({ path, message }) => `"${path === '' ? part : path}": ${message}`).join('; ')
  throw new ParleyError('invalid_input', `The ${part === 'params' ? 'path' : part} is not as expected. ${list}.`, { details: { issues } })
}

/** The parsed value; a validator that answers at once costs no promise. */
export const validate = (schema: Schema, value: unknown, part: Part): unknown => {
  const result = schema['~standard'].validate(value) as SchemaResult<unknown> | Promise<SchemaResult<unknown>>
  if (result instanceof Promise) return result.then((late) => (late.issues === undefined ? late.value : refuse(part, late.issues)))
  return result.issues === undefined ? result.value : refuse(part, result.issues)
}
