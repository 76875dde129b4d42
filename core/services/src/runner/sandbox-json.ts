import type { JsonValue } from '@parley/plugin-api'

const suspicious = /__proto__|constructor|\\u/

/** JSON of untrusted code, without the keys by which a careless merge would change prototypes. */
export function parseSandboxJson(text: string): JsonValue {
  // most has none of these words, and need not be walked
  return JSON.parse(text, suspicious.test(text) ? withoutPrototypes : undefined) as JsonValue
}

function withoutPrototypes(this: unknown, key: string, value: unknown): unknown {
  if (key === '__proto__') return undefined
  const owner = typeof value === 'object' && value !== null && key === 'constructor' && Object.hasOwn(value, 'prototype')
  return owner ? undefined : value
}
