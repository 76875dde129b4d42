import type { Clock, Job, JobBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import type { MediaFetcher } from './media-fetcher.ts'
import type { MediaStore } from './media-store.ts'

interface Cradle {
  readonly mediaFetcher: MediaFetcher
  readonly mediaStore: MediaStore
  readonly clock: Clock
}

const patience = 2_000
const atOnce = 200

export const mediaJobs = (job: JobBuilder<Cradle>): Job[] => [
  job(
    'fetch-media',
    {
      payload: z.object({ messageId: z.uuid() }),
      concurrency: 4,
      due: async ({ mediaStore, clock }) => {
        const ids = await mediaStore.overdue(new Date(clock.now().getTime() - patience), atOnce)
        return ids.map((messageId) => ({ messageId }))
      },
    },
    ({ messageId }, { mediaFetcher }, signal) => mediaFetcher.fetch(messageId, signal),
  ),
]
