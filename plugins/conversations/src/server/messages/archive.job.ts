import type { Clock, Job, JobBuilder, Logger } from '@parley/plugin-api'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { MessageArchiveStore } from './message-archive-store.ts'
import { monthOf, monthStart } from './months.ts'

interface Cradle {
  readonly messageArchiveStore: MessageArchiveStore
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
}

/** Past months go to the archive, and from there after their time; both only when the deployer says so (`archive`). */
export const archiveJobs = (job: JobBuilder<Cradle>): Job[] => [
  job(
    'archive',
    { payload: z.object({}), schedule: '43 2 * * *', concurrency: 1 },
    async (_, { messageArchiveStore, config, clock, log }, signal) => {
      const { after, keep } = config.archive
      const thisMonth = monthOf(clock.now())
      const monthsAgo = (months: number): string => monthOf(monthStart(thisMonth, -months))
      if (after !== undefined) {
        const messages = await messageArchiveStore.moveBefore(monthsAgo(after), signal)
        if (messages > 0) log.info('messages of past months were archived', { messages })
      }
      if (keep === undefined || signal.aborted) return
      const months = await messageArchiveStore.dropBefore(monthsAgo(keep))
      if (months.length > 0) log.info('archived months were deleted', { months })
    },
  ),
]
