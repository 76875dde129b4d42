import { z } from 'zod'
import { user } from '../../api/index.ts'

export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[^\s@]+@[^\s@]+$/, 'is not an e-mail address')
export const name = z.string().trim().max(100)
export const password = z.string().min(1).max(256)
export const userId = z.object({ id: z.uuid() })

/** A user as administrators see it. */
export const shownUser = user.extend({ botIds: z.array(z.string()).optional() })

export const session = z.object({
  id: z.string(),
  createdAt: z.string(),
  lastSeenAt: z.string(),
  expiresAt: z.string(),
  address: z.string(),
  userAgent: z.string(),
  /** The one that asks. */
  current: z.boolean(),
})

export const pageSchema = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().optional() })
