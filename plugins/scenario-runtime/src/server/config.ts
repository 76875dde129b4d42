import { z } from 'zod'

/** What the deployer decides about scenarios. */
export const config = z.strictObject({
  /** Nodes one turn may run without waiting for anything: what stops endless loops. */
  maxSteps: z.number().int().min(10).max(10_000).default(200),
  /** Compiled versions kept in memory. */
  cachedVersions: z.number().int().min(1).max(10_000).default(200),
  /** Characters of a session's constants at most. */
  maxStateSize: z.number().int().min(1000).max(10_000_000).default(1_000_000),
})
export type Config = z.output<typeof config>
