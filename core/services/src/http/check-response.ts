import type { SchemaResult } from '@parley/plugin-api'
import { ParleyError } from '@parley/plugin-api'
import type { Answer } from './answer.ts'
import type { Endpoint } from './endpoint.ts'
import { issuePath } from './validate.ts'

/** Outside production every 200 is held against the schema that documents it, in the form in which the caller gets it. */
export const checkResponse = async ({ options, label }: Endpoint, { status, body, stream }: Answer): Promise<void> => {
  if (options.response === undefined || status !== 200 || stream !== undefined) return
  const value: unknown = typeof body === 'string' && body !== '' ? JSON.parse(body) : undefined
  const result = (await options.response['~standard'].validate(value)) as SchemaResult<unknown>
  if (result.issues === undefined) return
  const list = result.issues.map((issue) => `"${issuePath(issue)}": ${issue.message}`).join('; ')
  throw new ParleyError('internal', `The answer of ${label} does not match its response schema. ${list}. Change the handler or the schema.`)
}
