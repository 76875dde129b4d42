import type { Clock, Job, JobBuilder, PluginDatabase } from '@parley/plugin-api'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { firstIdOf } from '../ids.ts'

interface Cradle {
  readonly db: PluginDatabase
  readonly clock: Clock
  readonly config: Config
}

const atOnce = 5_000

/** Deletes in small steps, so that no statement holds many rows for long. */
const deleteAll = async (db: PluginDatabase, text: string, values: readonly unknown[], signal: AbortSignal): Promise<void> => {
  for (let deleted = atOnce; deleted === atOnce && !signal.aborted;) deleted = (await db.query(text, [...values, atOnce])).length
}

/** What is kept for a time only; how long is in the configuration (`keep`). */
export const cleaningJobs = (job: JobBuilder<Cradle>): Job[] => [
  job('clean', { payload: z.object({}), schedule: '17 * * * *', concurrency: 1 }, async (_, { db, clock, config }, signal) => {
    const before = (days: number): Date => new Date(clock.now().getTime() - days * 86_400_000)
    const { intake, commandKeys, externalIds, buttonValues } = config.keep
    await deleteAll(
      db,
      'DELETE FROM {intake} WHERE (account_id, id) IN (SELECT account_id, id FROM {intake} WHERE id < $1 LIMIT $2) RETURNING 1',
      [firstIdOf(before(intake))],
      signal,
    )
    await deleteAll(
      db,
      'DELETE FROM {command_keys} WHERE id IN (SELECT id FROM {command_keys} WHERE created_at < $1 LIMIT $2) RETURNING 1',
      [before(commandKeys)],
      signal,
    )
    await deleteAll(
      db,
      `DELETE FROM {external_ids} WHERE (account_id, external_id) IN (SELECT account_id, external_id FROM {external_ids} WHERE created_at < $1 LIMIT $2)
       RETURNING 1`,
      [before(externalIds)],
      signal,
    )
    await deleteAll(
      db,
      'DELETE FROM {button_values} WHERE key IN (SELECT key FROM {button_values} WHERE used_at < $1 LIMIT $2) RETURNING 1',
      [before(buttonValues)],
      signal,
    )
    await deleteAll(
      db,
      `DELETE FROM {numbered_choices} WHERE conversation_id IN (SELECT conversation_id FROM {numbered_choices} WHERE sent_at < $1 LIMIT $2) RETURNING 1`,
      [before(buttonValues)],
      signal,
    )
  }),
]
