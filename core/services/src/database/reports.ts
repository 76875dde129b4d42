import { isParleyError, ParleyError } from '@parley/plugin-api'
import type { QueryResult } from 'pg'
import type { Execution } from './connections.ts'
import { isPoolFull, isReadOnly, isTimeout } from './database-errors.ts'
import { splitSql } from './sql-text.ts'
import type { Standby } from './standby.ts'

/** Reads that bear old data: on a standby that is good enough for them, otherwise where everything is read. */
export class Reports {
  readonly #standbys: readonly Standby[]
  readonly #primary: (execution: Execution) => Promise<QueryResult>
  readonly #ran = { replica: 0, primary: 0 }

  constructor({ standbys, primary }: { standbys: readonly Standby[]; primary: (execution: Execution) => Promise<QueryResult> }) {
    this.#standbys = standbys
    this.#primary = primary
  }

  /** By where they ran. */
  get ran(): { readonly replica: number; readonly primary: number } {
    return { ...this.#ran }
  }

  async run(execution: Execution, lag: number): Promise<QueryResult> {
    for (const standby of this.#standbys) {
      if (!(await standby.bears(lag))) continue
      try {
        const result = await standby.run(execution)
        this.#ran.replica++
        return result
      } catch (error) {
        judge(error, standby)
      }
    }
    this.#ran.primary++
    return await this.#primary(execution)
  }

  /** Why no standby is good for reports, where there should be one. */
  async problem(): Promise<string | undefined> {
    const problems = await Promise.all(this.#standbys.map((standby) => standby.problem()))
    return problems.length > 0 && !problems.includes(undefined) ? `${problems.join(' ')} Reports run on the primary.` : undefined
  }

  /** Seconds that each is behind, of those that say so. */
  async lags(): Promise<{ readonly standby: string; readonly lag: number }[]> {
    const known = await Promise.all(this.#standbys.map(async (standby) => ({ standby: standby.name, lag: await standby.lag() })))
    return known.flatMap(({ standby, lag }) => (lag === undefined ? [] : [{ standby, lag }]))
  }
}

/**
 * Throws what the primary must not be asked for after it. Everything else it may know better: what was cancelled because replay was in its way, and a
 * table that the standby has not got yet. What is wrong with the statement it says once more.
 */
const judge = (error: unknown, standby: Standby): void => {
  if (isTimeout(error)) throw error
  if (!isParleyError(error) || error.code !== 'database_unavailable') return
  if (isReadOnly(error.cause)) throw onlyReads(error.cause)
  if (!isPoolFull(error.cause)) standby.failed(error)
}

const onlyReads = (cause?: unknown): ParleyError =>
  new ParleyError(
    'internal',
    'A report only reads, because a standby takes no writes. Use db.query() or db.write() for what changes or locks rows.',
    {
      cause,
    },
  )

const changes = /\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|FOR\s+(?:KEY\s+)?SHARE)\b/i

/** On the primary a write would succeed, and fail only where there is a standby. */
export const refuseChanges = (text: string): void => {
  if (splitSql(text).some((piece) => piece.code && changes.test(piece.text))) throw onlyReads()
}
