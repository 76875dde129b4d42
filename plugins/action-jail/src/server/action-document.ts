import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ActionDocument } from '../api/index.ts'

/** The id of a custom action. It is also the name of its function. */
export const actionId = z
  .string()
  .max(64)
  .regex(/^action_[A-Za-z0-9_]+$/, '"action_", then Latin letters, digits and _.')

/** What is written: whether it can run is another check. */
export const actionDocument = z.object({
  name: z.string().trim().min(1).max(100),
  description: z.string().trim().max(1000).default(''),
  group: z.string().trim().min(1).max(50).default('custom'),
  code: z.string().max(200_000),
  config: z.record(z.string(), z.unknown()),
  documentation: z.string().max(50_000).default(''),
})

/** Keys in one order, so that the same action is the same text. */
export const textOf = ({ name, description, group, code, config, documentation }: ActionDocument): string =>
  JSON.stringify({ name, description, group, code, config, documentation })

/** Tells whether code is the same, in few letters. */
export const hashOfCode = (code: string): string => createHash('sha256').update(code).digest('hex').slice(0, 12)
