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
        values: [actionId, version, conversationId, at.toISOString(), event ?? null, error, JSON.stringify(log), Math.round(duration)],
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

  async removeBefore(at: Date): Promise<void> {
    await this.#db.write({ text: 'DELETE FROM {runs} WHERE at < $1', values: [at] })
  }
}
