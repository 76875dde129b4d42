import { ParleyError, type SchemaResult } from '@parley/plugin-api'
import type { ChannelDriver } from '../../api/index.ts'

/** The settings of an account as its channel accepts them; throws `invalid_input` with all that is wrong. */
export async function validConfig(driver: ChannelDriver, config: unknown): Promise<Readonly<Record<string, unknown>>> {
  const result: SchemaResult<Record<string, unknown>> = await driver.accountSchema['~standard'].validate(config)
  if (result.issues === undefined) return result.value
  const issues = result.issues.map(({ message, path = [] }) => ({
    path: path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.'),
    message,
  }))
  const words = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  throw new ParleyError('invalid_input', `The settings of the channel are not complete: ${words}.`, { details: { issues } })
}

/** With the defaults of settings that the channel has learned since the account was saved. */
export const complete = (config: Readonly<Record<string, unknown>>, driver: ChannelDriver | undefined): Readonly<Record<string, unknown>> => {
  const result = driver?.accountSchema['~standard'].validate(config) as SchemaResult<Record<string, unknown>> | Promise<unknown> | undefined
  return result === undefined || result instanceof Promise || result.issues !== undefined ? config : result.value
}
