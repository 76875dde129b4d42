import { createHash } from 'node:crypto'

/** The same text for the same data, whatever the order of its keys. `undefined` is as good as absent. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null'
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(',')}}`
}

export const hashOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex')

export const sameData = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
