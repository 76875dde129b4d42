import { ParleyError, type JsonValue } from '@parley/plugin-api'
import { isDangerousKey, isDeeperThan } from '../validation/json-guards.ts'

const suspicious = /__proto__|constructor|\\u/

/** Levels; what walks through more by calling itself may have no stack for it. */
const deepest = 200

/**
 * JSON of untrusted code, without the keys by which a careless merge would change prototypes.
 * Errors: `invalid_input` when it is nested too deeply, `SyntaxError` when it is not JSON.
 */
export function parseSandboxJson(text: string): JsonValue {
  if (isDeeperThan(Buffer.from(text), deepest)) throw new ParleyError('invalid_input', `It is nested more than ${deepest} levels deep.`)
  // most has none of these words, and need not be walked
  return JSON.parse(text, suspicious.test(text) ? withoutPrototypes : undefined) as JsonValue
}

const withoutPrototypes = (key: string, value: unknown): unknown => (isDangerousKey(key, value) ? undefined : value)
