import type { Job, JobBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { roundEvery, type AccountRounds } from './account-rounds.ts'

interface Cradle {
  readonly accountRounds: AccountRounds
}

/** One try: what a round did not get to, the next one does. */
export const accountJobs = (job: JobBuilder<Cradle>): Job[] => [
  job('check-accounts', { payload: z.object({}), schedule: roundEvery, concurrency: 1, attempts: 1 }, (_, { accountRounds }, signal) =>
    accountRounds.go(signal),
  ),
]
