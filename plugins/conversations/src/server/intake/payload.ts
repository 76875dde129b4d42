import { isParleyError } from '@parley/plugin-api'
import { jsonPayload, type ChannelDriver } from '../../api/index.ts'
import { storableText } from '../storable.ts'

/** What the driver reads of bytes: the same when they come, after they waited, and when they are taken in again. */
export const payloadOf = (driver: ChannelDriver, bytes: Uint8Array): unknown =>
  driver.parse === undefined ? jsonPayload(bytes) : driver.parse(bytes)

/** Why a payload could not be taken in, as the raw intake shows it. */
export const problemOf = (error: unknown): string => {
  const issues = isParleyError(error) && Array.isArray(error.details?.['issues']) ? (error.details['issues'] as unknown[]) : []
  const places = issues.filter((issue) => typeof issue === 'string' && issue !== '').join(', ')
  return storableText(`${(error as Error).message}${places === '' ? '' : ` (${places})`}`).slice(0, 1000)
}
