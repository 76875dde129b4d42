import { ParleyError, type Batch, type Logger } from '@parley/plugin-api'
import type { DatabaseError, QueryResult } from 'pg'
import type { BatchGroups } from './batch-groups.ts'
import { rowsColumn, type BatchComposer, type BatchPart } from './batch-statement.ts'
import type { Execution } from './connections.ts'
import { isDeadlock, staleWrite, unexpectedRowsState } from './database-errors.ts'
import { UnitOfWork } from './unit-of-work.ts'

/** Where a batch is committed: the pool or an open transaction. */
export interface BatchTarget {
  /** A failed statement leaves nothing behind and may run again. */
  readonly repeatable: boolean
  /** Writes batches of the same shape together; absent where a batch must be alone. */
  readonly groups?: BatchGroups | undefined
  run(execution: Execution): Promise<QueryResult>
  /** Runs parts that cannot be one statement, all or none of them. */
  transaction(work: (run: BatchTarget['run']) => Promise<void>): Promise<void>
  /** Called when the batch has been written; the pool's writes are committed then, a transaction's are not yet. */
  written(unit: UnitOfWork): void
}

// A text with more parts than this is not likely to come again, so a prepared plan of it would only fill the cache.
const preparedParts = 16

/** Runs one write and holds it to the number of rows that it expects; only for writes that a failure rolls back. */
export const runExpecting = async (run: BatchTarget['run'], { text, source, values, expect, rows }: BatchPart): Promise<void> => {
  const result = await run({ text, values })
  if (expect !== undefined && result.rowCount !== expect) throw staleWrite(source, expect, result.rowCount ?? 0)
  rows?.(asJson(result.rows))
}

// What a composed statement gives, so that a caller need not know how its write was run.
const asJson = (rows: readonly object[]): Record<string, unknown>[] => JSON.parse(JSON.stringify(rows))

const deadlockTries = 5

export class StatementBatch extends UnitOfWork implements Batch {
  readonly kind = 'batch'
  readonly #parts: BatchPart[] = []
  readonly #composer: BatchComposer
  readonly #target: BatchTarget
  #state: 'open' | 'committing' | 'done' = 'open'

  constructor({ composer, target, log }: { composer: BatchComposer; target: BatchTarget; log: Logger }) {
    super(log)
    this.#composer = composer
    this.#target = target
  }

  add(...parts: readonly BatchPart[]): void {
    if (this.#state === 'done') throw new ParleyError('internal', 'The batch has been committed. Make a new one with db.batch().')
    this.#parts.push(...parts)
  }

  async commit(): Promise<void> {
    if (this.#state !== 'open') throw new ParleyError('internal', 'The batch has been committed before. Make a new one with db.batch().')
    this.#state = 'committing'
    try {
      await this.runBefore()
    } finally {
      this.#state = 'done'
    }
    await this.#write()
    this.#target.written(this)
  }

  async #write(): Promise<void> {
    const [first, ...others] = this.#parts
    if (first === undefined) return
    if (others.length === 0 && first.expect === undefined) {
      const { rows } = await this.#target.run({ text: first.text, values: first.values })
      return first.rows?.(asJson(rows))
    }
    const statement = this.#composer.compose(this.#parts)
    if (statement === undefined) return await this.#writeOneByOne()
    const { text, values, shape } = statement
    const alone = async (): Promise<QueryResult> => await this.#runComposed({ text, values, prepare: this.#parts.length <= preparedParts })
    const { groups } = this.#target
    const { rows } = await (shape === undefined || groups === undefined ? alone() : groups.add(shape, { parts: this.#parts, alone }))
    for (const [index, part] of this.#parts.entries()) part.rows?.(rows[0][rowsColumn(index)] ?? [])
  }

  async #runComposed(execution: Execution): Promise<QueryResult> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#target.run(execution)
      } catch (error) {
        // One statement that lost a deadlock has written nothing, so it may simply run again; not so inside a transaction, which is lost.
        if (!isDeadlock(error) || !this.#target.repeatable || attempt === deadlockTries) throw this.#explain(error)
      }
    }
  }

  #writeOneByOne(): Promise<void> {
    const named = this.#parts.find(({ as }) => as !== undefined)
    if (named !== undefined) {
      throw new ParleyError(
        'internal',
        `The batch names a part "${named.as}" and another part cannot be a CTE. Write that one as one plain statement.`,
      )
    }
    return this.#target.transaction(async (run) => {
      for (const part of this.#parts) await runExpecting(run, part)
    })
  }

  #explain(error: unknown): unknown {
    const { code, detail } = error as Partial<DatabaseError>
    if (code !== unexpectedRowsState) return error
    const [index, actual] = (detail ?? '').split(' ').map(Number)
    const part = this.#parts[index ?? 0]
    return staleWrite(part?.source ?? '', part?.expect ?? 0, actual ?? 0, error)
  }
}
