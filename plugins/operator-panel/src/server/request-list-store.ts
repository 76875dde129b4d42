import { ParleyError, type PluginDatabase } from '@parley/plugin-api'
import { z } from 'zod'
import type { Request } from '../api/index.ts'
import { filter, inIndex, type AddValue } from './request-filter.ts'
import { requestColumns, requestJoins, toRequest, type RequestRow } from './request-row.ts'

export type Folder = 'unassigned' | 'queue' | 'mine' | 'open' | 'closed'

export interface ListQuery {
  readonly folder: Folder
  readonly userId: string
  /** Bots whose requests the caller may see; `undefined` = all. */
  readonly botIds: readonly string[] | undefined
  /** False: of the closed ones only the caller's own. */
  readonly all: boolean
  readonly search?: string
  readonly channel?: string
  readonly topicId?: string
  readonly cursor?: string
  readonly limit: number
}

/** Counting stops here: "999+" is all a badge can say, and an exact count of a million rows is slow. */
const countCap = 1000

/**
 * A search that many of the newest find is answered from them; one that few find goes to the index, which gives all it finds in no order. So neither
 * "order", which is everywhere, nor a name that is nowhere reads the whole folder.
 */
const lookedThrough = 1000
/** Seconds: who has just closed a request looks at the folder, which is never behind (ADR 86). */
const acceptableLag = 5
type Among = 'all' | 'newest' | 'index'
type ListRow = RequestRow & { sort_keys: string[] }

interface FolderShape {
  readonly where: (query: ListQuery) => { text: string; values: unknown[] }
  /** Sort columns; a page starts after the last row's values. */
  readonly sort: readonly { readonly column: string; readonly descending: boolean; readonly type: keyof typeof keyTypes }[]
}

/** What the values of a cursor look like: whoever changes one is told so, not PostgreSQL. */
const keyTypes = { int: z.string().regex(/^-?\d{1,9}$/), timestamptz: z.iso.datetime({ offset: true }), uuid: z.uuid() }

const oldestFirst = [
  { column: 'weight', descending: true, type: 'int' },
  { column: 'created_at', descending: false, type: 'timestamptz' },
  { column: 'id', descending: false, type: 'uuid' },
] as const

const shapes: Record<Folder, FolderShape> = {
  unassigned: { where: () => ({ text: `r.state = 'new'`, values: [] }), sort: oldestFirst },
  queue: { where: () => ({ text: `r.state = 'queued'`, values: [] }), sort: oldestFirst },
  mine: { where: (query) => ({ text: `r.state = 'open' AND r.assignee_id = $1`, values: [query.userId] }), sort: latestFirst('last_at') },
  open: { where: () => ({ text: `r.state <> 'closed'`, values: [] }), sort: latestFirst('last_at') },
  closed: {
    where: (query) =>
      query.all ? { text: `r.state = 'closed'`, values: [] } : { text: `r.state = 'closed' AND r.assignee_id = $1`, values: [query.userId] },
    sort: latestFirst('closed_at'),
  },
}

function latestFirst(column: string): FolderShape['sort'] {
  return [
    { column, descending: true, type: 'timestamptz' },
    { column: 'id', descending: false, type: 'uuid' },
  ]
}

