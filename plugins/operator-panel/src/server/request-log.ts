import { type PluginDatabase, type Within } from '@parley/plugin-api'

export interface LogEntry {
  readonly at: string
  readonly type: string
  readonly actorName: string | undefined
  readonly data: Readonly<Record<string, unknown>>
}

/** Everything that happened to a request, for its history. */
export class RequestLog {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async add(
    requestId: string,
    type: string,
    data: Readonly<Record<string, unknown>>,
    within: Within,
    actor?: { id: string; name: string },
  ): Promise<void> {
    await this.#db.write(
      {
        text: 'INSERT INTO {request_log} (request_id, actor_id, actor_name, type, data) VALUES ($1, $2, $3, $4, $5)',
        values: [requestId, actor?.id ?? null, actor?.name ?? null, type, JSON.stringify(data)],
      },
      within,
    )
  }

  async of(requestId: string): Promise<LogEntry[]> {
    const rows = await this.#db.query<{ at: Date; type: string; actor_name: string | null; data: Record<string, unknown> }>(
      'SELECT at, type, actor_name, data FROM {request_log} WHERE request_id = $1 ORDER BY id LIMIT 500',
      [requestId],
    )
    return rows.map((row) => ({ at: row.at.toISOString(), type: row.type, actorName: row.actor_name ?? undefined, data: row.data }))
  }
}
