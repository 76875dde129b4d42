import { Gatherer } from '@parley/plugin-api'
import type { DatabaseError, QueryResult } from 'pg'
import type { BatchComposer, BatchPart } from './batch-statement.ts'
import type { Connections } from './connections.ts'

/** A batch that may share its commit with others of its shape. */
interface Member {
  readonly parts: readonly BatchPart[]
  /** Writes this one batch. */
  readonly alone: () => Promise<QueryResult>
}

const sqlState = /^[0-9A-Z]{5}$/

/** PostgreSQL itself refused the statement, so nothing of it was written; of a lost connection nobody knows. */
const undone = (error: unknown): boolean => sqlState.test((error as Partial<DatabaseError>).code ?? '')

/**
 * Batches of the same shape that are committed while others are on their way become one statement, or two when they are many, as long as all of it
 * goes well; a batch that finds nothing on its way goes at once, with those of its turn of the event loop. One that cannot be written (or touches what
 * another touches) makes the group fail, and each is then written alone.
 */
export class BatchGroups {
  readonly #composer: BatchComposer
  readonly #connections: Connections
  readonly #shapes = new WeakMap<object, Gatherer<Member, QueryResult>>()

  constructor({ composer, connections }: { composer: BatchComposer; connections: Connections }) {
    this.#composer = composer
    this.#connections = connections
  }

  add(shape: object, member: Member): Promise<QueryResult> {
    let group = this.#shapes.get(shape)
    if (group === undefined) {
      group = new Gatherer({ run: (members) => this.#run(members), parallel: 1, limit: 50, repeats: undone, together: true, halves: true })
      this.#shapes.set(shape, group)
    }
    return group.add(member)
  }

  async #run(members: readonly Member[]): Promise<QueryResult[]> {
    if (members.length === 1) return [await members[0]!.alone()]
    const batches = members.map(({ parts }) => parts).toSorted((a, b) => Number(orderOf(a) > orderOf(b)) - Number(orderOf(a) < orderOf(b)))
    const merged = this.#composer.compose(merge(batches), members.length)
    const result = await this.#connections.run(merged!)
    return members.map(() => result)
  }
}

const orderOf = (parts: readonly BatchPart[]): string => parts.find(({ order }) => order !== undefined)?.order ?? ''

const merge = (batches: readonly (readonly BatchPart[])[]): BatchPart[] =>
  batches[0]!.map((part, index) => ({
    text: part.many!,
    source: part.source,
    values: part.values.map((value, place) => {
      const values = batches.map((parts) => parts[index]!.values[place])
      return Array.isArray(value) ? ([] as unknown[]).concat(...values) : values
    }),
    expect: part.expect,
    as: part.as,
    rows: part.rows,
  }))
