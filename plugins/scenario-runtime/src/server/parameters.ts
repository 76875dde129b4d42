import { ParleyError, type Schema, type SchemaIssue, type SchemaResult } from '@parley/plugin-api'
import { issueWords } from './document/issue-words.ts'
import { issuePath } from './document/json-pointer.ts'

/** Fills a text that may be one placeholder, keeping the value's type. */
export type FillValue = (text: string) => unknown

/** Parameters checked once, when a scenario is compiled. */
export interface PreparedParameters {
  /** What is wrong whatever the placeholders say. */
  readonly issues: readonly SchemaIssue[]
  /** The parsed parameters, when nothing depends on the run. */
  readonly parsed: unknown
  /** The parameters of one run: only those whose type a placeholder decides are filled here, the rest by the node. */
  resolve(fill: FillValue): unknown
}

const validate = (schema: Schema, value: unknown): SchemaResult<unknown> => {
  const result: unknown = schema['~standard'].validate(value)
  if (result instanceof Promise)
    throw new ParleyError('internal', 'The schema of a scenario node is asynchronous. Parameters are checked without waiting.')
  return result as SchemaResult<unknown>
}

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? (found as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  )

const hasPlaceholder = (value: unknown): value is string => typeof value === 'string' && value.includes('{{')

const withValue = (target: unknown, path: readonly PropertyKey[], value: unknown): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(target)) return target.map((item, index) => (index === Number(key) ? withValue(item, rest, value) : item))
  return { ...(target as object), [key]: withValue((target as Record<PropertyKey, unknown>)[key], rest, value) }
}

const scalar = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  if (value === 'true' || value === 'false') return value === 'true'
  return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value
}

/** `{{weight}}` where a number belongs is not an error: such texts are filled and checked when the node runs. */
export const prepareParameters = (schema: Schema, raw: unknown): PreparedParameters => {
  const result = validate(schema, raw)
  if (result.issues === undefined) return { issues: [], parsed: result.value, resolve: () => result.value }
  const late = result.issues.filter((issue) => hasPlaceholder(at(raw, issuePath(issue.path)))).map((issue) => issuePath(issue.path))
  const issues = result.issues.filter((issue) => !hasPlaceholder(at(raw, issuePath(issue.path))))
  const resolve = (fill: FillValue): unknown => {
    const filled = late.reduce<unknown>((value, path) => withValue(value, path, scalar(fill(at(raw, path) as string))), raw)
    const outcome = validate(schema, filled)
    if (outcome.issues === undefined) return outcome.value
    const [first] = outcome.issues
    throw new ParleyError(
      'invalid_input',
      `The parameter "${issuePath(first?.path).join('.')}" does not fit: ${first === undefined ? 'unknown reason' : issueWords(first)}`,
    )
  }
  return { issues, parsed: undefined, resolve }
}
