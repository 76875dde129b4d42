import { ParleyError, type Schema, type SchemaIssue, type SchemaResult } from '@parley/plugin-api'

const pathOf = (issue: SchemaIssue): string => (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.')

const describe = (issues: readonly SchemaIssue[]): string =>
  issues
    .slice(0, 5)
    .map((issue) => (pathOf(issue) === '' ? issue.message : `${pathOf(issue)}: ${issue.message}`))
    .join('; ')

/**
 * The parsed value, or `invalid_input` with everything that is wrong. `what` names the value at the start of the message.
 *
 * @example validate(job.options.payload, payload, 'The payload of "conversations:receive"')
 */
export const validate = <T>(schema: Schema<T>, value: unknown, what: string): T => {
  const result = schema['~standard'].validate(value) as SchemaResult<T> | Promise<SchemaResult<T>>
  if (result instanceof Promise) throw new ParleyError('internal', `${what} has a schema that answers later. Use one without asynchronous checks.`)
  if (result.issues === undefined) return result.value
  throw new ParleyError('invalid_input', `${what} is not valid: ${describe(result.issues)}`, {
    details: { issues: result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message })) },
  })
}
