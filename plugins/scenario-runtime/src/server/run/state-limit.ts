import type { SessionState } from './session.ts'

const sizeOf = (value: unknown): number => {
  if (typeof value === 'string') return value.length
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length : 8
}

/** Drops the largest constants until the rest fits: a raw answer kept in every run must not make every turn slow. Answers what was dropped. */
export const limitState = (state: SessionState, limit: number): string[] => {
  const sizes = Object.entries(state.const).map(([key, value]): [string, number] => [key, key.length + sizeOf(value)])
  let total = sizes.reduce((sum, [, size]) => sum + size, 0)
  if (total <= limit) return []
  const dropped: string[] = []
  for (const [key, size] of sizes.sort((a, b) => b[1] - a[1])) {
    if (total <= limit) break
    delete state.const[key]
    dropped.push(key)
    total -= size
  }
  return dropped
}
