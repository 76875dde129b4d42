import { ParleyError, type SchemaResult } from '@parley/plugin-api'
import type { ChannelDriver } from '../../api/index.ts'

/** The settings of an account as its channel accepts them; throws `invalid_input` with all that is wrong. */
export async function validConfig(driver: ChannelDriver, config: unknown): Promise<Readonly<Record<string, unknown>>> {
  const validate = async (value: unknown): Promise<SchemaResult<Record<string, unknown>>> => driver.accountSchema['~standard'].validate(value)
  const result = await validate(config)
  if (result.issues === undefined) return result.value
  // as in every form: what is optional and emptied is absent
  const filled = await validate(withoutEmpty(config, result.issues))
  if (filled.issues === undefined) return filled.value
  const issues = result.issues.map(({ message, path = [] }) => ({
    path: path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.'),
    message,
  }))
  const words = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  throw new ParleyError('invalid_input', `The settings of the channel are not complete: ${words}.`, { details: { issues } })
}

type Issues = NonNullable<SchemaResult<unknown>['issues']>

/** Without the empty texts that the schema did not accept. */
function withoutEmpty(config: unknown, issues: Issues): unknown {
  const copy = structuredClone(config)
  for (const { path = [] } of issues) {
    const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment))
    const owner = keys.slice(0, -1).reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], copy)
    const last = keys.at(-1)
    if (last === undefined || typeof owner !== 'object' || owner === null || Array.isArray(owner)) continue
    const holder = owner as Record<PropertyKey, unknown>
    if (holder[last] === '') delete holder[last]
  }
  return copy
}

/** With the defaults of settings that the channel has learned since the account was saved. */
export const complete = (config: Readonly<Record<string, unknown>>, driver: ChannelDriver | undefined): Readonly<Record<string, unknown>> => {
  const result = driver?.accountSchema['~standard'].validate(config) as SchemaResult<Record<string, unknown>> | Promise<unknown> | undefined
  return result === undefined || result instanceof Promise || result.issues !== undefined ? config : result.value
}
