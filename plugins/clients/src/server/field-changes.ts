import { ParleyError } from '@parley/plugin-api'
import { standardFields } from '../api/index.ts'

/** Bytes of all extra fields of one client together. */
const extraLimit = 64 * 1024
const textLimit = 1024

export interface FieldChanges {
  /** Column -> new value; `undefined` clears. */
  readonly standard: ReadonlyMap<string, string | undefined>
  readonly extra: Readonly<Record<string, unknown>>
  readonly cleared: readonly string[]
}

const standard: ReadonlySet<string> = new Set(standardFields)

/** Sorts what a scenario or a person sets into standard columns and extra data. `undefined`, `null` and `''` clear a field. */
export const sortFields = (fields: Readonly<Record<string, unknown>>): FieldChanges => {
  const columns = new Map<string, string | undefined>()
  const extra: Record<string, unknown> = {}
  const cleared: string[] = []
  for (const [key, value] of Object.entries(fields)) {
    const empty = value === undefined || value === null || value === ''
    if (standard.has(key)) columns.set(key, empty ? undefined : text(key, value))
    else if (empty) cleared.push(key)
    else extra[key] = value
  }
  if (JSON.stringify(extra).length > extraLimit) {
    throw new ParleyError('too_large', 'The extra fields of a client may have 64 KiB together. Nothing was changed; put large data into Custom Data.')
  }
  return { standard: columns, extra, cleared }
}

const text = (key: string, value: unknown): string => {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new ParleyError('unprocessable', `"${key}" is a text; an object or a list was given. Nothing was changed.`)
  }
  return String(value).slice(0, textLimit)
}
