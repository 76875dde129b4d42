import { z } from 'zod'

/** What the deployer decides. Times are in seconds unless the name says otherwise. */
export const config = z
  .object({
    /** Who gets the messages of a new conversation: a key of `conversations.holders@1`. */
    firstHolder: z.string().min(1).default('scenario-runtime'),
    turns: z
      .object({
        /** Lanes that a process takes as it takes messages in; beyond that they wait in the queue, where a message costs several times as much. */
        concurrency: z.int().min(1).max(1000).default(256),
        /** A process that says nothing for so long has lost its lanes. */
        lease: z.number().min(1).default(15),
        /** Tries of an item whose holder fails, before it is put aside as failed. */
        attempts: z.int().min(1).default(8),
      })
      .prefault({}),
    delivery: z
      .object({
        /** Outboxes that this process holds at a time. */
        concurrency: z.int().min(1).max(10_000).default(500),
        lease: z.number().min(5).default(45),
        /** For so long a refused message is tried again before it is failed and those behind it go on. */
        retryFor: z.number().min(0).default(600),
        /** One call of a driver may take so long. */
        timeout: z.number().min(1).default(20),
      })
      .prefault({}),
    media: z
      .object({
        maxBytes: z
          .int()
          .min(1)
          .default(25 * 1024 * 1024),
        attempts: z.int().min(1).default(5),
      })
      .prefault({}),
    checks: z
      .object({
        /** Hours between two looks at a working channel account that nobody else looks at. */
        every: z.number().min(1).default(24),
      })
      .prefault({}),
    /** Days. */
    keep: z
      .object({
        intake: z.number().positive().default(14),
        commandKeys: z.number().positive().default(30),
        externalIds: z.number().positive().default(90),
        buttonValues: z.number().positive().default(365),
      })
      .prefault({}),
    /** Months, by the calendar in UTC. */
    archive: z
      .object({
        /** Messages of months that ended so long ago lie in the archive, a partition for each month. Without it all stay where they are. */
        after: z.int().min(1).optional(),
        /** Archived months that ended so long ago are deleted. Without it they are kept. */
        keep: z.int().min(2).optional(),
      })
      .refine(({ after, keep }) => keep === undefined || (after !== undefined && keep > after), 'keep must be more than after, which it needs')
      .prefault({}),
  })
  .prefault({})
export type Config = z.infer<typeof config>
