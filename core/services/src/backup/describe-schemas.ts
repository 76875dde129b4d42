import { ParleyError } from '@parley/plugin-api'
import type { Client } from 'pg'
import * as statements from './schema-statements.ts'

export interface TableDescription {
  readonly schema: string
  readonly name: string
  /** As written in a statement. */
  readonly qualified: string
  /** Columns that are copied, as written in a statement; those that PostgreSQL generates are not. */
  readonly columns: string
}

/** Everything that makes the schemas, in the order in which it can be made. */
export interface SchemaDescription {
  readonly schemas: readonly string[]
  /** Up to tables without rows. */
  readonly before: readonly string[]
  readonly tables: readonly TableDescription[]
  /** Once the rows are there: keys, indexes, partitions, views, triggers. */
  readonly after: readonly string[]
}

interface Statement {
  readonly sql: string
}
interface TableRow extends TableDescription, Statement {
  readonly partitioned: boolean
  readonly attach: string | null
  readonly statistics: string | null
}
interface ViewRow extends Statement {
  readonly id: string
  readonly needs: readonly string[]
}

/** Reads it from the catalogue, in the open transaction of the client; `search_path` has to be `pg_catalog`. */
export async function describeSchemas(client: Client, schemas: readonly string[]): Promise<SchemaDescription> {
  const read = async <Row extends object>(text: string): Promise<Row[]> => (await client.query<Row>(text, text.includes('$1') ? [schemas] : [])).rows
  const texts = async (text: string): Promise<string[]> => (await read<Statement>(text)).map(({ sql }) => sql)
  await refuseUnsupported(await read<{ what: string }>(statements.unsupported))
  const functions = await read<Statement & { late: boolean }>(statements.functions)
  const sequences = await read<Statement & { owner: string | null }>(statements.sequences)
  const tables = await read<TableRow>(statements.tables)
  const given = (values: readonly (string | null)[]): string[] => values.filter((value) => value !== null)
  return {
    schemas,
    before: [
      ...schemas.map((name) => `CREATE SCHEMA "${name}"`),
      ...(await texts(statements.extensions)),
      ...(await texts(statements.enums)),
      ...sequences.map(({ sql }) => sql),
      ...functions.filter(({ late }) => !late).map(({ sql }) => sql),
      ...tables.map(({ sql }) => sql),
    ],
    tables: tables.filter(({ partitioned }) => !partitioned).map(({ schema, name, qualified, columns }) => ({ schema, name, qualified, columns })),
    after: [
      ...functions.filter(({ late }) => late).map(({ sql }) => sql),
      ...given(sequences.map(({ owner }) => owner)),
      ...(await texts(statements.ownConstraints)),
      ...(await texts(statements.indexes)),
      ...given(tables.map(({ attach }) => attach)),
      ...(await texts(statements.foreignKeys)),
      ...given(tables.map(({ statistics }) => statistics)),
      ...(await texts(statements.statisticsObjects)),
      ...inOrder(await read<ViewRow>(statements.views)),
      ...(await texts(statements.triggers)),
      ...(await texts(statements.comments)),
    ],
  }
}

async function refuseUnsupported(found: readonly { readonly what: string }[]): Promise<void> {
  if (found.length === 0) return
  const list = found.map(({ what }) => what).join(', ')
  throw new ParleyError('invalid_input', `A backup does not know how to keep this, and would lose it: ${list}. Use pg_dump for this database.`)
}

/** A view after those that it reads. */
function inOrder(views: readonly ViewRow[]): string[] {
  const known = new Map(views.map((view) => [view.id, view]))
  const done = new Set<string>()
  const add = ({ id, needs, sql }: ViewRow): string[] => {
    if (done.has(id)) return []
    done.add(id)
    return [...needs.flatMap((one) => (known.has(one) ? add(known.get(one)!) : [])), sql]
  }
  return views.flatMap(add)
}
