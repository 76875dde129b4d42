import type { Job, JobBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import type { ChannelInbox } from '../intake/inbox.ts'
import type { WaitingPayloads } from '../intake/waiting-payloads.ts'

interface Cradle {
  readonly inbox: ChannelInbox
  readonly waitingPayloads: WaitingPayloads
}

/** Takes in what came while a channel was suspended, as soon as it runs again. */
export const waitingJobs = (job: JobBuilder<Cradle>): Job[] => [
  job(
    'take-waiting',
    {
      payload: z.object({ accountId: z.uuid() }),
      orderBy: ({ accountId }) => accountId,
      due: ({ waitingPayloads }) => waitingPayloads.accounts(),
      dueEvery: 15_000,
    },
    ({ accountId }, { inbox, waitingPayloads }, signal) => waitingPayloads.takeIn(accountId, inbox, signal),
  ),
]
