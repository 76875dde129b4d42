import type { Claims, Clock, Job, JobBuilder } from '@parley/plugin-api'
import { z } from 'zod'
import { languageWords } from '../../api/index.ts'
import type { Deliverer } from '../delivery/deliverer.ts'
import type { DeliveryStore } from '../delivery/delivery-store.ts'
import type { Receipts } from '../delivery/receipts.ts'
import type { LaneStore } from '../lanes/lane-store.ts'
import type { Turns } from '../lanes/turns.ts'

const conversation = z.object({ conversationId: z.uuid() })

/** Due for so long while nobody works on it: the job was lost. */
const patience = 2_000
const atOnce = 1_000

interface Cradle {
  readonly turns: Turns
  readonly laneStore: LaneStore
  readonly deliverer: Deliverer
  readonly deliveryStore: DeliveryStore
  readonly receipts: Receipts
  readonly clock: Clock
  readonly claims: Claims
}

const overdue = async (store: LaneStore | DeliveryStore, { clock, claims }: Cradle): Promise<{ conversationId: string }[]> => {
  const now = clock.now()
  const gone = claims.gone()
  if (gone.length > 0) await store.free(gone, now)
  const ids = await store.overdue(new Date(now.getTime() - patience), now, atOnce)
  return ids.map((conversationId) => ({ conversationId }))
}

/** Jobs that only wake: what they work off are rows. */
export const laneJobs = (job: JobBuilder<Cradle>): Job[] => [
  job(
    'turn',
    {
      payload: conversation,
      orderBy: ({ conversationId }) => conversationId,
      concurrency: 20,
      due: (cradle) => overdue(cradle.laneStore, cradle),
    },
    ({ conversationId }, { turns }, signal) => turns.drain(conversationId, signal),
  ),
  job(
    'deliver',
    {
      payload: conversation,
      orderBy: ({ conversationId }) => conversationId,
      concurrency: 20,
      due: (cradle) => overdue(cradle.deliveryStore, cradle),
    },
    ({ conversationId }, { deliverer }, signal) => deliverer.drain(conversationId, signal),
  ),
  job(
    'receipt',
    {
      payload: z.object({
        accountId: z.string(),
        externalId: z.string().optional(),
        upTo: z.boolean().optional(),
        reach: z.object({ conversationId: z.string(), number: z.int() }).optional(),
        state: z.enum(['sent', 'delivered', 'read', 'failed']),
        reason: z.string().optional(),
        reasonWords: languageWords.optional(),
        attempt: z.int(),
      }),
    },
    (receipt, { receipts }) => receipts.apply(receipt),
  ),
]
