import { setTimeout as delay } from 'node:timers/promises'
import type { FaultsDatabase } from '../faults/database.ts'

const giveUpAfter = 60_000

/** The mark of a process, which its claims carry. */
export const markOf = async (database: FaultsDatabase, pid: number): Promise<string> => {
  const [row] = await database.query<{ mark: string }>('SELECT mark FROM host.instances WHERE pid = $1 AND gone_at IS NULL', [pid])
  if (row === undefined) throw new Error(`The process ${pid} is not in the list of processes.`)
  return row.mark
}

/** What a dead process still keeps from others: lanes, outboxes, deliveries of events, leases. */
const kept = async (database: FaultsDatabase, mark: string): Promise<number> => {
  const [row] = await database.query<{ count: number }>(
    `SELECT (SELECT count(*) FROM plugin_conversations.conversations c WHERE c.lane_until > now() AND left(c.lane_token::text, 8) = $1
               AND EXISTS (SELECT FROM plugin_conversations.items i WHERE i.conversation_id = c.id))::int
          + (SELECT count(*) FROM plugin_conversations.conversations c WHERE c.outbox_until > now() AND left(c.outbox_token::text, 8) = $1
               AND EXISTS (SELECT FROM plugin_conversations.deliveries d WHERE d.conversation_id = c.id))::int
          + (SELECT count(*) FROM host.event_deliveries WHERE left(claimed_by, 8) = $1 AND state = 'waiting')::int
          + (SELECT count(*) FROM host.leases WHERE left(owner, 8) = $1 AND expires_at > now())::int AS count`,
    [mark],
  )
  return row?.count ?? 0
}

export interface Takeover {
  /** What the process had when it died. */
  readonly claims: number
  /** Seconds until others had all of it. */
  readonly seconds: number
}

/** Call it right after the death. */
export const takeover = async (database: FaultsDatabase, mark: string): Promise<Takeover> => {
  const begun = performance.now()
  const claims = await kept(database, mark)
  for (let left = claims; left > 0 && performance.now() - begun < giveUpAfter; left = await kept(database, mark)) await delay(100)
  return { claims, seconds: claims === 0 ? 0 : (performance.now() - begun) / 1000 }
}
