import { randomUUID } from 'node:crypto'
import type { Claims } from '@parley/plugin-api'

export const markLength = 8

export const newMark = (): string => randomUUID().slice(0, markLength)

/** A UUID whose first block is the mark. */
export const tokenOf = (mark: string): string => mark + randomUUID().slice(markLength)

/** Of a process that nobody watches: what it had is free when the claim's own time is over. */
export const unwatchedClaims = (): Claims => {
  const mark = newMark()
  return { token: () => tokenOf(mark), sure: () => true, gone: () => [] }
}
