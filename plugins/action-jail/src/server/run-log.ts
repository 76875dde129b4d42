import type { PluginDatabase, UserCodeLogLine, Within } from '@parley/plugin-api'
import type { ActionFailure } from './action-runner.ts'

/** A run of an action in a scenario, as it is kept. */
export interface ActionRun {
  readonly actionId: string
  readonly version: number
  readonly conversationId: string
  readonly at: Date
  readonly event: string | undefined
  readonly failure: ActionFailure | undefined
  readonly log: readonly UserCodeLogLine[]
  /** Milliseconds. */
  readonly duration: number
}

/** Characters of log that a run keeps. */
const logLimit = 16 * 1024
const runsPerAction = 200

/** The first lines, and how much was left out. */
const limited = (log: readonly UserCodeLogLine[]): readonly UserCodeLogLine[] => {
  let size = 0
  const kept = log.filter(({ text }) => (size += text.length) <= logLimit)
  const left = log.length - kept.length
  return left === 0 ? log : [...kept, { level: 'warn', text: `${left} more line(s) were left out: a run keeps ${logLimit} characters of its log.` }]
}

/** What runs left that failed or wrote something: for a week, for those who mend actions. */
export class RunLog {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async add({ actionId, version, conversationId, at, event, failure, log, duration }: ActionRun, within: Within): Promise<void> {
    const error = failure === undefined ? null : JSON.stringify(failure)
    await this.#db.write(
      {
        text: 'INSERT INTO {runs} (action_id, version, conversation_id, at, event, error, log, duration) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
        values: [actionId, version, conversationId, at.toISOString(), event ?? null, error, JSON.stringify(limited(log)), Math.round(duration)],
      },
      within,
    )
  }

  /** The last fifty, newest first. */
  async last(actionId: string): Promise<(ActionRun & { readonly id: string })[]> {
    const rows = await this.#db.query<{
      id: string
      version: number
      conversation_id: string
      at: Date
      event: string | null
      error: string | null
      log: string
      duration: number
    }>('SELECT id, version, conversation_id, at, event, error, log, duration FROM {runs} WHERE action_id = $1 ORDER BY id DESC LIMIT 50', [actionId])
    return rows.map((row) => ({
      ...{ id: row.id, actionId, version: row.version, conversationId: row.conversation_id, at: row.at, duration: row.duration },
      event: row.event ?? undefined,
      failure: row.error === null ? undefined : (JSON.parse(row.error) as ActionFailure),
      log: JSON.parse(row.log) as UserCodeLogLine[],
    }))
  }

  /** Removes runs before this time, and of each action all but the last two hundred. */
  async forget(before: Date): Promise<void> {
    await this.#db.write({ text: 'DELETE FROM {runs} WHERE at < $1', values: [before] })
    await this.#db.write({
      text: `DELETE FROM {runs} WHERE id IN (
        SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY action_id ORDER BY id DESC) AS place FROM {runs}) AS placed WHERE place > $1)`,
      values: [runsPerAction],
    })
  }
}
