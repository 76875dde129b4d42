import { ParleyError, type Statement } from '@parley/plugin-api'
import { splitSql } from './sql-text.ts'

/** One write of a batch. `source` is the text as its author wrote it, for messages. */
export interface BatchPart {
  readonly text: string
  readonly source: string
  /** The text for several, whose parameters are arrays. */
  readonly many?: string | undefined
  readonly values: readonly unknown[]
  readonly order?: string | undefined
  readonly expect: number | undefined
  /** Under which later parts read what this one returns. */
  readonly as?: string | undefined
  readonly rows?: Statement['rows']
}

/** How a statement becomes a CTE: code around its parameters, or `undefined` when PostgreSQL has no such CTE. */
interface CteBody {
  readonly pieces: readonly (string | number)[]
  readonly reads: boolean
}

// PostgreSQL wants data-modifying CTEs at the top level, and ours are one level down.
const innerWrite = /\bas\s*(?:(?:not\s+)?materialized\s*)?\(\s*(?:insert|update|delete|merge)\b/i
const parameterLimit = 65_535

/** The code of a statement without what stands in literals, comments and parentheses. */
const outline = (code: string): string => {
  const inner = code.replace(/\([^()]*\)/g, ' ')
  return inner === code ? code : outline(inner)
}

const analyse = (text: string): CteBody | undefined => {
  const pieces = splitSql(text)
  const code = pieces.map((piece) => (piece.code ? piece.text : ' ')).join('')
  const statement = outline(code).replace(/;\s*$/, '')
  const verb = /^\s*(?:with\b.*?\b)?(insert|update|delete|select|values)\b/is.exec(statement)?.[1]?.toLowerCase()
  if (verb === undefined || statement.includes(';') || innerWrite.test(code)) return undefined
  const reads = verb === 'select' || verb === 'values'
  const parts = pieces.flatMap((piece): (string | number)[] =>
    piece.code ? piece.text.split(/\$(\d+)\b/).map((part, index) => (index % 2 === 1 ? Number(part) : part.replace(/;\s*$/, ''))) : [piece.text],
  )
  // On a new line, because the text may end with a comment.
  if (!reads && !/\breturning\b/i.test(statement)) parts.push('\nRETURNING 1')
  return { pieces: parts, reads }
}

const cacheLimit = 5_000
const partName = /^[a-z_][a-z0-9_]*$/

const nameOf = ({ as }: BatchPart, index: number): string => {
  if (as === undefined) return `s${index}`
  if (!partName.test(as) || /^s\d+$/.test(as))
    throw new ParleyError('internal', `"${as}" cannot name a part of a batch. Use a word such as "account".`)
  return as
}

/** The column of the composed statement's one row that holds what a part returned, as a JSON list or null. */
export const rowsColumn = (index: number): string => `rows_${index}`

/** A part that batches have had at this place, and what they are up to and including it. */
interface Place {
  readonly part: Pick<BatchPart, 'text' | 'expect' | 'as'> & { readonly size: number; readonly returns: boolean }
  readonly next: Place[]
  /** Every part up to here has a text for several. */
  readonly many: boolean
  /** The statement of a batch that ends here: `undefined` before it was asked for, `false` when there is none. */
  statement: string | false | undefined
}

/** One statement for a batch. Batches with the same `shape` may be written together. */
export interface Composed {
  readonly text: string
  readonly values: readonly unknown[]
  readonly shape: object | undefined
}

const placeLimit = 5_000

/** Composes writes into one statement with a CTE each. Batches of the same shape are composed once: there are few shapes and many batches. */
export class BatchComposer {
  readonly #bodies = new Map<string, CteBody | undefined>()
  readonly #single: Place[] = []
  readonly #several: Place[] = []
  #places = 0

  /**
   * `undefined` when a part cannot be a CTE; then the parts belong in a transaction. With `batches` the parts are those of so many batches of one shape,
   * and each expects its rows so often; a parameter says how often, because PostgreSQL plans each text anew on every connection.
   */
  compose(parts: readonly BatchPart[], batches?: number): Composed | undefined {
    let places: Place[] | undefined = batches === undefined ? this.#single : this.#several
    let place: Place | undefined
    const values: unknown[] = []
    for (const part of parts) {
      place = places && this.#placeOf(part, places, place?.many ?? true)
      places = place?.next
      for (const value of part.values) values.push(value)
    }
    const text: string | false = place?.statement ?? this.#write(parts, values.length, batches !== undefined)
    if (batches !== undefined) values.push(batches)
    if (place !== undefined) place.statement = text
    return text === false ? undefined : { text, values, shape: place?.many === true ? place : undefined }
  }

  #placeOf({ text, many, expect, as, rows, values }: BatchPart, places: Place[], before: boolean): Place | undefined {
    for (const place of places) {
      const { part } = place
      if (part.text === text && part.expect === expect && part.as === as && part.returns === (rows !== undefined) && part.size === values.length)
        return place
    }
    if (this.#places === placeLimit) return undefined
    this.#places++
    const place: Place = {
      part: { text, expect, as, size: values.length, returns: rows !== undefined },
      next: [],
      many: before && many !== undefined && this.#bodyOf(many) !== undefined,
      statement: undefined,
    }
    places.push(place)
    return place
  }

  /**
   * The counts are all asked for, in order: PostgreSQL runs CTEs that nobody reads last and backwards, and SELECTs not at all.
   */
  #write(parts: readonly BatchPart[], size: number, several: boolean): string | false {
    if (size >= parameterLimit) return false
    const ctes: string[] = []
    const columns: string[] = []
    let offset = 0
    for (const [index, part] of parts.entries()) {
      const body = this.#bodyOf(part.text)
      if (body === undefined) return false
      const first = offset
      const sql = body.pieces.map((piece) => (typeof piece === 'number' ? `$${piece + first}` : piece)).join('')
      const name = nameOf(part, index)
      ctes.push(`${name} AS ${body.reads ? 'MATERIALIZED ' : ''}(${sql}\n)`)
      const count = `(SELECT count(*) FROM ${name})`
      const times = several ? ` * $${size + 1}::int` : ''
      columns.push(part.expect === undefined ? count : `host.expect_rows(${count}, ${part.expect}${times}, ${index})`)
      if (part.rows !== undefined) columns.push(`(SELECT json_agg(r) FROM ${name} r) AS ${rowsColumn(index)}`)
      offset += part.values.length
    }
    return `WITH ${ctes.join(', ')} SELECT ${columns.join(', ')}`
  }

  #bodyOf(text: string): CteBody | undefined {
    if (this.#bodies.has(text)) return this.#bodies.get(text)
    const body = analyse(text)
    if (this.#bodies.size < cacheLimit) this.#bodies.set(text, body)
    return body
  }
}