export class RequestListStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async page(query: ListQuery): Promise<{ requests: Request[]; cursor?: string }> {
    const searches = query.folder === 'closed' && query.search !== undefined
    let rows = await this.#rows(query, searches ? 'newest' : 'all')
    if (searches && rows.length <= query.limit) rows = await this.#rows(query, 'index')
    const page = rows.slice(0, query.limit)
    const last = page.at(-1)
    return {
      requests: page.map(toRequest),
      ...(rows.length > query.limit && last !== undefined ? { cursor: Buffer.from(JSON.stringify(last.sort_keys)).toString('base64url') } : {}),
    }
  }

  async #rows(query: ListQuery, among: Among): Promise<ListRow[]> {
    const { where, sort } = shapes[query.folder]
    const { text, values } = where(query)
    const add = (value: unknown): string => `$${values.push(value)}`
    const after = query.cursor === undefined ? undefined : readCursor(query.cursor, sort)
    const folder = `${text} AND ${after === undefined ? 'true' : keyset(sort, after, add)}`
    const order = sort.map((key) => `r.${key.column} ${key.descending ? 'DESC' : 'ASC'}`).join(', ')
    const sortText = sort.map(({ column, type }) => (type === 'timestamptz' ? `to_json(r.${column}) #>> '{}'` : `r.${column}::text`)).join(', ')
    const source = {
      all: () => '{requests}',
      newest: () => `(SELECT r.* FROM {requests} r WHERE ${folder} ORDER BY ${order} LIMIT ${lookedThrough})`,
      index: () => `(SELECT r.* FROM {requests} r WHERE ${text} AND ${inIndex(query.search ?? '', add)} OFFSET 0)`,
    }[among]()
    // The page is cut before the joins, so that a deep folder costs one index range.
    const statement = `WITH page AS (SELECT r.*, ARRAY[${sortText}] AS sort_keys FROM ${source} r WHERE ${folder} AND ${filter(query, add)}
         ORDER BY ${order} LIMIT ${add(query.limit + 1)})
       SELECT ${requestColumns} FROM page r ${requestJoins} ORDER BY ${order}`
    return among === 'all' ? this.#db.query<ListRow>(statement, values) : this.#db.report<ListRow>(statement, values, { lag: acceptableLag })
  }

  /** How many in each folder, at most 1,000 each. */
  async counts(query: Pick<ListQuery, 'userId' | 'botIds'>): Promise<Record<'unassigned' | 'queue' | 'mine' | 'open', number> & { unread: number }> {
    const bots = query.botIds === undefined ? 'true' : 'bot_id = ANY($2::uuid[])'
    const count = (where: string): string => `(SELECT count(*)::int FROM (SELECT 1 FROM {requests} WHERE ${where} AND ${bots} LIMIT ${countCap}) x)`
    const [row] = await this.#db.query<{ unassigned: number; queue: number; mine: number; open: number; unread: number }>(
      `SELECT ${count(`state = 'new'`)} AS unassigned, ${count(`state = 'queued'`)} AS queue,
        ${count(`state = 'open' AND assignee_id = $1`)} AS mine, ${count(`state <> 'closed'`)} AS open,
        ${count(`state = 'open' AND assignee_id = $1 AND unread > 0`)} AS unread`,
      query.botIds === undefined ? [query.userId] : [query.userId, query.botIds],
    )
    return row ?? { unassigned: 0, queue: 0, mine: 0, open: 0, unread: 0 }
  }
}

/** `(a, b, c)` after the cursor, for mixed directions: a beyond, or a equal and b beyond, … */
function keyset(sort: FolderShape['sort'], after: readonly string[], add: AddValue): string {
  const parameters = sort.map((key, index) => `${add(after[index])}::text::${key.type}`)
  const alternatives = sort.map((key, index) => {
    const equal = sort.slice(0, index).map((earlier, i) => `r.${earlier.column} = ${parameters[i]}`)
    return `(${[...equal, `r.${key.column} ${key.descending ? '<' : '>'} ${parameters[index]}`].join(' AND ')})`
  })
  // The first comparison alone lets the index start at the cursor; the alternatives only break ties.
  const first = sort[0]!
  return `r.${first.column} ${first.descending ? '<=' : '>='} ${parameters[0]} AND (${alternatives.join(' OR ')})`
}

function readCursor(cursor: string, sort: FolderShape['sort']): string[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(keys) && keys.length === sort.length && sort.every(({ type }, index) => keyTypes[type].safeParse(keys[index]).success))
      return keys
  } catch {
    // answered below
  }
  throw new ParleyError('invalid_input', 'The cursor is not one that this list gave. Load the first page again.')
}
