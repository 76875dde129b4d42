import { ParleyError } from '@parley/plugin-api'
import { isDangerousKey, isDeeperThan } from '../validation/json-guards.ts'

export const mostDepth = 32

const malformed = (message: string, cause?: unknown): ParleyError => new ParleyError('malformed_body', message, cause === undefined ? {} : { cause })

/** Bytes as text; refuses what is not UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw malformed('The body is not valid UTF-8. Send it encoded as UTF-8.', cause)
  }
}

// U+0000 and half of a surrogate pair are valid JSON that PostgreSQL can store neither as text nor as jsonb
const unstorable = /[\0\p{Surrogate}]/gu
// the last three of the first group: letters of the two names below, written as escapes
const suspicious = /\\u(?:0000|[dD][89a-fA-F]|00[567])|__proto__|constructor/

export const storableText = (text: string): string => text.replace(unstorable, '\uFFFD')

const clean = (value: unknown): unknown => {
  if (typeof value === 'string') return storableText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(clean)
  const result: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) if (!isDangerousKey(key, item)) result[storableText(key)] = clean(item)
  return result
}

/**
 * JSON from outside. Refuses broken UTF-8 and nesting; replaces characters that cannot be stored by U+FFFD; drops keys that would reach a
 * prototype if the value were ever merged into another.
 */
export const parseJson = (bytes: Uint8Array): unknown => {
  if (isDeeperThan(bytes, mostDepth)) throw malformed(`The body is nested deeper than ${mostDepth} levels. Send it flatter.`)
  const text = decodeUtf8(bytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const position = / at position \d+/.exec((cause as Error).message)?.[0] ?? ''
    throw malformed(`The body is not valid JSON${position}.`)
  }
  return suspicious.test(text) ? clean(value) : value
}
