import type { Command } from '@parley/plugin-conversations/api'
import { z } from 'zod'

const data = z.record(z.string(), z.unknown()).default({})

/** Commands of the runtime's own lane, as `inbox.post` brings them back. */
const command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('timeout'), timer: z.string() }),
  z.object({ type: z.literal('resume'), waitId: z.string(), outcome: z.string(), data }),
  z.object({ type: z.literal('leave'), waitId: z.string(), outcome: z.string(), data }),
  z.object({
    type: z.literal('goto'),
    alias: z.string().optional(),
    node: z.string().optional(),
    data,
    /** Whether the bot takes the conversation from whoever has it. */
    hold: z.boolean().default(true),
  }),
])
export type RunCommand = z.output<typeof command>

/** `undefined` for a command of a newer version. */
export const readCommand = ({ type, data: fields }: Command): RunCommand | undefined => command.safeParse({ ...fields, type }).data
