import type { PluginDatabase, Transaction } from '@parley/plugin-api'
import type { DistributionMethod, Verdict } from './choose-operator.ts'

export interface Decision {
  readonly requestId: string
  readonly outcome: 'assigned' | 'waits' | 'limit'
  readonly assigneeId: string | undefined
  readonly method: DistributionMethod
  readonly candidates: readonly Verdict[]
  readonly durationMs: number
}

interface DecisionRow {
  id: string
  at: Date
  request_id: string
  outcome: Decision['outcome']
  assignee_id: string | null
  method: DistributionMethod
  candidates: Verdict[]
  duration_ms: number
}

/** What distribution decided and why: kept so that "why do I get nothing" has an answer. */
export class DecisionStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async add(decisions: readonly Decision[], at: Date, tx: Transaction): Promise<void> {
    if (decisions.length === 0) return
    await tx.query(
      `INSERT INTO {distribution_decisions} (at, request_id, outcome, assignee_id, method, candidates, duration_ms)
       SELECT $1, d.request_id, d.outcome, d.assignee_id, d.method, d.candidates, d.duration_ms
       FROM jsonb_to_recordset($2::jsonb) AS d (request_id uuid, outcome text, assignee_id uuid, method text, candidates jsonb, duration_ms real)`,
      [
        at,
        JSON.stringify(
          decisions.map((decision) => ({
            request_id: decision.requestId,
            outcome: decision.outcome,
            assignee_id: decision.assigneeId ?? null,
            method: decision.method,
            candidates: decision.candidates,
            duration_ms: decision.durationMs,
          })),
        ),
      ],
    )
  }

  async ofRequest(requestId: string, limit: number): Promise<(Decision & { at: string })[]> {
    const rows = await this.#db.query<DecisionRow>('SELECT * FROM {distribution_decisions} WHERE request_id = $1 ORDER BY id DESC LIMIT $2', [
      requestId,
      limit,
    ])
    return rows.map((row) => ({
      at: row.at.toISOString(),
      requestId: row.request_id,
      outcome: row.outcome,
      assigneeId: row.assignee_id ?? undefined,
      method: row.method,
      candidates: row.candidates,
      durationMs: row.duration_ms,
    }))
  }

  async removeBefore(at: Date): Promise<void> {
    await this.#db.query('DELETE FROM {distribution_decisions} WHERE at < $1', [at])
  }
}
