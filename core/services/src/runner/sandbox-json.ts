import { ParleyError, type JsonValue } from '@parley/plugin-api'

const suspicious = /__proto__|constructor|\\u/

/** Levels; what walks through more by calling itself may have no stack for it. */
const deepest = 200

/**
 * JSON of untrusted code, without the keys by which a careless merge would change prototypes.
 * Errors: `invalid_input` when it is nested too deeply, `SyntaxError` when it is not JSON.
 */
export function parseSandboxJson(text: string): JsonValue {
  if (depthOf(text) > deepest) throw new ParleyError('invalid_input', `It is nested more than ${deepest} levels deep.`)
  // most has none of these words, and need not be walked
  return JSON.parse(text, suspicious.test(text) ? withoutPrototypes : undefined) as JsonValue
}

function withoutPrototypes(this: unknown, key: string, value: unknown): unknown {
  if (key === '__proto__') return undefined
  const owner = typeof value === 'object' && value !== null && key === 'constructor' && Object.hasOwn(value, 'prototype')
  return owner ? undefined : value
}

/** Of the brackets outside texts; nothing is built for it, so that depth costs nothing. */
function depthOf(text: string): number {
  let depth = 0
  let most = 0
  let inText = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (inText) {
      if (character === '\\') index++
      else if (character === '"') inText = false
    } else if (character === '"') inText = true
    else if (character === '[' || character === '{') most = Math.max(most, ++depth)
    else if (character === ']' || character === '}') depth--
  }
  return most
}
