/** How much a server has replayed. */
export interface Replay {
  /** All that its primary has sent is replayed, and it is still being sent. */
  readonly caughtUp: boolean
  /** Seconds since the last commit that was replayed; `null` when there was none since its start. */
  readonly age: number | null
}

/**
 * A standby that has lost its primary has replayed all that it received, too, and knows nothing of what was written since; one that was promoted misses
 * nothing. Anybody may see that a receiver runs, only its details are for the few.
 */
export const askReplay = `
  SELECT NOT pg_is_in_recovery()
      OR coalesce(pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn(), false) AND EXISTS (SELECT FROM pg_stat_wal_receiver) AS "caughtUp",
    extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS age`
