import { ParleyError } from '@parley/plugin-api'
import { z } from 'zod'

/** Query of every list: keyset pages, so that a page costs the same wherever it is and nothing is skipped when rows come and go. */
export const pageQuery = z.object({
  cursor: z.string().max(1_000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const writeCursor = (values: readonly string[]): string => Buffer.from(JSON.stringify(values)).toString('base64url')

/** Where a list by time, newest first, goes on. */
export const timeAndId = z.tuple([z.iso.datetime(), z.uuid()])

/** The values the cursor was written from. */
export function readCursor<T>(cursor: string | undefined, keys: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined
  try {
    return keys.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (cause) {
    throw new ParleyError('invalid_input', 'The cursor is damaged. Start from the first page.', { cause })
  }
}

/** Of one row more than wanted, the page and where the next one starts. */
export const pageOf = <T>(rows: readonly T[], limit: number, keyOf: (row: T) => readonly string[]): { items: T[]; nextCursor?: string } => ({
  items: rows.slice(0, limit),
  ...(rows.length > limit ? { nextCursor: writeCursor(keyOf(rows[limit - 1]!)) } : {}),
})
