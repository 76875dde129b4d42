import { z } from 'zod'

/** What the deployer decides. */
export const config = z.object({
  /** Milliseconds an action may take whose config does not say otherwise; at most what the runner allows. */
  timeLimit: z.number().int().min(100).max(60_000).default(10_000),
})

export type Config = z.output<typeof config>
